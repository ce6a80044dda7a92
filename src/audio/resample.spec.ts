import { pieces, seeded, snrDb } from '../../test/support/clips.js';
import { concatSamples } from './pcm.js';
import { createResampler } from './resample.js';

const tone = (hz: number, rate: number, seconds: number): Float32Array =>
  Float32Array.from({ length: Math.round(rate * seconds) }, (_, i) => 0.5 * Math.sin((2 * Math.PI * hz * i) / rate));

async function resample(parts: Iterable<Float32Array>, from: number, to = 16_000): Promise<Float32Array> {
  const resampler = await createResampler(from, to);
  const out: Float32Array[] = [];
  for (const part of parts) out.push(resampler.push(part));
  out.push(resampler.flush());
  return concatSamples(out);
}

const RATES = [8000, 11_025, 12_000, 22_050, 24_000, 32_000, 44_100, 48_000, 12_347];

describe('createResampler', () => {
  it.each(RATES)('[PR5] gives the same bits for any cutting of %i Hz', async (rate) => {
    const random = seeded(rate);
    const noise = Float32Array.from({ length: Math.round(rate * 1.7) + 13 }, () => random() * 2 - 1);
    const whole = await resample([noise], rate);
    for (const max of [500, 20_000]) {
      expect(await resample(pieces(noise, max, random), rate)).toEqual(whole);
    }
  });

  it.each(RATES)('[AU3] keeps length, level and phase of a tone at %i Hz', async (rate) => {
    const output = await resample([tone(440, rate, 1)], rate);
    expect(output).toHaveLength(16_000);
    const inner = output.subarray(800, 15_200);
    expect(snrDb(tone(440, 16_000, 1).subarray(800, 15_200), inner)).toBeGreaterThan(80);
  });

  it('[AU3] removes what 16 kHz cannot hold instead of folding it down', async () => {
    const output = await resample([tone(11_000, 48_000, 1)], 48_000);
    const inner = output.subarray(800, 15_200);
    expect(Math.max(...inner.map(Math.abs))).toBeLessThan(0.001);
  });

  it('[PR5] streams of different rates that interleave do not disturb each other', async () => {
    const [low, high] = [tone(300, 8000, 0.5), tone(700, 48_000, 0.5)];
    const alone = [await resample([low], 8000), await resample([high], 48_000)];
    const [a, b] = [await createResampler(8000), await createResampler(48_000)];
    const outs: [Float32Array[], Float32Array[]] = [[], []];
    for (let i = 0; i < 25; i++) {
      outs[0].push(a.push(low.slice(i * 160, (i + 1) * 160)));
      outs[1].push(b.push(high.slice(i * 960, (i + 1) * 960)));
    }
    outs[0].push(a.flush());
    outs[1].push(b.flush());
    expect(outs.map(concatSamples)).toEqual(alone);
  });

  it('[AU3] passes 16 kHz through untouched', async () => {
    const resampler = await createResampler(16_000);
    const samples = Float32Array.of(0.1, 2, -3);
    expect(resampler.push(samples)).toBe(samples);
    expect(resampler.flush()).toHaveLength(0);
  });

  it('[AU3] a clip of 1 ms has 16 samples', async () => {
    expect(await resample([tone(440, 48_000, 0.001)], 48_000)).toHaveLength(16);
    expect(await resample([], 48_000)).toHaveLength(0);
  });
});
