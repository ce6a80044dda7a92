import type { Modality } from '../emotion/evidence.js';
import type { Experts } from './analyze-utterance.js';
import { face, fakeExperts, heldReading, open, said } from './live-session.fixture.js';

describe('LiveSession', () => {
  it('[PR4] tells utterances in order, and warns once that words cannot be written down', async () => {
    const { session, names, of, speak, pause } = await open();
    for (let i = 0; i < 3; i++) {
      speak(1_000);
      pause(1_000);
    }
    await session.end();
    expect(of('fusion.result').map((one) => one.utteranceId)).toEqual(['u1', 'u2', 'u3']);
    expect(names().filter((name) => name === 'warning')).toHaveLength(1);
    expect(session.bufferedMs).toBe(0);
  });

  it('words with a time join their utterance instead of Whisper, early, or revise it, late', async () => {
    const { session, of, speak, pause } = await open();
    session.pushText({ text: 'early words', startMs: 0, endMs: 1_000 });
    speak(1_000);
    pause(1_000);
    speak(1_000);
    pause(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.pushText({ text: 'late words', startMs: 2_000, endMs: 3_000 });
    session.pushText({ text: 'words of nothing', startMs: 9_000, endMs: 9_500 });
    await session.end();
    const transcripts = of('transcript.final').map(({ utteranceId, text }) => [utteranceId, text]);
    expect(transcripts).toEqual([
      ['u1', 'early words'],
      ['u3', 'words of nothing'],
    ]);
    expect(of('fusion.revised')).toMatchObject([{ utteranceId: 'u2', revision: 2, supersedes: 'u2r1' }]);
    expect(of('fusion.result').map((one) => one.utteranceId)).toEqual(['u1', 'u2', 'u3']);
  });

  it('words that come late join those that came before', async () => {
    const { session, kept, speak, pause } = await open();
    session.pushText({ text: 'I am fine', startMs: 0, endMs: 500 });
    speak(1_000);
    pause(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    session.pushText({ text: 'my friend', startMs: 500, endMs: 1_000 });
    await session.end();
    expect(kept.map(({ transcript, cause }) => [transcript?.text, cause])).toEqual([
      ['I am fine', 'analysis'],
      ['I am fine my friend', 'transcriptRevised'],
    ]);
  });

  it('an interim reading that is still on its way when the utterance ends is not told', async () => {
    const release: (() => void)[] = [];
    const slow = fakeExperts({
      voice: (utterance) =>
        new Promise((resolve) => {
          const answer = (): void => {
            resolve(said('voice', { voicedMs: 2_000, snrDb: 30, clipping: 0 }));
          };
          if (utterance.endReason === 'silence') answer();
          else release.push(answer);
        }),
    });
    const { session, of, speak, pause } = await open(slow);
    speak(1_200);
    pause(1_000);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(release).toHaveLength(1);
    for (const answer of release) answer();
    await session.end();
    expect(of('emotion.voice').map((one) => one.isFinal)).toEqual([true]);
  });

  describe('readings of the client’s own models', () => {
    const WITH_FACE: Modality[] = ['voice', 'text', 'face'];

    it('[EI2] take part in their utterance until it is decided, and revise it afterwards', async () => {
      const { slow, finish } = heldReading();
      const { session, of, names, speak, pause } = await open(slow, WITH_FACE);
      speak(1_000);
      pause(1_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      session.pushReading(face(0, 900));
      finish();
      speak(1_000);
      pause(1_000);
      await new Promise((resolve) => setTimeout(resolve, 50));
      session.pushReading(face(2_000, 2_500));
      session.pushReading(face(2_500, 3_000));
      await session.end();
      const [early, late] = of('fusion.result');
      expect(early?.modalities.face?.top).toBe('happy');
      expect(early?.explanation.cues.map(({ modality }) => modality)).toEqual(['face']);
      expect(late?.modalities.face).toBeUndefined();
      expect(of('emotion.further')).toMatchObject([{ utteranceId: 'u1', modality: 'face', isFinal: true }]);
      expect(names().indexOf('emotion.further')).toBeLessThan(names().indexOf('fusion.result'));
      expect(of('fusion.revised')).toMatchObject([
        {
          utteranceId: 'u2',
          revision: 2,
          supersedes: 'u2r1',
          cause: 'evidenceAdded',
          modalities: { face: { top: 'happy' } },
        },
      ]);
      expect(of('fusion.revised')[0]?.changed).toContain('face');
    });

    it('[EI1] [EI4] are refused without consent, and nothing of them is left once it is withdrawn', async () => {
      const without = await open();
      expect(() => {
        without.session.pushReading(face(0, 900));
      }).toThrow(expect.objectContaining({ code: 'consentRequired' }));
      await without.session.end();

      const { session, of, speak, pause } = await open(fakeExperts(), WITH_FACE);
      session.pushReading(face(0, 900));
      expect(session.withdraw('face').remaining).toEqual(['voice', 'text']);
      speak(1_000);
      pause(1_000);
      await session.end();
      expect(of('fusion.result')[0]?.modalities.face).toBeUndefined();
      expect(() => {
        session.pushReading(face(0, 900));
      }).toThrow(expect.objectContaining({ code: 'consentRequired' }));
    });

    it('[EI4] end with the last of voice and words, which they could join', async () => {
      const { session } = await open(fakeExperts(), WITH_FACE);
      session.withdraw('voice');
      expect(session.withdraw('text').remaining).toEqual([]);
      await session.end();
    });

    it('[EI2] that share no utterance’s time are dropped with a warning, and no more wait than can', async () => {
      const { session, of, speak, pause } = await open(fakeExperts(), WITH_FACE);
      speak(1_000);
      pause(1_000);
      expect(() => {
        for (let i = 0; i < 1_000; i++) session.pushReading(face(50_000, 51_000));
      }).toThrow(expect.objectContaining({ code: 'rateLimited' }));
      await session.end();
      expect(of('fusion.revised')).toEqual([]);
      expect(of('warning').map(({ code }) => code)).toContain('evidenceUnmatched');
    });
  });

  describe('words while they are spoken', () => {
    const HYPOTHESES = ['I am on', 'I am on my', 'I am on my way'];
    /** Each hypothesis says more; the last transcript is that of the whole utterance. */
    const hearing = (final: string, hypotheses = HYPOTHESES): Experts & { readonly interims: () => number } => {
      let count = 0;
      const experts = fakeExperts({
        transcribe: ({ clientText, interim }) => {
          const text = clientText?.text ?? (interim ? (hypotheses[count++] ?? '') : final);
          return Promise.resolve({ text, language: 'en', confidence: 0.9, source: clientText ? 'client' : 'whisper' });
        },
      });
      return { ...experts, interims: () => count };
    };

    it('[LW1] [LW2] are told with their stable beginning, and the final transcript begins with it', async () => {
      const { session, of, names, speak, pause } = await open(hearing('He was on my way home.'));
      for (let i = 0; i < 3; i++) {
        speak(1_300);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      pause(1_000);
      await session.end();
      const partials = of('transcript.partial').map(({ text, stableChars }) => [text, text.slice(0, stableChars)]);
      expect(partials).toEqual([
        ['I am on', ''],
        ['I am on my', 'I am on'],
        ['I am on my way', 'I am on my'],
      ]);
      const [final] = of('transcript.final');
      expect(final?.text).toBe('I am on my way home.');
      expect(names().indexOf('transcript.final')).toBeGreaterThan(names().lastIndexOf('transcript.partial'));
    });

    it('[LW4] [PR2] are neither asked for nor told without consent for text', async () => {
      const experts = hearing('words');
      const { session, of, speak, pause } = await open(experts, ['voice']);
      speak(3_000);
      pause(1_000);
      await session.end();
      expect(experts.interims()).toBe(0);
      expect(of('transcript.partial')).toEqual([]);
    });

    it('[LW4] [PV3] are not told when the consent went away while they were read', async () => {
      const { session, of, speak, pause } = await open(
        fakeExperts({
          transcribe: ({ interim }) => {
            if (interim) session.withdraw('text');
            return Promise.resolve({ text: 'secret', language: 'en', confidence: 0.9, source: 'whisper' });
          },
        }),
      );
      speak(3_000);
      pause(1_000);
      await session.end();
      expect([...of('transcript.partial'), ...of('transcript.final')]).toEqual([]);
    });

    it("[LW4] are the client's own business where it transcribes by itself", async () => {
      const experts = hearing('never');
      const { session, of, speak, pause } = await open(experts);
      session.pushText({ text: 'my words', startMs: 0, endMs: 3_000 });
      speak(3_000);
      pause(1_000);
      await session.end();
      expect(experts.interims()).toBe(0);
      expect(of('transcript.final').map(({ text, source }) => [text, source])).toEqual([['my words', 'client']]);
    });
  });
});
