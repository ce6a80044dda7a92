import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
import { haveCorpora } from '../support/held-out.js';
import { room, ROOM_NAMES } from '../support/rooms.js';
import {
  hitsOf,
  type Hits,
  isOwn,
  report,
  saidByPeople,
  saidByVoices,
  stableThrough,
  WHISPER,
  type Said,
} from '../support/said.js';

const voices = saidByVoices(5);

describe('words through a whole session with Whisper and voice detection', () => {
  let whisper: WhisperModel;
  let vad: VadModel;
  beforeAll(async () => {
    const source = { id: WHISPER, cacheDir: tmpdir(), dtype: 'q8', allowDownload: false, remoteHost: '' } as const;
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
        const { samples: heard = new Float32Array(0), startMs, interim } = utterance;
        const outcome = whisper
          .transcribe(heard, { language: 'en' })
          .then((words) => fromRecogniser(words, startMs, interim));
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

  /** Streams clips, checks the rules of partial words on each, and gives what was said and what was written at last. */
  async function streamed(clips: readonly Said[]): Promise<{ hits: Hits; stableEarly: number }> {
    const pairs: [string, string][] = [];
    let [partials, stableEarly] = [0, 0];
    for (const clip of clips) {
      const told = await stream(await clip.samples(), SAMPLE_RATE);
      for (const { utteranceId } of of(told, 'utterance.start')) {
        const mine = (one: { utteranceId: string }): boolean => one.utteranceId === utteranceId;
        const versions = of(told, 'transcript.partial').filter(mine);
        const finals = of(told, 'transcript.final').filter(mine);
        expect(finals.length).toBeLessThanOrEqual(1);
        expect(of(told, 'fusion.result').filter(mine)).toHaveLength(1);
        expect(versions.map(({ revision }) => revision)).toEqual(versions.map((_, i) => i + 1));
        const stable = stableThrough([...versions, ...finals.map(({ text }) => ({ text, stableChars: text.length }))]);
        partials += versions.length;
        if (stable.slice(0, -1).some((text) => text !== '')) stableEarly += 1;
      }
      const written = of(told, 'transcript.final').map(({ text }) => text);
      pairs.push([clip.sentence, written.join(' ')]);
    }
    expect(partials).toBeGreaterThan(clips.length);
    return { hits: hitsOf(pairs), stableEarly };
  }

  it('[LW1] [LW2] [PR4] stable words stay on every clip, and the whole sentence comes out', async () => {
    const { hits } = await streamed(voices);
    if (isOwn) expect(hits.exact).toBeGreaterThanOrEqual(0.9);
  }, 300_000);

  it('[LW1] [LW2] words are stable before a long utterance ends, and stay', async () => {
    const breath = ([first, second]: readonly [Said, Said]): Said => ({
      name: `${first.name}, ${second.name}`,
      sentence: `${first.sentence} ${second.sentence}`,
      samples: async () => {
        const [one, other] = [await first.samples(), await second.samples()];
        // Without the silence at their ends, so that no utterance ends between them.
        const parts = [one.subarray(0, one.length - 0.45 * SAMPLE_RATE), other.subarray(0.25 * SAMPLE_RATE)];
        return new Float32Array(parts.flatMap((part) => [...part]));
      },
    });
    const { stableEarly } = await streamed([0, 2, 4, 6].map((i) => breath([voices[i]!, voices[i + 1]!])));
    expect(stableEarly).toBeGreaterThan(0);
  }, 120_000);

  (haveCorpora ? it : it.skip)(
    '[LW1] [LW2] [PR4] so it is with people whom Whisper never heard (needs UNDERTONE_DATA)',
    async () => {
      const { hits } = await streamed(await saidByPeople(25));
      report('people, streamed', hits);
      if (isOwn) expect(hits.exact).toBeGreaterThanOrEqual(0.9);
    },
    300_000,
  );

  it.each(ROOM_NAMES)(
    '[TX6] a minute of %s has no words',
    async (name) => {
      const told = await stream(room(name, 60), SAMPLE_RATE);
      expect(told.filter(({ event }) => event.startsWith('transcript.'))).toEqual([]);
    },
    120_000,
  );

  it('[TX11] takes the words before as context, and does not write them again', async () => {
    const clip = voices.find(({ sentence }) => sentence !== 'That is exactly what happened.')!;
    const heard = await clip.samples();
    const prompt = 'That is exactly what happened. '.repeat(100);
    const { text, confidence } = await whisper.transcribe(heard, { language: 'en', prompt });
    expect(text.split(' ').length).toBeLessThan(12);
    expect(confidence).toBeGreaterThan(0);
    const brief = await whisper.transcribe(heard, { language: 'en', prompt: 'That is exactly what happened.' });
    expect(brief.text).toBe(clip.sentence);
    expect(brief).not.toEqual(await whisper.transcribe(heard, { language: 'en' }));
  }, 120_000);

  it('[LW5] stops between two tokens when nobody waits any more, and works again afterwards', async () => {
    const samples = await voices[0]!.samples();
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
