import { rngOf } from '../common/rng.js';
import { curveOf, weightOf, type Applied } from './reliability-curves.js';

/** Readings of which a share applies: then they speak for the truth by `factor`, else against it as often as chance has it. */
function readings(n: number, share: number, signal: number, seed: number): Applied[] {
  const rng = rngOf(seed);
  // An expert that gives 0.7 to one of seven, and is right in 0.7 of the cases where it applies.
  return Array.from({ length: n }, () => {
    const right = rng() < share ? rng() < 0.7 : rng() < 1 / 7;
    return { signal, factor: right ? 0.7 * 7 : (0.3 / 6) * 7 };
  });
}

describe('weightOf', () => {
  it.each([0, 0.3, 0.6, 1])('[FC1] finds the share of readings that apply: %d', (share) => {
    expect(weightOf(readings(20_000, share, 0, 1))).toBeCloseTo(share, 1);
  });

  it('[FC1] is 0 where readings speak against the truth, 1 where nothing is known', () => {
    expect(weightOf([{ factor: 0.5 }, { factor: 0.9 }])).toBe(0);
    expect(weightOf([{ factor: 3 }])).toBe(1);
    expect(weightOf([])).toBe(1);
  });
});

describe('curveOf', () => {
  const worse = [0.2, 0.5, 0.4, 0.9].flatMap((share, i) => readings(3000, share, i, i));

  it('[FC2] rises with the signal, as a share of the best, and pools what does not', () => {
    const curve = curveOf(worse);
    const factors = curve.map(([, factor]) => factor);
    expect(factors).toEqual([...factors].sort((a, b) => a - b));
    expect(factors.at(-1)).toBe(1);
    expect(factors[0]).toBeCloseTo(0.2 / 0.9, 1);
    expect(curve[1]?.[1]).toBeCloseTo(0.45 / 0.9, 1);
  });

  it('[FC2] falls where more of the signal is worse', () => {
    const curve = curveOf(
      worse.map(({ signal, factor }) => ({ signal: 3 - signal, factor })),
      -1,
    );
    expect(curve[0]).toEqual([0, 1]);
    expect(curve.at(-1)?.[1]).toBeCloseTo(0.2 / 0.9, 1);
    expect(curve.map(([signal]) => signal)).toEqual([...curve.map(([signal]) => signal)].sort((a, b) => a - b));
  });
});
