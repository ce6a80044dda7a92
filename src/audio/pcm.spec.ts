import { concatSamples, decodePcm, toF32Bytes, toS16Bytes } from './pcm.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function decoded(...args: Parameters<typeof decodePcm>): {
  samples: Float32Array;
  invalid: number;
  firstInvalid: number;
} {
  const result = decodePcm(...args);
  if ('failure' in result) throw new Error('expected samples');
  return result;
}

describe('decodePcm', () => {
  it('[AU1] maps the ends of 16-bit PCM to −1 and 1, as the wav decoder does', () => {
    const { samples } = decoded(bytes(0x00, 0x80, 0xff, 0x7f, 0, 0), 'pcm_s16le', 1);
    expect([...samples]).toEqual([-1, 1, 0]);
  });

  it('[AU1] mixes two channels by their mean', () => {
    const { samples } = decoded(toF32Bytes(Float32Array.of(0.5, -0.25, 1, 0)), 'pcm_f32le', 2);
    expect([...samples]).toEqual([0.125, 0.5]);
  });

  it('[AU1] expands μ-law by G.711: known codes of the standard, odd symmetry, monotone', () => {
    const { samples } = decoded(
      Uint8Array.from({ length: 256 }, (_, i) => i),
      'mulaw',
      1,
    );
    expect(samples[0xff]).toBe(0);
    expect(samples[0x00]).toBe(-32124 / 32768);
    expect(samples[0x80]).toBe(32124 / 32768);
    expect(samples[0xf0]).toBe(120 / 32768);
    for (let code = 0; code < 128; code++) expect(samples[code]! + samples[code + 128]!).toBe(0);
    for (let code = 1; code < 128; code++) expect(samples[code]!).toBeGreaterThan(samples[code - 1]!);
  });

  it('[AU2] reads NaN, infinite and overflowing samples as 0, counts them and says where the first is', () => {
    const { samples, invalid, firstInvalid } = decoded(
      toF32Bytes(Float32Array.of(0.5, NaN, Infinity, -Infinity, 0.25)),
      'pcm_f32le',
      1,
    );
    expect([...samples]).toEqual([0.5, 0, 0, 0, 0.25]);
    expect({ invalid, firstInvalid }).toEqual({ invalid: 3, firstInvalid: 1 });
    expect(decoded(toF32Bytes(Float32Array.of(3e38, 3e38)), 'pcm_f32le', 2).invalid).toBe(0);
    expect(decoded(toF32Bytes(Float32Array.of(NaN, 0)), 'pcm_f32le', 2)).toMatchObject({ invalid: 1 });
  });

  it.each([
    ['pcm_s16le', 1, 3, 2],
    ['pcm_s16le', 2, 6, 4],
    ['pcm_f32le', 1, 5, 4],
    ['pcm_f32le', 2, 12, 8],
    ['mulaw', 2, 1, 2],
  ] as const)('[AU2] %s with %i channels refuses %i bytes', (encoding, channels, length, multipleOf) => {
    expect(decodePcm(new Uint8Array(length), encoding, channels)).toEqual({ failure: 'partialSample', multipleOf });
  });

  it('[AU1] reads bytes at any offset of their buffer', () => {
    const whole = toF32Bytes(Float32Array.of(0.5, -0.5));
    const shifted = new Uint8Array(whole.length + 1);
    shifted.set(whole, 1);
    expect([...decoded(shifted.subarray(1), 'pcm_f32le', 1).samples]).toEqual([0.5, -0.5]);
  });

  it('[AU1] takes an empty frame as no samples', () => {
    expect(decoded(new Uint8Array(0), 'pcm_s16le', 2).samples).toHaveLength(0);
  });
});

describe('bytes of samples', () => {
  it('[AU1] 16-bit codes survive the way to samples and back', () => {
    const codes = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);
    const { samples } = decoded(new Uint8Array(codes.buffer), 'pcm_s16le', 1);
    expect(Buffer.from(toS16Bytes(samples)).equals(Buffer.from(codes.buffer))).toBe(true);
  });

  it('[AU1] limits to full scale', () => {
    expect([...decoded(toS16Bytes(Float32Array.of(2, -2)), 'pcm_s16le', 1).samples]).toEqual([1, -1]);
  });

  it('joins stretches in order', () => {
    expect([...concatSamples([Float32Array.of(1), new Float32Array(0), Float32Array.of(2, 3)])]).toEqual([1, 2, 3]);
  });
});
