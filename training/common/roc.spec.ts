import { areaUnderRoc, thresholdAt } from './roc.js';

describe('areaUnderRoc', () => {
  it('[FP6] is 1 where all positives are above, 0.5 where nothing can be told, ties count half', () => {
    expect(areaUnderRoc([3, 4], [1, 2])).toBe(1);
    expect(areaUnderRoc([1, 2], [3, 4])).toBe(0);
    expect(areaUnderRoc([1, 1], [1, 1])).toBe(0.5);
    expect(areaUnderRoc([0.1, 0.4, 0.35, 0.8], [0.1, 0.2])).toBeCloseTo(6.5 / 8, 12);
    expect(areaUnderRoc([], [1])).toBeNull();
  });
});

describe('thresholdAt', () => {
  it('[FP6] is the lowest that keeps false alarms within the share', () => {
    const negatives = Array.from({ length: 100 }, (_, i) => i / 100);
    const threshold = thresholdAt(0.05, negatives) ?? NaN;
    expect(negatives.filter((score) => score >= threshold)).toHaveLength(5);
    expect(thresholdAt(0.05, [0, 0, 0])).toBeGreaterThan(0);
    expect(thresholdAt(0.05, [])).toBeNull();
  });
});
