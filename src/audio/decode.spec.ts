import { clip, pieces, seeded, snrDb } from '../../test/support/clips.js';
import { WireError } from '../common/errors.js';
import type { Encoding } from '../emotion/utterance.js';
import { createFrameDecoder, decodeFile } from './decode.js';
import { concatSamples } from './pcm.js';
import { readRecording } from './read-recording.js';

async function streamed(parts: Iterable<Uint8Array>, encoding: Encoding): Promise<Float32Array> {
  const decoder = createFrameDecoder({ encoding, sampleRate: 48_000, channels: 1 });
  const out: Float32Array[] = [];
  for (const part of parts) out.push(await decoder.push(part));
  out.push(await decoder.flush());
  decoder.release();
  return concatSamples(out);
}

const sameBits = (a: Float32Array, b: Float32Array): boolean => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

describe('decodeFile', () => {
  it.each([
    ['two-sentences.wav', 16_000],
    ['two-sentences.mp3', 16_000],
    ['two-sentences.flac', 16_000],
    ['two-sentences.m4a', 16_000],
    ['two-sentences.vorbis.ogg', 16_000],
    ['two-sentences.opus.ogg', 48_000],
    ['two-sentences.opus.webm', 48_000],
  ])('[AU4] reads %s', async (name, rate) => {
    const { samples, sampleRate } = await decodeFile(clip(name));
    expect(sampleRate).toBe(rate);
    expect(samples.length / sampleRate).toBeCloseTo(4.906, 1);
  });

  it.each([
    ['two-sentences.flac', 80],
    ['two-sentences.mp3', 10],
    ['two-sentences.m4a', 10],
    ['two-sentences.vorbis.ogg', 5],
  ])('[AU4] %s has the samples of the wav in their places', async (name, db) => {
    expect(snrDb(await readRecording(clip('two-sentences.wav')), await readRecording(clip(name)))).toBeGreaterThan(db);
  });

  it('[AU4] mixes two channels', async () => {
    const { samples, sampleRate } = await decodeFile(clip('fine.44k1-stereo.wav'));
    expect(sampleRate).toBe(44_100);
    const raw = createFrameDecoder({ encoding: 'pcm_s16le', sampleRate, channels: 2 });
    expect(samples).toEqual(raw.push(clip('fine.44k1-stereo.wav').slice(44)));
  });

  it('[AU4] reads what is left of a truncated mp3', async () => {
    const { samples } = await decodeFile(clip('truncated.mp3'));
    expect(samples.length / 16_000).toBeGreaterThan(2);
  });

  it.each([
    ['truncated.wav', /cut off; wav, mp3, flac, m4a, ogg \(opus or vorbis\) and webm \(opus\) are read/],
    ['truncated.m4a', /m4a file is broken/],
    ['corrupt.flac', /no sound/],
    ['not-audio.bin', /no known format; wav, mp3/],
  ])('[AU4] refuses %s and says why', async (name, message) => {
    const error: unknown = await decodeFile(clip(name)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(WireError);
    expect(error).toMatchObject({
      code: 'invalidAudioFrame',
      details: { param: 'audio' },
      message: expect.stringMatching(message) as string,
    });
  });

  it('[AU4] refuses nothing at all', async () => {
    await expect(decodeFile(new Uint8Array(0))).rejects.toThrow('the file is empty');
  });

  it('[AU4] stops at the longest length it was told', async () => {
    await expect(decodeFile(clip('two-sentences.opus.ogg'), 2)).rejects.toThrow('longer than 2 seconds');
  });

  it('[AU4] does not believe an m4a whose tables promise more than the file holds', async () => {
    const bomb = clip('two-sentences.m4a');
    const at = Buffer.from(bomb.buffer).indexOf('stsz');
    new DataView(bomb.buffer).setUint32(at + 8, 6);
    new DataView(bomb.buffer).setUint32(at + 12, 4_000_000_000);
    await expect(decodeFile(bomb)).rejects.toThrow('its tables name more than it holds');
  });

  it('[AU4] any damage ends in samples or in a WireError, never in another error or a NaN', async () => {
    const random = seeded(17);
    for (const name of [
      'two-sentences.opus.webm',
      'two-sentences.opus.ogg',
      'two-sentences.mp3',
      'two-sentences.m4a',
    ]) {
      for (let round = 0; round < 6; round++) {
        const bytes = clip(name);
        for (let hit = 0; hit < 30; hit++) bytes[Math.floor(random() * bytes.length)] = 256 * random();
        const result = await decodeFile(bytes, 60).catch((e: unknown) => e);
        if (result instanceof WireError) continue;
        expect((result as { samples: Float32Array }).samples.every(Number.isFinite)).toBe(true);
      }
    }
  });
});

describe('createFrameDecoder', () => {
  it.each([
    ['webm_opus', 'two-sentences.opus.webm'],
    ['ogg_opus', 'two-sentences.opus.ogg'],
  ] as const)('[PR5] %s gives the samples of the whole file, however it is cut', async (encoding, name) => {
    const { samples } = await decodeFile(clip(name));
    for (const max of [60, 1000, 100_000]) {
      expect(sameBits(await streamed(pieces(clip(name), max, seeded(max)), encoding), samples)).toBe(true);
    }
  });

  it.each(['webm_opus', 'ogg_opus'] as const)(
    '[AU2] %s refuses other bytes from the first frame on',
    async (encoding) => {
      const decoder = createFrameDecoder({ encoding, sampleRate: 48_000, channels: 1 });
      await expect(decoder.push(clip('two-sentences.mp3'))).rejects.toMatchObject({ code: 'invalidAudioFrame' });
      await expect(decoder.push(clip('two-sentences.opus.ogg'))).rejects.toThrow('begin a new session');
      expect(await decoder.flush()).toHaveLength(0);
    },
  );

  it('[AU2] a container without sound is given up before it fills the memory', async () => {
    const decoder = createFrameDecoder({ encoding: 'ogg_opus', sampleRate: 48_000, channels: 1 });
    const head = clip('two-sentences.opus.ogg').slice(0, 28);
    await decoder.push(head);
    const junk = new Uint8Array(100_000);
    await decoder.push(junk);
    await decoder.push(junk);
    await expect(decoder.push(junk)).rejects.toThrow('no opus audio');
  });

  it('[AU2] counts what was no number and keeps where it began', () => {
    const decoder = createFrameDecoder({ encoding: 'pcm_f32le', sampleRate: 16_000, channels: 1 });
    const frame = new Uint8Array(Float32Array.of(0, NaN).buffer);
    void decoder.push(frame);
    void decoder.push(frame);
    expect([decoder.invalid, decoder.firstInvalid]).toEqual([2, 1]);
  });
});
