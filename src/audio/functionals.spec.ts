import { SAMPLE_RATE } from '../emotion/utterance.js';
import { extractFeatures } from './features.js';
import { ABSOLUTE_COUNT, CUE_GROUPS, FUNCTIONAL_GROUPS, FUNCTIONAL_NAMES, functionals } from './functionals.js';

/** Syllables of a gliding buzz in faint noise: as speech-like as a line of arithmetic gets. */
function babble(seconds: number, { hz = 150, swing = 30, syllables = 3, gain = 0.2 } = {}): Float32Array {
  let phase = 0;
  let state = 1;
  return Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => {
    const t = i / SAMPLE_RATE;
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    phase += (2 * Math.PI * (hz + swing * Math.sin(4 * t))) / SAMPLE_RATE;
    let sum = 0;
    for (let h = 1; h <= 12; h++) sum += Math.sin(h * phase) / h;
    return gain * (sum * Math.max(0, Math.sin(Math.PI * syllables * t)) ** 2 + 0.01 * (state / 2 ** 32 - 0.5));
  });
}

const read = (samples: Float32Array): Record<string, number> => {
  const values = functionals(extractFeatures(samples));
  return Object.fromEntries(FUNCTIONAL_NAMES.map((name, i) => [name, values[i] ?? NaN]));
};

describe('the table of functionals', () => {
  it('[AF8] names every value once', () => {
    expect(functionals(extractFeatures(babble(1)))).toHaveLength(FUNCTIONAL_NAMES.length);
    expect(new Set(FUNCTIONAL_NAMES).size).toBe(FUNCTIONAL_NAMES.length);
  });

  it('[AF8] puts every value into exactly one group, and leaves no group empty', () => {
    const all = Object.values(FUNCTIONAL_GROUPS).flat();
    expect(all.sort((a, b) => a - b)).toEqual(FUNCTIONAL_NAMES.map((_, i) => i));
    for (const group of CUE_GROUPS) expect(FUNCTIONAL_GROUPS[group].length).toBeGreaterThan(0);
  });
});

describe('functionals', () => {
  it.each([
    ['no sample', new Float32Array(0)],
    ['one sample', new Float32Array([1])],
    ['a millisecond', babble(0.001)],
    ['two frames', babble(0.042)],
    ['silence', new Float32Array(SAMPLE_RATE)],
    ['full scale', new Float32Array(SAMPLE_RATE).fill(1)],
    ['a clipped voice', babble(1).map((x) => Math.max(-1, Math.min(1, 20 * x)))],
    ['not a number', new Float32Array(SAMPLE_RATE).fill(NaN)],
    ['a click in silence', Float32Array.from({ length: SAMPLE_RATE }, (_, i) => (i === 8000 ? 1 : 0))],
  ])('[AF5] are finite for %s', (_, samples) => {
    const bad = Object.entries(read(samples)).filter(([, value]) => !Number.isFinite(value));
    expect(bad).toEqual([]);
  });

  it('[AF9] do not depend on gain, but for the last two', () => {
    const loud = functionals(extractFeatures(babble(2)));
    const soft = functionals(extractFeatures(babble(2).map((x) => x / 8)));
    const relative = FUNCTIONAL_NAMES.length - ABSOLUTE_COUNT;
    for (let i = 0; i < relative; i++) {
      const gap = Math.abs((loud[i] ?? NaN) - (soft[i] ?? NaN)) / (1 + Math.abs(loud[i] ?? NaN));
      expect({ name: FUNCTIONAL_NAMES[i], same: gap < 0.02 }).toEqual({ name: FUNCTIONAL_NAMES[i], same: true });
    }
    for (let i = relative; i < FUNCTIONAL_NAMES.length; i++) {
      expect((loud[i] ?? NaN) - (soft[i] ?? NaN)).toBeCloseTo(20 * Math.log10(8), 1);
    }
  });

  it('[AF10] do not count the silence before and after', () => {
    const bare = babble(2);
    const framed = new Float32Array(bare.length + 2 * SAMPLE_RATE);
    framed.set(bare, SAMPLE_RATE);
    const [a, b] = [read(bare), read(framed)];
    expect(Math.abs((a.seconds ?? 0) - (b.seconds ?? 0))).toBeLessThan(0.25);
    for (const name of ['pitch.mean', 'mfcc3.mean', 'voiced.alphaRatio.mean', 'level.mean']) {
      expect(b[name]).toBeCloseTo(a[name] ?? NaN, 0);
    }
  });

  it('[AF11] tell what a listener would', () => {
    const plain = read(babble(3));
    const high = read(babble(3, { hz: 300, swing: 60 }));
    const lively = read(babble(3, { swing: 60 }));
    const fast = read(babble(3, { syllables: 5 }));
    const octave = 12;
    expect((high['pitch.mean'] ?? 0) - (plain['pitch.mean'] ?? 0)).toBeCloseTo(octave, 0);
    expect(lively['pitch.range']).toBeGreaterThan(1.7 * (plain['pitch.range'] ?? NaN));
    // A half-wave of sine per syllable: three and five per second make 1.5 and 2.5 bursts.
    expect(plain['syllables.perSecond']).toBeCloseTo(1.5, 0);
    expect((fast['syllables.perSecond'] ?? 0) / (plain['syllables.perSecond'] ?? NaN)).toBeCloseTo(5 / 3, 0);
  });
});
