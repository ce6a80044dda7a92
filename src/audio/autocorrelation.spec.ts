import { PairAutocorrelator } from './autocorrelation.js';

/** By the definition. */
const direct = (x: Float64Array, lags: number): number[] =>
  Array.from({ length: lags + 1 }, (_, lag) => x.subarray(lag).reduce((sum, value, i) => sum + value * (x[i] ?? 0), 0));

describe('PairAutocorrelator', () => {
  it.each([
    [160, 68],
    [100, 27],
    [64, 64],
  ])('is the sum of products, for %i samples up to lag %i', (length, lags) => {
    const pair = new PairAutocorrelator(length, lags);
    pair.signals[0].forEach((_, i, x) => (x[i] = Math.sin(i * i)));
    pair.signals[1].forEach((_, i, x) => (x[i] = Math.cos(0.1 * i) - 0.2));
    pair.correlate();
    for (const [k, signal] of pair.signals.entries()) {
      const expected = direct(signal, lags);
      pair.correlations[k]?.forEach((r, lag) => {
        expect(r).toBeCloseTo(expected[lag] ?? NaN, 10);
      });
    }
  });

  it('keeps the loud out of the soft', () => {
    const pair = new PairAutocorrelator(160, 68);
    pair.signals[0].forEach((_, i, x) => (x[i] = Math.sin(i)));
    pair.signals[1].forEach((_, i, x) => (x[i] = 1e-5 * Math.cos(i * i)));
    pair.correlate();
    const expected = direct(pair.signals[1], 68);
    for (const [lag, r] of pair.correlations[1].entries())
      expect(r / 1e-10).toBeCloseTo((expected[lag] ?? NaN) / 1e-10, 3);
  });
});
