import {
  argmax,
  correlation,
  curvature,
  deviation,
  findPeaks,
  greatest,
  mean,
  percentile,
  slope,
} from './statistics.js';

describe('statistics', () => {
  it('are 0 of no values', () => {
    expect([
      mean([]),
      deviation([]),
      percentile([], 50),
      slope([]),
      curvature([]),
      correlation([], []),
      argmax([]),
      greatest([]),
    ]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('interpolate percentiles as numpy does', () => {
    expect([5, 25, 50, 95].map((q) => percentile([1, 2, 4, 8], q))).toEqual([1.15, 1.75, 3, 7.4]);
  });

  it('fit lines and parabolas exactly', () => {
    const t = Array.from({ length: 11 }, (_, i) => (2 * i) / 10 - 1);
    expect(slope(t.map((x) => 3 * x + 5))).toBeCloseTo(3, 12);
    expect(curvature(t.map((x) => 4 * x * x - 2 * x + 1))).toBeCloseTo(4, 12);
    expect(slope([7])).toBe(0);
  });

  it('correlate', () => {
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(correlation([1, 2, 3], [5, 5, 5])).toBe(0);
  });

  it('find peaks by height and prominence', () => {
    const hills = [0, 5, 3, 4, 0, -30, -20, -30, 0, 6, 0];
    expect(findPeaks(hills, -25, 3)).toEqual([1, 6, 9]);
    expect(findPeaks(hills, -10, 3)).toEqual([1, 9]);
    expect(findPeaks(hills, -10, 1)).toEqual([1, 3, 9]);
    expect(findPeaks([1, 1, 1], 0, 0)).toEqual([]);
  });
});
