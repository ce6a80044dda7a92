import { PairTransform } from './pair-transform.js';

/**
 * Autocorrelations of two real signals by one transform forth and one back: the power spectra of both are real and even, so are their
 * autocorrelations, and one rides in the real part while the other rides in the imaginary part (Wiener–Khinchin).
 */
export class PairAutocorrelator {
  /** Two signals of `length` samples, to be filled before `correlate`, which overwrites nothing of them. */
  readonly signals: readonly [Float64Array, Float64Array];
  /** Σ x[i] x[i + lag] of each, for the lags 0..`lags`; the next call overwrites them. */
  readonly correlations: readonly [Float64Array, Float64Array];
  private readonly pair: PairTransform;
  private readonly powers: readonly [Float64Array, Float64Array];

  constructor(length: number, lags: number) {
    // So long that what wraps around falls behind the last lag.
    this.pair = new PairTransform(2 ** Math.ceil(Math.log2(length + lags)));
    const bins = this.pair.size / 2 + 1;
    this.powers = [new Float64Array(bins), new Float64Array(bins)];
    this.signals = [new Float64Array(length), new Float64Array(length)];
    this.correlations = [new Float64Array(lags + 1), new Float64Array(lags + 1)];
  }

  correlate(): void {
    const { pair } = this;
    const { input, output, size } = pair;
    const [x, y] = this.signals;
    for (let i = 0; i < x.length; i++) {
      input[2 * i] = x[i] ?? 0;
      input[2 * i + 1] = y[i] ?? 0;
    }
    input.fill(0, 2 * x.length);
    pair.transform();
    const [px, py] = this.powers;
    // The transform of something even is its own inverse, but for the factor.
    pair.powers(px, py, 1 / size);
    for (let k = 0; k < px.length; k++) {
      const mirror = k === 0 ? 0 : size - k;
      input[2 * k] = input[2 * mirror] = px[k] ?? 0;
      input[2 * k + 1] = input[2 * mirror + 1] = py[k] ?? 0;
    }
    pair.transform();
    const [rx, ry] = this.correlations;
    for (let lag = 0; lag < rx.length; lag++) {
      rx[lag] = output[2 * lag] ?? 0;
      ry[lag] = output[2 * lag + 1] ?? 0;
    }
  }
}
