import { SAMPLE_RATE } from '../emotion/utterance.js';

/** Distance between two frames: 10 ms, the habit of the field since HTK. */
export const HOP_MS = 10;
/** Window of every feature but pitch: 32 ms. */
export const WINDOW_MS = 32;

/** Samples for a whole number of milliseconds; refuses a length that is not exact. */
function exactSamples(ms: number, rate: number = SAMPLE_RATE): number {
  const samples = (ms * rate) / 1000;
  if (!Number.isInteger(samples)) throw new RangeError(`${ms} ms is not a whole number of samples at ${rate} Hz`);
  return samples;
}

export const HOP = exactSamples(HOP_MS);
export const WINDOW = exactSamples(WINDOW_MS);
/** Windows are zero-padded to this length, so that the narrow low mel bands hold more than one bin. */
export const FFT_SIZE = 2 * WINDOW;
export const BINS = FFT_SIZE / 2 + 1;
/** Hz from one bin to the next. */
export const BIN_HZ = SAMPLE_RATE / FFT_SIZE;

/**
 * The analysed band, Hz. Nothing above 4 kHz is read: the corpora were recorded at different rates, so what lies there tells the
 * recording, not the emotion; and telephone audio then works as well.
 */
export const BAND_HZ = [60, 4000] as const;
/** First bin inside the band, and the first one above it. */
export const BAND_BINS = [Math.ceil(BAND_HZ[0] / BIN_HZ), Math.floor(BAND_HZ[1] / BIN_HZ) + 1] as const;

/** Whole windows in `samples` samples; anything shorter than one window is padded with zeros to one. */
export function frameCount(samples: number): number {
  return samples <= WINDOW ? 1 : 1 + Math.floor((samples - WINDOW) / HOP);
}

/** Periodic Hann window (as scipy's `fftbins=True`), so that overlapping windows add up evenly. */
export function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** Samples fit for analysis: not-a-number becomes silence, anything beyond full scale is cut to it. A copy only where needed. */
export function sane(samples: Float32Array): Float32Array {
  return samples.every((x) => x >= -1 && x <= 1)
    ? samples
    : samples.map((x) => (Number.isNaN(x) ? 0 : Math.max(-1, Math.min(1, x))));
}
