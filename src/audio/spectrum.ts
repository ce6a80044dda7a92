import FFT from 'fft.js';
import { hann } from './frames.js';

/**
 * Windowed power spectra of one frame length. The buffers are its own and overwritten by every call, so one analyser serves one
 * synchronous caller.
 */
export class SpectrumAnalyser {
  /** |X|² scaled to a one-sided power spectrum: a frame's bins sum to its (window-weighted) mean square. Full scale is 1. */
  readonly power: Float64Array;
  private readonly fft: FFT;
  private readonly window: Float64Array;
  private readonly padded: number[];
  private readonly transformed: number[];
  private readonly scale: number;

  /** @param scale factor on |X|²; by default the one that makes `power` a power spectrum. */
  constructor(windowSize: number, fftSize: number, scale?: number) {
    this.fft = new FFT(fftSize);
    this.window = hann(windowSize);
    this.padded = new Array<number>(fftSize).fill(0);
    this.transformed = this.fft.createComplexArray() as number[];
    this.power = new Float64Array(fftSize / 2 + 1);
    this.scale = scale ?? 2 / (fftSize * this.window.reduce((sum, w) => sum + w * w, 0));
  }

  /** Fills `power` from the window that begins at `start`. */
  analyse(samples: Float32Array, start: number): Float64Array {
    const { window, padded, transformed, power, scale } = this;
    for (let i = 0; i < window.length; i++) padded[i] = (samples[start + i] ?? 0) * (window[i] ?? 0);
    this.fft.realTransform(transformed, padded);
    for (let k = 0; k < power.length; k++) {
      const re = transformed[2 * k] ?? 0;
      const im = transformed[2 * k + 1] ?? 0;
      power[k] = (re * re + im * im) * scale;
    }
    return power;
  }
}
