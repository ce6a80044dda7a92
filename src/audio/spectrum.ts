import { hann } from './frames.js';
import { PairTransform } from './pair-transform.js';

/**
 * Windowed power spectra of one frame length, two frames to a transform. The buffers are its own and overwritten by every call, so one
 * analyser serves one synchronous caller.
 */
export class SpectrumAnalyser {
  private readonly window: Float64Array;
  private readonly pair: PairTransform;
  /** |X|² scaled to a one-sided power spectrum: a frame's bins sum to its (window-weighted) mean square. Full scale is 1. */
  private readonly powers: readonly [Float64Array, Float64Array];
  private readonly scale: number;

  /** @param scale factor on |X|²; by default the one that makes a power spectrum of it. */
  constructor(windowSize: number, fftSize: number, scale?: number) {
    this.window = hann(windowSize);
    this.pair = new PairTransform(fftSize);
    this.powers = [new Float64Array(fftSize / 2 + 1), new Float64Array(fftSize / 2 + 1)];
    this.scale = scale ?? 2 / (fftSize * this.window.reduce((sum, w) => sum + w * w, 0));
  }

  /** Power spectrum of the window that begins at `start`; a whole window must lie within. */
  analyse(samples: Float32Array, start: number): Float64Array {
    return this.analysePair(samples, start, start)[0];
  }

  /** Power spectra of the windows that begin at `first` and at `second`. */
  analysePair(samples: Float32Array, first: number, second: number): readonly [Float64Array, Float64Array] {
    const { window, pair, powers, scale } = this;
    const { input } = pair;
    for (let i = 0; i < window.length; i++) {
      const weight = window[i] ?? 0;
      input[2 * i] = weight * (samples[first + i] ?? 0);
      input[2 * i + 1] = weight * (samples[second + i] ?? 0);
    }
    pair.transform();
    pair.powers(...powers, scale);
    return powers;
  }
}
