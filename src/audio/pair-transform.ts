import FFT from 'fft.js';

/**
 * Fourier transforms of two real signals at once: the complex transform of a + ib holds those of both (Press et al., "Numerical
 * Recipes", 12.3). The buffers are its own, so one serves one synchronous caller.
 */
export class PairTransform {
  /** a[i] and b[i] by turns, `size` of each: to be filled before `transform`, which leaves them. */
  readonly input: number[];
  /** Real and imaginary parts of the transform of a + ib by turns. */
  readonly output: number[];
  private readonly fft: FFT;

  /** @param size a power of two */
  constructor(readonly size: number) {
    this.fft = new FFT(size);
    this.input = doubles(2 * size);
    this.output = doubles(2 * size);
  }

  transform(): void {
    this.fft.transform(this.output, this.input);
  }

  /**
   * |A|² and |B|², times a factor, for the frequencies 0 to size/2. One of the two is the conjugate-symmetric part of the transform, the
   * other its antisymmetric part.
   */
  powers(first: Float64Array, second: Float64Array, factor: number): void {
    const { output, size } = this;
    const quarter = factor / 4;
    for (let k = 0; k <= size / 2; k++) {
      const mirror = k === 0 ? 0 : size - k;
      const re = output[2 * k] ?? 0;
      const im = output[2 * k + 1] ?? 0;
      const mirroredRe = output[2 * mirror] ?? 0;
      const mirroredIm = output[2 * mirror + 1] ?? 0;
      first[k] = ((re + mirroredRe) ** 2 + (im - mirroredIm) ** 2) * quarter;
      second[k] = ((im + mirroredIm) ** 2 + (re - mirroredRe) ** 2) * quarter;
    }
  }
}

/**
 * Zeros in a plain array, on which fft.js is fastest. Of an array that begins with fractions V8 knows that it holds doubles and no holes;
 * fft.js's own buffers have holes, for which each of our reads would have to look.
 */
function doubles(length: number): number[] {
  return Array.from({ length }, () => 0.5).fill(0);
}
