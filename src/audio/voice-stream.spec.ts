import { clip, pieces, seeded } from '../../test/support/clips.js';
import { WireError } from '../common/errors.js';
import { sha256 } from '../common/model-manifest.js';
import type { AudioFormat } from '../emotion/utterance.js';
import { decodeFile } from './decode.js';
import { concatSamples, toF32Bytes, toS16Bytes } from './pcm.js';
import type { SegmenterConfig, UtteranceEnd } from './segmenter.js';
import { WINDOW } from './segmenter.js';
import { type DetectVoice, loadVad, type VadModel } from './vad.model.js';
import { type VoiceEvent, VoiceStream, type VoiceStreamOptions } from './voice-stream.js';

const S16: AudioFormat = { encoding: 'pcm_s16le', sampleRate: 16_000, channels: 1 };

let vad: VadModel;
beforeAll(async () => {
  vad = await loadVad();
});
afterAll(() => vad.release());

interface Ear {
  readonly stream: VoiceStream;
  readonly events: VoiceEvent[];
}

async function ear(format: AudioFormat, options: Partial<VoiceStreamOptions> = {}): Promise<Ear> {
  const events: VoiceEvent[] = [];
  const detect: DetectVoice = (windows, state) => vad.run(windows, state);
  const stream = await VoiceStream.create({ format, detect, onEvent: (e) => events.push(e), ...options });
  return { stream, events };
}

async function hear(
  frames: Iterable<Uint8Array>,
  format: AudioFormat,
  options: Partial<VoiceStreamOptions> = {},
): Promise<VoiceEvent[]> {
  const { stream, events } = await ear(format, options);
  for (const frame of frames) stream.push(frame);
  await stream.end();
  return events;
}

/** Events with a hash in place of the samples: equal hashes are equal bits, and compare fast. */
const digest = (events: readonly VoiceEvent[]): unknown[] =>
  events.map((e) => ('samples' in e ? { ...e, samples: sha256(new Uint8Array(e.samples.buffer)) } : e));

const ends = (events: readonly VoiceEvent[]): UtteranceEnd[] => events.filter((e) => e.type === 'end');
const raw = (name: string): Uint8Array => clip(name).slice(44);

/** Any sound will do as speech where only the mechanics are tested: loud is speech, quiet is not. */
const loudness: DetectVoice = (windows, state) => {
  const probabilities = Float32Array.from({ length: windows.length / WINDOW }, (_, i) => {
    const window = windows.subarray(i * WINDOW, (i + 1) * WINDOW);
    return window.reduce((sum, s) => sum + s * s, 0) / WINDOW > 0.001 ? 0.9 : 0.1;
  });
  return Promise.resolve({ probabilities, state });
};

describe('VoiceStream on speech', () => {
  it('[VS1] hears the two sentences of the clip where they are', async () => {
    const utterances = ends(await hear([raw('two-sentences.wav')], S16));
    expect(utterances).toHaveLength(2);
    const [first, second] = utterances;
    // Spoken 0.50–1.20 s and 2.40–4.10 s; 300 ms of pre-roll and 160 ms of tail belong to it.
    expect(first!.startMs).toBeGreaterThanOrEqual(150);
    expect(first!.startMs).toBeLessThanOrEqual(320);
    expect(first!.endMs).toBeGreaterThanOrEqual(1150);
    expect(first!.endMs).toBeLessThanOrEqual(1500);
    expect(second!.startMs).toBeGreaterThanOrEqual(2000);
    expect(second!.startMs).toBeLessThanOrEqual(2300);
    expect(second!.endMs).toBeGreaterThanOrEqual(3900);
    expect(second!.endMs).toBeLessThanOrEqual(4500);
  });

  it.each(['noise.wav', 'silence.wav'])('[VS1] hears nobody in %s', async (name) => {
    expect(await hear([raw(name)], S16)).toEqual([]);
  });

  it('[VS2] says that clipped speech is clipped, once, and still hears it', async () => {
    const speech = raw('clipped.wav');
    const events = await hear([speech, speech, speech, speech], S16);
    expect(events.filter((e) => e.type === 'warning').map((e) => e.code)).toEqual(['clipping']);
    expect(ends(events).length).toBeGreaterThanOrEqual(4);
  });

  it('[PR5] any cutting of the same 16 kHz frames gives the same events, bit for bit', async () => {
    const random = seeded(1);
    const segmenter: Partial<SegmenterConfig> = { interimIntervalMs: 400 };
    const whole = await hear([raw('two-sentences.wav')], S16, { segmenter });
    expect(whole.filter((e) => e.type === 'interim').length).toBeGreaterThan(2);
    for (const max of [200, 640, 32_000]) {
      const cut = await hear(pieces(raw('two-sentences.wav'), max, random, 2), S16, { segmenter });
      expect(digest(cut)).toEqual(digest(whole));
    }
  });

  it.each([
    ['two-sentences.8k.mulaw', { encoding: 'mulaw', sampleRate: 8000, channels: 1 }, 1, 2],
    ['fine.44k1-stereo.wav', { encoding: 'pcm_s16le', sampleRate: 44_100, channels: 2 }, 4, 1],
    ['fine.48k.f32', { encoding: 'pcm_f32le', sampleRate: 48_000, channels: 1 }, 4, 1],
    ['two-sentences.opus.webm', { encoding: 'webm_opus', sampleRate: 48_000, channels: 1 }, 1, 2],
    ['two-sentences.opus.ogg', { encoding: 'ogg_opus', sampleRate: 16_000, channels: 1 }, 1, 2],
  ] as const)('[PR5] any cutting of %s gives the same events', async (name, format, step, count) => {
    const bytes = name.endsWith('.wav') ? raw(name) : clip(name);
    const whole = await hear([bytes], format);
    expect(ends(whole)).toHaveLength(count);
    const random = seeded(name.length);
    for (const max of [1500, 40_000]) {
      expect(digest(await hear(pieces(bytes, max, random, step), format))).toEqual(digest(whole));
    }
  });

  it('[PR5] slow and fast arrival give the same events', async () => {
    const whole = await hear([raw('two-sentences.wav')], S16);
    const { stream, events } = await ear(S16);
    for (const frame of pieces(raw('two-sentences.wav'), 16_000, seeded(5), 2)) {
      stream.push(frame);
      await stream.idle();
    }
    await stream.end();
    expect(digest(events)).toEqual(digest(whole));
  });

  it('[PR5] the wav file gives the same events as its samples streamed raw', async () => {
    const { samples, sampleRate } = await decodeFile(clip('two-sentences.wav'));
    const file = await hear([toF32Bytes(samples)], { encoding: 'pcm_f32le', sampleRate, channels: 1 });
    expect(digest(file)).toEqual(digest(await hear([raw('two-sentences.wav')], S16)));
  });

  it('[PR5] denoised audio does not depend on the cutting either', async () => {
    const options = { denoise: true };
    const whole = await hear([raw('noisy.wav')], S16, options);
    expect(ends(whole)).toHaveLength(1);
    const cut = await hear(pieces(raw('noisy.wav'), 3000, seeded(9), 2), S16, options);
    expect(digest(cut)).toEqual(digest(whole));
  });
});

describe('VoiceStream and the order of what is said to it', () => {
  const forced = (stream: VoiceStream): void => {
    stream.forceEnd();
  };
  const updated = (stream: VoiceStream): void => {
    stream.update({ minSilenceMs: 320 });
  };

  /** All that voice detection is given, where `then` follows each frame before it is decoded. */
  async function heard(name: string, format: AudioFormat, then?: (stream: VoiceStream) => void): Promise<string> {
    const parts: Float32Array[] = [];
    const detect: DetectVoice = (windows, state) => {
      parts.push(windows.slice());
      return Promise.resolve({ probabilities: new Float32Array(windows.length / WINDOW), state });
    };
    const { stream } = await ear(format, { detect });
    const bytes = name.endsWith('.wav') ? raw(name) : clip(name);
    for (const frame of pieces(bytes, 2000, seeded(7), 2)) {
      // What is decoded leaves a remainder, and the next frame waits behind it.
      await stream.idle();
      stream.push(frame);
      then?.(stream);
    }
    await stream.end();
    return sha256(new Uint8Array(concatSamples(parts).buffer));
  }

  it.each([
    ['two-sentences.wav', S16],
    ['two-sentences.opus.webm', { encoding: 'webm_opus', sampleRate: 48_000, channels: 1 }],
    ['two-sentences.opus.ogg', { encoding: 'ogg_opus', sampleRate: 48_000, channels: 1 }],
  ] as const)('[VS4] a forced end and new settings leave the sound of %s in its order', async (name, format) => {
    const plain = await heard(name, format);
    expect(await heard(name, format, forced)).toBe(plain);
    expect(await heard(name, format, updated)).toBe(plain);
  });
});

describe('VoiceStream on bad input', () => {
  it('[AU2] refuses a frame that ends within a sample, and goes on', async () => {
    const { stream, events } = await ear(S16);
    expect(() => {
      stream.push(new Uint8Array(321));
    }).toThrow(new WireError('invalidAudioFrame', 'a frame holds whole samples: a multiple of 2 bytes'));
    stream.push(raw('two-sentences.wav'));
    await stream.end();
    expect(ends(events)).toHaveLength(2);
  });

  it('[AU2] reads NaN as silence and says so once, wherever frames are cut', async () => {
    const { samples } = await decodeFile(clip('two-sentences.wav'));
    samples.fill(NaN, 30_000, 31_000);
    const format: AudioFormat = { encoding: 'pcm_f32le', sampleRate: 16_000, channels: 1 };
    const whole = await hear([toF32Bytes(samples)], format);
    expect(whole.map((e) => (e.type === 'warning' ? e.code : e.type))).toEqual([
      'start',
      'end',
      'invalidSamples',
      'start',
      'end',
    ]);
    const cut = await hear(pieces(toF32Bytes(samples), 900, seeded(2), 4), format);
    expect(digest(cut)).toEqual(digest(whole));
  });

  it('[AU2] a clip of 1 ms, an empty frame and no frame at all give no utterance and no fault', async () => {
    expect(await hear([new Uint8Array(32).fill(90)], S16)).toEqual([]);
    expect(await hear([new Uint8Array(0)], S16)).toEqual([]);
    expect(await hear([], S16)).toEqual([]);
  });

  it('[AU2] bytes that are no webm are one error; frames after it are errors too, none is fatal', async () => {
    const webm: AudioFormat = { encoding: 'webm_opus', sampleRate: 48_000, channels: 1 };
    const events = await hear([clip('not-audio.bin'), clip('two-sentences.opus.webm')], webm);
    expect(events.map((e) => (e.type === 'error' ? e.error.code : e.type))).toEqual([
      'invalidAudioFrame',
      'invalidAudioFrame',
    ]);
  });

  it('[AU2] random bytes as PCM are just noise', async () => {
    const random = seeded(3);
    const bytes = Uint8Array.from({ length: 64_000 }, () => 256 * random());
    for (const encoding of ['pcm_s16le', 'pcm_f32le', 'mulaw'] as const) {
      const events = await hear([bytes], { encoding, sampleRate: 16_000, channels: 2 });
      expect(events.some((e) => e.type === 'error')).toBe(false);
    }
  });

  it('[AU2] speech declared at a wrong rate is heard at a wrong speed, with the times of the declared rate', async () => {
    const { stream } = await ear({ ...S16, sampleRate: 48_000 });
    stream.push(raw('two-sentences.wav'));
    await stream.end();
    expect(stream.receivedMs).toBe(Math.round(78_490 / 48));
  });

  it('[VS3] an hour of silence costs constant memory, no network call, and one warning', async () => {
    const { stream, events } = await ear(S16);
    const second = new Uint8Array(32_000);
    let most = 0;
    for (let i = 0; i < 3600; i++) {
      stream.push(second);
      most = Math.max(most, stream.bufferedMs);
      await stream.idle();
    }
    await stream.end();
    expect(events.map((e) => e.type === 'warning' && e.code)).toEqual(['noSpeech']);
    expect(stream.receivedMs).toBe(3_600_000);
    expect(most).toBeLessThanOrEqual(1032);
  });
});

describe('VoiceStream mechanics', () => {
  const loud = (ms: number): Uint8Array =>
    toS16Bytes(Float32Array.from({ length: 16 * ms }, (_, i) => 0.3 * Math.sin(i)));
  const quiet = (ms: number): Uint8Array => new Uint8Array(32 * ms);
  const mechanics = { detect: loudness };

  it('[VS4] a forced end closes what was pushed before it, not what comes after', async () => {
    const { stream, events } = await ear(S16, mechanics);
    stream.push(loud(1024));
    stream.forceEnd();
    stream.push(loud(1024));
    await stream.end();
    expect(ends(events).map((e) => [e.startMs, e.endMs, e.reason])).toEqual([
      [0, 1024, 'forced'],
      [1024, 2048, 'sessionEnd'],
    ]);
  });

  it('[VS4] new settings apply to what is pushed after them', async () => {
    const { stream, events } = await ear(S16, mechanics);
    stream.push(Buffer.concat([loud(512), quiet(480), loud(512)]));
    stream.update({ minSilenceMs: 320 });
    stream.push(Buffer.concat([quiet(480), loud(512)]));
    await stream.end();
    expect(ends(events).map((e) => e.reason)).toEqual(['silence', 'sessionEnd']);
  });

  it('[VS5] one call of voice detection is in flight, and frames meanwhile go into the next', async () => {
    let inFlight = 0;
    const calls: number[] = [];
    const detect: DetectVoice = async (windows, state) => {
      expect(++inFlight).toBe(1);
      calls.push(windows.length / WINDOW);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight--;
      return loudness(windows, state);
    };
    const { stream } = await ear(S16, { detect });
    for (let i = 0; i < 20; i++) stream.push(loud(32));
    await new Promise((resolve) => setTimeout(resolve, 2));
    for (let i = 0; i < 20; i++) stream.push(loud(32));
    await stream.end();
    expect(calls).toEqual([20, 20]);
  });

  it('[VS6] after drop nothing is delivered, not even what is in flight, and nothing is kept', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const detect: DetectVoice = async (windows, state) => {
      await gate;
      return loudness(windows, state);
    };
    const { stream, events } = await ear(S16, { detect });
    stream.push(loud(3000));
    await Promise.resolve();
    expect(stream.bufferedMs).toBe(3000);
    stream.drop();
    expect(stream.bufferedMs).toBe(0);
    release();
    await stream.idle();
    await stream.end();
    expect(events).toEqual([]);
    expect(() => {
      stream.push(loud(20));
    }).toThrow(WireError);
  });

  it('[VS6] an event handler may drop the stream or add to it', async () => {
    const events: VoiceEvent[] = [];
    const box: { stream?: VoiceStream } = {};
    const onEvent = (event: VoiceEvent): void => {
      events.push(event);
      if (event.type === 'start') box.stream?.forceEnd();
      if (event.type === 'end') box.stream?.drop();
    };
    box.stream = await VoiceStream.create({ format: S16, detect: loudness, onEvent });
    box.stream.push(loud(1024));
    box.stream.push(loud(1024));
    await box.stream.end();
    expect(events.map((e) => e.type)).toEqual(['start', 'end']);
  });

  it('[VS7] a failed voice detection is an error that counts as silence; times stay right', async () => {
    let calls = 0;
    const detect: DetectVoice = (windows, state) =>
      calls++ === 0 ? Promise.reject(new Error('thread lost')) : loudness(windows, state);
    const { stream, events } = await ear(S16, { detect });
    stream.push(loud(640));
    await stream.idle();
    stream.push(loud(1024));
    await stream.end();
    expect(events.map((e) => e.type)).toEqual(['error', 'start', 'end']);
    expect(ends(events)[0]).toMatchObject({ startMs: 320, endMs: 1664 });
  });

  it('[PR6] refuses more than may wait, and says when to come back', async () => {
    const { stream } = await ear(S16, { ...mechanics, maxBufferedMs: 1000 });
    stream.push(loud(1100));
    expect(() => {
      stream.push(loud(20));
    }).toThrow(expect.objectContaining({ code: 'rateLimited', details: { retryAfterMs: 1000 } }));
    await stream.idle();
    stream.push(loud(20));
    await stream.end();
  });
});

const DATA = process.env['UNDERTONE_DATA'];
(DATA ? describe : describe.skip)('VoiceStream on real speech (UNDERTONE_DATA)', () => {
  it('[PR5] hears a speech of eleven seconds, however it is cut', async () => {
    const { readFileSync } = await import('node:fs');
    const { samples, sampleRate } = await decodeFile(new Uint8Array(readFileSync(`${DATA!}/weights/clips/jfk.flac`)));
    expect(samples.length / sampleRate).toBeCloseTo(11, 0);
    const format: AudioFormat = { encoding: 'pcm_f32le', sampleRate, channels: 1 };
    const whole = await hear([toF32Bytes(samples)], format);
    expect(ends(whole).length).toBeGreaterThanOrEqual(2);
    const cut = await hear(pieces(toF32Bytes(samples), 20_000, seeded(4), 4), format);
    expect(digest(cut)).toEqual(digest(whole));
  });
});
