import FFT from 'fft.js';
import { hann } from './frames.js';

/**
 * Windowed power spectra of one frame length, two frames to a transform: a complex transform of a + ib holds those of both real signals
 * a and b (Press et al., "Numerical Recipes", 12.3). The buffers are its own and overwritten by every call, so one analyser serves one
 * synchronous caller.
 */
export class SpectrumAnalyser {
  private readonly fft: FFT;
  private readonly window: Float64Array;
  /** Real and imaginary parts by turns; plain arrays, on which fft.js is fastest. */
  private readonly input: number[];
  private readonly transformed: number[];
  /** |X|² scaled to a one-sided power spectrum: a frame's bins sum to its (window-weighted) mean square. Full scale is 1. */
  private readonly powers: readonly [Float64Array, Float64Array];
  private readonly scale: number;

  /** @param scale factor on |X|²; by default the one that makes a power spectrum of it. */
  constructor(windowSize: number, fftSize: number, scale?: number) {
    this.fft = new FFT(fftSize);
    this.window = hann(windowSize);
    this.input = this.fft.createComplexArray() as number[];
    this.transformed = this.fft.createComplexArray() as number[];
    this.powers = [new Float64Array(fftSize / 2 + 1), new Float64Array(fftSize / 2 + 1)];
    this.scale = scale ?? 2 / (fftSize * this.window.reduce((sum, w) => sum + w * w, 0));
  }

  /** Power spectrum of the window that begins at `start`; a whole window must lie within. */
  analyse(samples: Float32Array, start: number): Float64Array {
    return this.analysePair(samples, start, start)[0];
  }

  /** Power spectra of the windows that begin at `first` and at `second`. */
  analysePair(samples: Float32Array, first: number, second: number): readonly [Float64Array, Float64Array] {
    const { window, input } = this;
    for (let i = 0; i < window.length; i++) {
      const weight = window[i] ?? 0;
      input[2 * i] = weight * (samples[first + i] ?? 0);
      input[2 * i + 1] = weight * (samples[second + i] ?? 0);
    }
    this.fft.transform(this.transformed, input);
    this.separate();
    return this.powers;
  }

  /** Of two real signals, one is the conjugate-symmetric part of the transform, the other its antisymmetric part. */
  private separate(): void {
    const { transformed, fft, scale } = this;
    const [first, second] = this.powers;
    const quarter = scale / 4;
    for (let k = 0; k < first.length; k++) {
      const mirror = k === 0 ? 0 : fft.size - k;
      const re = transformed[2 * k] ?? 0;
      const im = transformed[2 * k + 1] ?? 0;
      const mirroredRe = transformed[2 * mirror] ?? 0;
      const mirroredIm = transformed[2 * mirror + 1] ?? 0;
      first[k] = ((re + mirroredRe) ** 2 + (im - mirroredIm) ** 2) * quarter;
      second[k] = ((im + mirroredIm) ** 2 + (re - mirroredRe) ** 2) * quarter;
    }
  }
}
