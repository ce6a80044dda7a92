import FFT from 'fft.js';

/**
 * Autocorrelations of two real signals by one transform forth and one back: the power spectra of both are real and even, so are their
 * autocorrelations, and one rides in the real part while the other rides in the imaginary part (Wiener–Khinchin).
 */
export class PairAutocorrelator {
  /** Two signals of `length` samples, to be filled before `correlate`, which overwrites nothing of them. */
  readonly signals: readonly [Float64Array, Float64Array];
  /** Σ x[i] x[i + lag] of each, for the lags 0..`lags`; the next call overwrites them. */
  readonly correlations: readonly [Float64Array, Float64Array];
  private readonly fft: FFT;
  /** Real and imaginary parts by turns; plain arrays, on which fft.js is fastest. */
  private readonly input: number[];
  private readonly transformed: number[];

  constructor(length: number, lags: number) {
    // So long that what wraps around falls behind the last lag.
    this.fft = new FFT(2 ** Math.ceil(Math.log2(length + lags)));
    this.input = this.fft.createComplexArray() as number[];
    this.transformed = this.fft.createComplexArray() as number[];
    this.signals = [new Float64Array(length), new Float64Array(length)];
    this.correlations = [new Float64Array(lags + 1), new Float64Array(lags + 1)];
  }

  correlate(): void {
    const { fft, input, transformed } = this;
    const [first, second] = this.signals;
    input.fill(0);
    for (let i = 0; i < first.length; i++) {
      input[2 * i] = first[i] ?? 0;
      input[2 * i + 1] = second[i] ?? 0;
    }
    fft.transform(transformed, input);
    this.powerSpectra();
    // The transform of something even is its own inverse, but for the factor.
    fft.transform(transformed, input);
    const [a, b] = this.correlations;
    for (let lag = 0; lag < a.length; lag++) {
      a[lag] = (transformed[2 * lag] ?? 0) / fft.size;
      b[lag] = (transformed[2 * lag + 1] ?? 0) / fft.size;
    }
  }

  /** From the transform of a + ib: |A|² + i|B|², for all frequencies. */
  private powerSpectra(): void {
    const { fft, input, transformed } = this;
    for (let k = 0; k <= fft.size / 2; k++) {
      const mirror = k === 0 ? 0 : fft.size - k;
      const re = transformed[2 * k] ?? 0;
      const im = transformed[2 * k + 1] ?? 0;
      const mirroredRe = transformed[2 * mirror] ?? 0;
      const mirroredIm = transformed[2 * mirror + 1] ?? 0;
      const first = ((re + mirroredRe) ** 2 + (im - mirroredIm) ** 2) / 4;
      const second = ((im + mirroredIm) ** 2 + (re - mirroredRe) ** 2) / 4;
      input[2 * k] = input[2 * mirror] = first;
      input[2 * k + 1] = input[2 * mirror + 1] = second;
    }
  }
}
