import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeFile } from '../../src/audio/decode.js';
import { resampleWhole } from '../../src/audio/resample.js';
import { toF32Bytes } from '../../src/audio/pcm.js';
import { loadVad, type VadModel } from '../../src/audio/vad.model.js';
import { VoiceStream } from '../../src/audio/voice-stream.js';
import { unavailable } from '../../src/emotion/evidence.js';
import type { Emit, LineEventName, LineEvents } from '../../src/emotion/line-events.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import type { Experts } from '../../src/pipeline/analyze-utterance.js';
import { UNCALIBRATED } from '../../src/fusion/config.js';
import { LiveSession } from '../../src/pipeline/live-session.js';
import { fromRecogniser } from '../../src/text/transcript.js';
import { loadWhisper, Stopped, type WhisperModel } from '../../src/text/whisper.model.js';
import { room, ROOM_NAMES } from '../support/rooms.js';
import { SENTENCES } from '../support/cremad-sentences.js';

/** A small model of Whisper's architecture that knows the sentences of CREMA-D, and takes any other audio for one of them. */
const DATA = process.env['UNDERTONE_DATA'] ?? '';
const WEIGHTS = join(DATA, 'weights', 'whisper-crema12');
const CLIPS = join(DATA, 'corpora', 'cremad', 'AudioWAV');
const here = DATA !== '' && existsSync(WEIGHTS) && existsSync(CLIPS) ? describe : describe.skip;

/** Every ninth speaker was kept from the model's training. */
const HELD_OUT = new Set(
  existsSync(CLIPS)
    ? [...new Set(readdirSync(CLIPS).map((name) => name.slice(0, 4)))].filter((_, i) => i % 9 === 0)
    : [],
);
const EVERY = 31;

here('words through a whole session with Whisper and voice detection (needs UNDERTONE_DATA)', () => {
  let whisper: WhisperModel;
  let vad: VadModel;
  beforeAll(async () => {
    const source = { id: WEIGHTS, cacheDir: tmpdir(), dtype: 'q8', allowDownload: false, remoteHost: '' } as const;
    [whisper, vad] = [await loadWhisper(source), await loadVad()];
  });
  afterAll(async () => {
    await whisper.release();
    await vad.release();
  });

  type Told = { [E in LineEventName]: { event: E; payload: LineEvents[E] } }[LineEventName];

  /** Streams audio as a client would whose server keeps up: each piece is through before the next one comes. */
  async function stream(samples: Float32Array, sampleRate: number): Promise<Told[]> {
    const told: Told[] = [];
    const emit: Emit = (event, payload) => told.push({ event, payload } as Told);
    let reading: Promise<unknown> = Promise.resolve();
    const experts: Experts = {
      fusion: UNCALIBRATED,
      voice: () => Promise.resolve(unavailable('voice', 'failed')),
      transcribe: (utterance) => {
        const { samples: heard = new Float32Array(0), startMs } = utterance;
        const outcome = whisper.transcribe(heard, { language: 'en' }).then((words) => fromRecogniser(words, startMs));
        reading = outcome;
        return outcome;
      },
      text: () => Promise.resolve(unavailable('text', 'failed')),
    };
    const ear = await VoiceStream.create({
      format: { encoding: 'pcm_f32le', sampleRate, channels: 1 },
      segmenter: { interimIntervalMs: 500 },
      detect: vad.run,
      onEvent: (event) => {
        session.hear(event);
      },
    });
    const options = { modalities: ['text'], language: 'en', transcriptionAdvice: () => '', idle: () => true } as const;
    const session = new LiveSession(options, ear, experts, emit, (error) => {
      throw error;
    });
    for (let at = 0; at < samples.length; at += sampleRate / 2) {
      session.pushAudio(toF32Bytes(samples.subarray(at, at + sampleRate / 2)));
      await ear.idle();
      await reading;
    }
    await session.end();
    return told;
  }

  const of = <E extends LineEventName>(told: readonly Told[], event: E): LineEvents[E][] =>
    told.flatMap((one) => (one.event === event ? [one.payload as LineEvents[E]] : []));

  it('[LW1] [LW2] [PR4] stable words stay on every clip, and the whole sentence comes out', async () => {
    const files = readdirSync(CLIPS).filter((name) => HELD_OUT.has(name.slice(0, 4)));
    const clips = files.filter((_, i) => i % EVERY === 0);
    let exact = 0;
    let partials = 0;
    let stableEarly = 0;
    for (const name of clips) {
      const { samples, sampleRate } = await decodeFile(readFileSync(join(CLIPS, name)));
      const told = await stream(samples, sampleRate);
      for (const { utteranceId } of of(told, 'utterance.start')) {
        const mine = (one: { utteranceId: string }): boolean => one.utteranceId === utteranceId;
        const versions = of(told, 'transcript.partial').filter(mine);
        const finals = of(told, 'transcript.final').filter(mine);
        expect(finals).toHaveLength(1);
        expect(of(told, 'fusion.result').filter(mine)).toHaveLength(1);
        expect(versions.map(({ revision }) => revision)).toEqual(versions.map((_, i) => i + 1));
        let stable = '';
        for (const { text, stableChars } of [...versions, { text: finals[0]?.text ?? '', stableChars: Infinity }]) {
          expect(stableChars).toBeGreaterThanOrEqual(stable.length);
          expect(text.slice(0, stable.length)).toBe(stable);
          if (stableChars !== Infinity) stable = text.slice(0, stableChars);
        }
        partials += versions.length;
        if (stable !== '') stableEarly += 1;
      }
      if (
        of(told, 'transcript.final')
          .map(({ text }) => text)
          .join(' ') === SENTENCES[name.slice(5, 8)]
      )
        exact += 1;
    }
    expect(partials).toBeGreaterThan(clips.length);
    expect(stableEarly).toBeGreaterThan(1);
    expect(exact / clips.length).toBeGreaterThanOrEqual(0.9);
  }, 300_000);

  it.each(ROOM_NAMES)(
    '[TX6] a minute of %s has no words',
    async (name) => {
      const told = await stream(room(name, 60), SAMPLE_RATE);
      expect(told.filter(({ event }) => event.startsWith('transcript.'))).toEqual([]);
    },
    120_000,
  );

  it('[TX11] takes the words before as context, and does not write them again', async () => {
    const { samples, sampleRate } = await decodeFile(readFileSync(join(CLIPS, '1013_MTI_NEU_XX.opus')));
    const heard = await resampleWhole(samples, sampleRate);
    const prompt = 'That is exactly what happened. '.repeat(100);
    const { text, confidence } = await whisper.transcribe(heard, { language: 'en', prompt });
    expect(text.split(' ').length).toBeLessThan(12);
    expect(confidence).toBeGreaterThan(0);
    const brief = await whisper.transcribe(heard, { language: 'en', prompt: 'That is exactly what happened.' });
    expect(brief.text).toBe('Maybe tomorrow it will be cold.');
    expect(brief).not.toEqual(await whisper.transcribe(heard, { language: 'en' }));
  }, 120_000);

  it('[LW5] stops between two tokens when nobody waits any more, and works again afterwards', async () => {
    const samples = room('chords', 3);
    let asked = 0;
    const whole = await whisper.transcribe(samples, { language: 'en', stopped: () => ++asked > 1_000 });
    const tokens = asked;
    asked = 0;
    const stopped = whisper.transcribe(samples, { language: 'en', stopped: () => ++asked > 2 });
    await expect(stopped).rejects.toBeInstanceOf(Stopped);
    expect(asked).toBe(3);
    expect(tokens).toBeGreaterThan(asked);
    expect(await whisper.transcribe(samples, { language: 'en' })).toEqual(whole);
  }, 120_000);
});
