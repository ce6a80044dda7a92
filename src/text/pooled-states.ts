/** Blocks this far below the loudest one of the utterance are no speech: 30 dB. */
const QUIET = 10 ** (-30 / 20);

/**
 * Mean and standard deviation of an encoder's states over the positions that were speech: what is left of an utterance for a
 * model that hears how it was said. The windows of a long utterance are added one after the other.
 */
export class PooledStates {
  private readonly threshold: number;
  private count = 0;
  private readonly sum: Float64Array;
  private readonly squares: Float64Array;

  /** @param samples the whole utterance @param step samples that one position stands for @param width numbers of a position */
  constructor(
    samples: Float32Array,
    private readonly step: number,
    private readonly width: number,
  ) {
    let loudest = 0;
    for (let at = 0; at + step <= samples.length; at += step) loudest = Math.max(loudest, rms(samples, at, at + step));
    this.threshold = QUIET * loudest;
    this.sum = new Float64Array(width);
    this.squares = new Float64Array(width);
  }

  /**
   * @param states positions × width; those behind the end of the window are padding
   * @param window what was encoded; only what lies between `from` and `to`, samples, is counted: the rest is in its neighbours
   */
  add(states: Float32Array, window: Float32Array, from = 0, to = window.length): void {
    const positions = Math.min(Math.floor(to / this.step), states.length / this.width);
    for (let position = Math.ceil(from / this.step); position < positions; position++) {
      const loudness = rms(window, position * this.step, (position + 1) * this.step);
      if (!(loudness > 0 && loudness >= this.threshold)) continue;
      this.count++;
      for (let i = 0; i < this.width; i++) {
        const value = states[position * this.width + i] ?? 0;
        this.sum[i] = (this.sum[i] ?? 0) + value;
        this.squares[i] = (this.squares[i] ?? 0) + value * value;
      }
    }
  }

  /** `width` means, then as many standard deviations; undefined where nothing was loud enough to be speech. */
  result(): Float32Array | undefined {
    const { count, width } = this;
    if (count === 0) return undefined;
    const out = new Float32Array(2 * width);
    for (let i = 0; i < width; i++) {
      const mean = (this.sum[i] ?? 0) / count;
      out[i] = mean;
      out[width + i] = Math.sqrt(Math.max(0, (this.squares[i] ?? 0) / count - mean * mean));
    }
    return out;
  }
}

/** Root of the mean square; NaN for samples that are no numbers. */
function rms(samples: Float32Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (samples[i] ?? 0) ** 2;
  return Math.sqrt(sum / (to - from));
}
