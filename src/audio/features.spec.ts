import rms from 'meyda/dist/node/extractors/rms.js';
import zcr from 'meyda/dist/node/extractors/zcr.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { CHROMA_CLASSES, extractChroma } from './chroma.js';
import { COARSE_BANDS, MEL_BANDS, MFCC_COUNT, extractFeatures } from './features.js';
import type { FrameFeatures } from './features.js';
import { HALVING, HOP, HOP_MS, WINDOW, WINDOW_MS } from './frames.js';
import { halveRate } from './lowpass.js';

const tone = (hz: number, seconds = 0.5, gain = 0.5): Float32Array =>
  Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => gain * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE));

const WIDTHS: Readonly<Partial<Record<keyof FrameFeatures, number>>> = {
  logMel: MEL_BANDS,
  mfcc: MFCC_COUNT,
  delta: MFCC_COUNT,
  deltaDelta: MFCC_COUNT,
  bands: COARSE_BANDS,
};

function expectSound(features: FrameFeatures): void {
  for (const [name, values] of Object.entries(features) as [keyof FrameFeatures, Float32Array | number][]) {
    if (typeof values === 'number') continue;
    expect(values).toHaveLength(features.frames * (WIDTHS[name] ?? 1));
    expect({ name, bad: values.findIndex((x) => !Number.isFinite(x)) }).toEqual({ name, bad: -1 });
  }
}

/** Numbers no microphone sends, drawn by a fixed generator. */
function garbage(length: number): Float32Array {
  let state = 7;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    if (state % 11 === 0) return [NaN, Infinity, -Infinity, 1e38, -1e-40][state % 5] ?? 0;
    return 2 * (state / 2 ** 32) - 1;
  });
}

describe('extractFeatures', () => {
  it.each([
    ['no sample', new Float32Array(0)],
    ['one sample', new Float32Array([0.5])],
    ['less than a frame', tone(200, 0.02)],
    ['silence', new Float32Array(SAMPLE_RATE)],
    ['a constant', new Float32Array(SAMPLE_RATE).fill(1)],
    ['a square wave at full scale', tone(150).map((x) => (x < 0 ? -1 : 1))],
    ['the smallest numbers', tone(150).map((x) => x * 1e-38)],
    ['not a number', new Float32Array(4000).fill(NaN)],
    ['garbage', garbage(9001)],
  ])('[AF5] is finite and has its documented shape for %s', (_, samples) => {
    expectSound(extractFeatures(samples));
  });

  it('[AF5] names silence: no pitch, no chroma, −120 dB', () => {
    const silence = new Float32Array(SAMPLE_RATE);
    const { level, pitchHz, clarity, rms, flux } = extractFeatures(silence);
    const chroma = extractChroma(silence);
    for (const values of [pitchHz, clarity, chroma, rms, flux]) expect(values.every((x) => x === 0)).toBe(true);
    expect(level[0]).toBeCloseTo(-120, 3);
  });

  it('has one frame per hop that a whole window fits in', () => {
    const at = (ms: number): number => extractFeatures(new Float32Array((ms * SAMPLE_RATE) / 1000)).frames;
    expect([at(WINDOW_MS), at(WINDOW_MS + HOP_MS - 1), at(WINDOW_MS + HOP_MS), at(1000)]).toEqual([1, 1, 2, 97]);
  });

  it('[AF6] hears nothing above 4 kHz', () => {
    const low = tone(300);
    const high = tone(5200);
    const alone = extractFeatures(low);
    const both = extractFeatures(low.map((x, i) => x + (high[i] ?? 0)));
    const middle = Math.floor(alone.frames / 2);
    for (const name of ['level', 'centroid', 'zcr', 'rolloff', 'pitchHz'] as const) {
      expect(both[name][middle]).toBeCloseTo(alone[name][middle] ?? NaN, 1);
    }
  });

  it('[AF7] measures a tone: level, place, class', () => {
    const { frames, level, rms, centroid, median, zcr, pitchHz, clarity, flatness } = extractFeatures(tone(440));
    const middle = Math.floor(frames / 2);
    expect(level[middle]).toBeCloseTo(10 * Math.log10(0.125), 1);
    expect(rms[middle]).toBeCloseTo(Math.sqrt(0.125), 2);
    expect(centroid[middle]).toBeCloseTo(440, 0);
    expect(Math.abs((median[middle] ?? 0) - 440)).toBeLessThan(16);
    expect((zcr[middle] ?? 0) * 8000).toBeCloseTo(880, -1.5);
    expect(Math.abs((pitchHz[middle] ?? 0) / 440 - 1)).toBeLessThan(0.005);
    expect(clarity[middle]).toBeGreaterThan(0.99);
    expect(flatness[middle]).toBeLessThan(0.01);
    const a = 9;
    expect(extractChroma(tone(440))[middle * CHROMA_CLASSES + a]).toBe(1);
  });

  it("[AF4] rms and zcr are Meyda's, window by window", () => {
    // The second half is 80 dB softer: running sums must not drown it.
    const samples = garbage(8000).map((x, i) => (Number.isFinite(x) ? x : 0) * (i < 4000 ? 1 : 1e-4));
    const signal = halveRate(
      samples.map((x) => Math.max(-1, Math.min(1, x))),
      HALVING,
    );
    const features = extractFeatures(samples);
    for (let frame = 0; frame < features.frames; frame++) {
      const window = signal.subarray(frame * HOP, frame * HOP + WINDOW);
      expect((features.rms[frame] ?? NaN) / rms({ signal: window })).toBeCloseTo(1, 4);
      expect(features.zcr[frame]).toBeCloseTo(zcr({ signal: window }) / WINDOW, 6);
    }
  });

  it('gives the same numbers twice: no state stays between calls', () => {
    const samples = garbage(8000);
    const first = extractFeatures(samples);
    extractFeatures(tone(440));
    expect(extractFeatures(samples)).toEqual(first);
  });
});
