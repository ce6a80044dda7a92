import { unavailable, type Modality } from '../emotion/evidence.js';
import type { Cause } from '../emotion/course.js';
import type { Said } from '../fusion/causes.js';
import { peaked, textOf, voiceOf } from '../fusion/evidence.fixture.js';
import type { Experts } from './analyze-utterance.js';
import type { AskCauses } from './causes.service.js';
import { face, fakeExperts, heldReading, open, type Heard } from './live-session.fixture.js';

const WORDS = 'my secret words';
const VOICE = voiceOf(peaked({ angry: 0.9 }), {
  cues: [{ modality: 'voice', name: 'pitchHeight', value: 2, unit: 'sigma', toward: 'angry', weight: 1 }],
});
const TEXT = textOf(peaked({ sad: 0.9 }));
const NOT_CONSENTED = { status: 'unavailable', reason: 'notConsented' };

/** Whisper hears what was said, and every modality says something. */
const hearing = (over: Partial<Experts> = {}): Experts =>
  fakeExperts({
    voice: () => Promise.resolve(VOICE),
    transcribe: ({ clientText, interim }) =>
      Promise.resolve(
        interim
          ? unavailable('text', 'timeout')
          : {
              text: clientText?.text ?? WORDS,
              language: 'en',
              confidence: 1,
              source: clientText ? 'client' : 'whisper',
            },
      ),
    text: () => Promise.resolve(TEXT),
    ...over,
  });

/** Makes what is asked wait until it is let. */
function gate(): { wait: <T>(answer: T) => Promise<T>; open: () => void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return {
    wait: (answer) => passed.then(() => answer),
    open: () => {
      open();
    },
  };
}

const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** An utterance of a second, and all that is read of it without waiting. */
async function say({ speak, pause }: Heard): Promise<void> {
  speak(1_000);
  pause(1_000);
  await aMoment();
}

/** Neither told in an answer nor handed over to be stored. */
function expectNoWords({ of, kept }: Heard): void {
  expect(JSON.stringify([of('fusion.result'), of('fusion.revised'), kept])).not.toContain(WORDS);
  for (const { text, fused } of kept) {
    expect(text).toMatchObject(NOT_CONSENTED);
    expect(fused.modalities.text).toMatchObject({ ...NOT_CONSENTED, reliability: 0 });
  }
}

function expectNoVoice({ of, kept }: Pick<Heard, 'of' | 'kept'>, from = 0): void {
  const told = [...of('fusion.result'), ...of('fusion.revised')].slice(from);
  for (const { voice, fused } of kept.slice(from)) {
    expect(voice).toMatchObject(NOT_CONSENTED);
    expect(fused.explanation.cues.filter(({ modality }) => modality === 'voice')).toEqual([]);
  }
  for (const { modalities, models } of told) {
    expect(modalities.voice).toMatchObject({ ...NOT_CONSENTED, reliability: 0 });
    expect(models.voice).toBeUndefined();
  }
}

describe('a withdrawal', () => {
  it('[PV3] a withdrawal during the reading hides what the reading found', async () => {
    const { slow, finish } = heldReading();
    const { session, of, speak, pause } = await open(slow);
    speak(1_000);
    pause(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.withdraw('voice');
    finish();
    await session.end();
    expect(of('fusion.result')[0]?.modalities.voice).toMatchObject({ status: 'unavailable', reason: 'notConsented' });
    expect(of('emotion.voice').filter((one) => one.evidence.status === 'available')).toEqual([]);
  });

  it('[PV3] after everything was withdrawn the open utterance ends without a reading, and audio is refused', async () => {
    let asked = 0;
    const counting = fakeExperts({
      voice: () => {
        asked += 1;
        return Promise.resolve(unavailable('voice', 'failed'));
      },
    });
    const { session, of, speak } = await open(counting, ['voice']);
    speak(250);
    await new Promise((resolve) => setTimeout(resolve, 20));
    session.withdraw();
    expect(() => {
      speak(100);
    }).toThrow(expect.objectContaining({ code: 'consentRequired' }));
    await session.end();
    expect(asked).toBe(0);
    expect(of('utterance.end')).toHaveLength(of('utterance.start').length);
    for (const one of of('fusion.result'))
      expect(one.decision).toMatchObject({ label: null, abstainReason: 'noEvidence' });
  });

  describe('of what was read already', () => {
    it('[PV3] takes the voice out of the answer that still waits for the words', async () => {
      const whisper = gate();
      const words = { text: WORDS, language: 'en', confidence: 1, source: 'whisper' } as const;
      const heard = await open(hearing({ transcribe: () => whisper.wait(words) }));
      await say(heard);
      expect(heard.of('emotion.voice').at(-1)?.evidence.status).toBe('available');
      heard.session.withdraw('voice');
      whisper.open();
      await heard.session.end();
      expect(heard.kept).toMatchObject([{ text: { status: 'available' }, transcript: { text: WORDS } }]);
      expectNoVoice(heard);
    });

    it('[PV3] takes the words out of the answer that still waits for the voice', async () => {
      const voice = gate();
      const heard = await open(hearing({ voice: () => voice.wait(VOICE) }));
      await say(heard);
      expect(heard.of('transcript.final')).toHaveLength(1);
      heard.session.withdraw('text');
      voice.open();
      await heard.session.end();
      expect(heard.kept).toMatchObject([{ voice: { status: 'available' } }]);
      expectNoWords(heard);
    });

    it('[PV3] takes the words along when it comes while their meaning is read', async () => {
      const reading = gate();
      const heard = await open(hearing({ text: () => reading.wait(TEXT) }));
      await say(heard);
      heard.session.withdraw('text');
      reading.open();
      await heard.session.end();
      expect(heard.of('fusion.result')).toHaveLength(1);
      expectNoWords(heard);
    });

    it('[PV3] [PR4] of everything leaves an answer by no evidence, so that the utterance has its end', async () => {
      const whisper = gate();
      const words = { text: WORDS, language: 'en', confidence: 1, source: 'whisper' } as const;
      const heard = await open(hearing({ transcribe: () => whisper.wait(words) }));
      await say(heard);
      heard.session.withdraw();
      whisper.open();
      await heard.session.end();
      expect(heard.of('utterance.start')).toHaveLength(1);
      expect(heard.of('utterance.end')).toHaveLength(1);
      expect(heard.of('fusion.result')).toMatchObject([{ decision: { label: null, abstainReason: 'noEvidence' } }]);
      expect(heard.of('session.trajectory')).toEqual([]);
      expectNoVoice(heard);
      expectNoWords(heard);
    });
  });

  describe('of what was answered already', () => {
    const MODALITIES: Modality[] = ['voice', 'text', 'face'];

    it('[PV3] leaves no voice to be fused anew with what comes late', async () => {
      const heard = await open(hearing(), MODALITIES);
      await say(heard);
      heard.session.withdraw('voice');
      heard.session.pushText({ text: 'what I said', startMs: 0, endMs: 1_000 });
      await aMoment();
      heard.session.pushReading(face(0, 900));
      await heard.session.end();
      expect(heard.of('fusion.revised').map(({ cause }) => cause)).toEqual(['transcriptRevised', 'evidenceAdded']);
      expectNoVoice(heard, 1);
    });

    it('[PV3] leaves no voice to be fused anew with words that are being read', async () => {
      const reading = gate();
      const texts = [Promise.resolve(TEXT), reading.wait(TEXT)];
      const heard = await open(hearing({ text: () => texts.shift() ?? Promise.resolve(TEXT) }));
      await say(heard);
      heard.session.pushText({ text: 'what I said', startMs: 0, endMs: 1_000 });
      await aMoment();
      heard.session.withdraw('voice');
      reading.open();
      await heard.session.end();
      expect(heard.of('fusion.revised')).toHaveLength(1);
      expectNoVoice(heard, 1);
    });

    it('[PV3] of the words leaves the answer as it was told, whatever words are being read or wait', async () => {
      const reading = gate();
      const texts = [Promise.resolve(TEXT), reading.wait(TEXT)];
      const heard = await open(hearing({ text: () => texts.shift() ?? Promise.resolve(TEXT) }));
      await say(heard);
      heard.session.pushText({ text: 'late words', startMs: 0, endMs: 1_000 });
      heard.session.pushText({ text: 'words of nothing yet', startMs: 5_000, endMs: 6_000 });
      await aMoment();
      heard.session.withdraw('text');
      reading.open();
      await heard.session.end();
      expect(heard.of('utterance.start')).toHaveLength(1);
      expect(heard.of('fusion.revised')).toEqual([]);
      expect(heard.kept).toHaveLength(1);
    });

    it('[PV3] of the words leaves none with an utterance that was being analysed, for what joins it late', async () => {
      const voice = gate();
      const heard = await open(hearing({ voice: () => voice.wait(VOICE) }), MODALITIES);
      await say(heard);
      heard.session.withdraw('text');
      voice.open();
      await aMoment();
      heard.session.pushReading(face(0, 900));
      await heard.session.end();
      expect(heard.of('fusion.revised')).toMatchObject([
        { cause: 'evidenceAdded', modalities: { voice: { status: 'available' }, face: { status: 'available' } } },
      ]);
      expectNoWords(heard);
    });
  });

  describe('where a language model is asked for causes', () => {
    const CAUSES: Cause[] = [{ cause: 'Nobody called.', utteranceId: 'u1', quote: 'secret', generated: true }];

    /** What was asked, and whether it was called off; each answer comes when it is let. */
    function asking() {
      const asked: { said: readonly Said[]; signal: AbortSignal }[] = [];
      const answers: (() => void)[] = [];
      const askCauses: AskCauses = (said, _locale, signal) => {
        asked.push({ said, signal });
        return new Promise((resolve) => {
          answers.push(() => {
            resolve(CAUSES);
          });
        });
      };
      return { asked, askCauses, answer: () => answers.shift()?.() };
    }

    it.each(['voice', 'text', undefined] as const)(
      '[CA4] [PV3] of %s nothing that was asked before is told',
      async (gone) => {
        const { asked, askCauses, answer } = asking();
        const heard = await open(hearing(), ['voice', 'text'], { askCauses });
        await say(heard);
        expect(asked[0]?.said[0]).toMatchObject({ words: WORDS, voice: [expect.stringContaining('pitch')] });
        heard.session.withdraw(gone);
        expect(asked[0]?.signal.aborted).toBe(true);
        answer();
        await heard.session.end();
        expect(heard.of('explanation.causes')).toEqual([]);
      },
    );

    it('[CA4] [PV3] of the voice the next question says nothing of how it sounded', async () => {
      const { asked, askCauses, answer } = asking();
      const heard = await open(hearing(), ['voice', 'text'], { askCauses });
      await say(heard);
      answer();
      await aMoment();
      heard.session.withdraw('voice');
      await say(heard);
      expect(asked[1]?.said).toMatchObject([
        { utteranceId: 'u1', words: WORDS, voice: [] },
        { utteranceId: 'u2', words: WORDS, voice: [] },
      ]);
      await heard.session.end();
    });

    it('[CA4] of a face leaves the question as it is, and so does a message in a session without a voice', async () => {
      const { asked, askCauses, answer } = asking();
      const heard = await open(hearing(), ['text', 'face'], { askCauses });
      heard.session.pushText({ text: WORDS });
      await aMoment();
      heard.session.withdraw('face');
      heard.session.pushText({ text: 'and more' });
      await aMoment();
      expect(asked[0]?.signal.aborted).toBe(false);
      answer();
      await aMoment();
      expect(heard.of('explanation.causes')).toEqual([{ resultOf: 'u1', causes: CAUSES }]);
      await heard.session.end();
    });
  });
});
