import { SAMPLE_RATE } from '../../src/emotion/utterance.js';

type SignalName = 'sines' | 'chirp' | 'noise' | 'glide' | 'syllables' | 'clipped' | 'quiet' | 'silence' | 'short';

/** Noise from a linear congruential generator (Numerical Recipes' constants), −0.5..0.5. */
export function lcgNoise(length: number, seed = 1): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32 - 0.5;
  });
}

/** The second of sound that make_golden.py makes too, sample for sample. */
export function goldenSignals(): Record<SignalName, Float32Array> {
  const noise = lcgNoise(SAMPLE_RATE);
  const make = (value: (t: number, i: number) => number): Float32Array =>
    Float32Array.from({ length: SAMPLE_RATE }, (_, i) => value(i / SAMPLE_RATE, i));
  const tone = (hz: number, t: number): number => Math.sin(2 * Math.PI * hz * t);
  const sines = (t: number): number => 0.3 * tone(220, t) + 0.2 * tone(660, t) + 0.1 * tone(1760, t);
  const harmonics = (t: number): number => {
    const phase = 2 * Math.PI * (110 * t + 60 * t * t);
    let sum = 0;
    for (let h = 1; h <= 8; h++) sum += Math.sin(h * phase) / h;
    return sum;
  };
  return {
    sines: make(sines),
    chirp: make((t) => 0.5 * tone(200 + 1500 * t, t)),
    noise: make((_, i) => 0.4 * noise[i]!),
    glide: make((t) => 0.15 * harmonics(t)),
    syllables: make((t, i) => 0.2 * harmonics(t) * Math.max(0, tone(3, t)) + 0.004 * noise[i]!),
    clipped: make((t) => Math.max(-1, Math.min(1, 1.5 * tone(150, t)))),
    quiet: make((t) => 0.001 * sines(t)),
    silence: make(() => 0),
    short: make(sines).slice(0, 100),
  };
}
