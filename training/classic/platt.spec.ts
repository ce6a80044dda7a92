import { fitSigmoid, type Decision } from './platt.js';
import { rngOf } from '../common/rng.js';

/** Decisions that are right as often as a known sigmoid says. */
function decisions(slope: number, offset: number, count: number): Decision[] {
  const rng = rngOf(1);
  return Array.from({ length: count }, () => {
    const value = 4 * rng() - 2;
    return { value, positive: rng() < 1 / (1 + Math.exp(-(slope * value + offset))), weight: 1 };
  });
}

describe('fitSigmoid', () => {
  it('finds the sigmoid that the decisions follow', () => {
    const { slope, offset } = fitSigmoid(decisions(2.5, -0.7, 20_000));
    expect(slope).toBeCloseTo(2.5, 1);
    expect(offset).toBeCloseTo(-0.7, 1);
  });

  it('counts a weighted row as that many rows', () => {
    const plain = decisions(1.5, 0.2, 2000);
    const repeated = fitSigmoid(plain.flatMap((d) => (d.positive ? [d, d, d] : [d])));
    const weighted = fitSigmoid(plain.map((d) => (d.positive ? { ...d, weight: 3 } : d)));
    expect(weighted.slope).toBeCloseTo(repeated.slope, 1);
    expect(weighted.offset).toBeCloseTo(repeated.offset, 1);
    expect(weighted.offset - fitSigmoid(plain).offset).toBeCloseTo(Math.log(3), 1);
  });

  it('does not become certain where the values separate', () => {
    const values = [-1, -0.9, -1.1, 1, 0.9, 1.1];
    const { slope, offset } = fitSigmoid(values.map((value) => ({ value, positive: value > 0, weight: 1 })));
    const p = 1 / (1 + Math.exp(-(slope + offset)));
    expect(p).toBeGreaterThan(0.75);
    expect(p).toBeLessThan(0.85); // (3 + 1) / (3 + 2)
  });

  it('is the plain sigmoid where there is nothing to learn from', () => {
    expect(fitSigmoid([])).toEqual({ slope: 1, offset: 0 });
  });
});
