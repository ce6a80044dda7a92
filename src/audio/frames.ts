import { SAMPLE_RATE } from '../emotion/utterance.js';
import { halveRate, padded } from './lowpass.js';

/**
 * The features hear the signal halved to 8 kHz. The corpora were recorded at different rates, so what lies above 4 kHz tells the
 * recording, not the emotion; telephone audio then works as well, and every window costs half.
 */
export const ANALYSIS_RATE = SAMPLE_RATE / 2;
/** The half-band filter before: 0 dB up to 3.7 kHz, −50 dB from 4.3 kHz. */
export const HALVING = { cutoff: 0.25, taps: 87 } as const;
/** The analysed band, Hz: from below the deepest voice to the filter's shoulder. */
export const BAND_HZ = [60, 3800] as const;

/** Distance between two frames: 10 ms, the habit of the field since HTK. */
export const HOP_MS = 10;
/** Window of every feature but pitch: 32 ms. */
export const WINDOW_MS = 32;

/** Samples at the analysis rate for some milliseconds; refuses a length that is not exact. */
function exactSamples(ms: number): number {
  const samples = (ms * ANALYSIS_RATE) / 1000;
  if (!Number.isInteger(samples))
    throw new RangeError(`${ms} ms is not a whole number of samples at ${ANALYSIS_RATE} Hz`);
  return samples;
}

export const HOP = exactSamples(HOP_MS);
export const WINDOW = exactSamples(WINDOW_MS);
/** Windows are zero-padded to this length, so that the narrow low mel bands hold more than one bin. */
export const FFT_SIZE = 2 * WINDOW;
export const BINS = FFT_SIZE / 2 + 1;
/** Hz from one bin to the next. */
export const BIN_HZ = ANALYSIS_RATE / FFT_SIZE;
/** First bin inside the band, and the first one above it. */
export const BAND_BINS = [Math.ceil(BAND_HZ[0] / BIN_HZ), Math.floor(BAND_HZ[1] / BIN_HZ) + 1] as const;

/** Whole windows in `samples` samples at the analysis rate; anything shorter than one is padded with zeros to one. */
export function frameCount(samples: number): number {
  return samples <= WINDOW ? 1 : 1 + Math.floor((samples - WINDOW) / HOP);
}

/** Periodic Hann window (as scipy's `fftbins=True`), so that overlapping windows add up evenly. */
export function hann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}

/** What the frames are of: the sound at the analysis rate, at least one window long. @param samples mono at SAMPLE_RATE */
export function toAnalyse(samples: Float32Array): Float32Array {
  const halved = halveRate(sane(samples), HALVING);
  return padded(halved, 0, Math.max(WINDOW, halved.length));
}

/** Samples fit for analysis: not-a-number becomes silence, anything beyond full scale is cut to it. A copy only where needed. */
export function sane(samples: Float32Array): Float32Array {
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i] ?? 0;
    if (!(x >= -1 && x <= 1)) return samples.map((y) => (Number.isNaN(y) ? 0 : Math.max(-1, Math.min(1, y))));
  }
  return samples;
}
