import { coalitions, shapleyValues } from './shapley.js';

describe('shapleyValues', () => {
  it('shares the glove game as worked out by hand: two left gloves, one right', () => {
    // Players 0 and 1 own a left glove, 2 a right one; a pair is worth 1. Known answer: 1/6, 1/6, 2/3.
    const worth = (s: number): number => ((s & 3) !== 0 && (s & 4) !== 0 ? 1 : 0);
    const values = shapleyValues(
      Array.from({ length: 8 }, (_, s) => worth(s)),
      3,
    );
    [1 / 6, 1 / 6, 2 / 3].forEach((expected, i) => {
      expect(values[i]).toBeCloseTo(expected, 12);
    });
  });

  it('[AC1] sums to everyone minus nobody for an arbitrary game', () => {
    const game = Array.from({ length: 64 }, (_, s) => Math.sin(s * 12.9898) * 43.7);
    const sum = shapleyValues(game, 6).reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo((game[63] ?? 0) - (game[0] ?? 0), 9);
  });

  it('lists nobody first, everyone last, and each coalition once', () => {
    const rows = coalitions(3);
    expect([...rows.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect([...rows.subarray(15, 18)]).toEqual([1, 0, 1]);
    expect([...rows.subarray(21)]).toEqual([1, 1, 1]);
  });
});
