import { SAMPLE_RATE } from '../emotion/utterance.js';
import { extractFeatures } from './features.js';
import { voiceQuality } from './quality.js';

/** Half a second of voice between two quarters of noise, `noise` being its peak. */
function voice(noise: number, gain = 0.4): Float32Array {
  let state = 1;
  return Float32Array.from({ length: SAMPLE_RATE }, (_, i) => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const speaks = i >= SAMPLE_RATE / 4 && i < (3 * SAMPLE_RATE) / 4;
    const turn = (2 * Math.PI * 140 * i) / SAMPLE_RATE;
    return (speaks ? gain * (Math.sin(turn) + Math.sin(2 * turn) / 2) : 0) + noise * (2 * (state / 2 ** 32) - 1);
  });
}

const rate = (samples: Float32Array): ReturnType<typeof voiceQuality> =>
  voiceQuality(extractFeatures(samples), samples);

describe('voiceQuality', () => {
  it('[AF12] counts voiced milliseconds', () => {
    expect(Math.abs(rate(voice(0.001)).voicedMs - 500)).toBeLessThanOrEqual(50);
  });

  it('[AF12] measures the voice over the noise', () => {
    const db = (noise: number): number => rate(voice(noise)).snrDb;
    expect(db(0.001)).toBeGreaterThan(45);
    expect(db(0.1)).toBeLessThan(20);
    // Loud noise counts among the speech, so the scale is not quite straight.
    expect(Math.abs(db(0.01) - db(0.1) - 20)).toBeLessThan(4);
  });

  it('[AF12] tells the share of samples at full scale', () => {
    expect(rate(voice(0, 0.3)).clipping).toBe(0);
    const clipped = voice(0, 4).map((x) => Math.max(-1, Math.min(1, x)));
    expect(rate(clipped).clipping).toBeGreaterThan(0.3);
  });

  it.each([
    ['silence', new Float32Array(SAMPLE_RATE)],
    ['nothing', new Float32Array(0)],
    ['one sample', new Float32Array([1])],
  ])('[AF5] is defined on %s', (_, samples) => {
    const { voicedMs, snrDb } = rate(samples);
    expect(voicedMs).toBe(0);
    expect(snrDb).toBe(0);
  });

  it('[AF12] hears no voice in noise', () => {
    expect(rate(voice(0.3, 0)).voicedMs).toBeLessThanOrEqual(50);
  });
});
