import { applyBank, chromaFilterBank } from './filterbank.js';
import { ANALYSIS_RATE, BAND_BINS, BINS, FFT_SIZE, HOP, WINDOW, frameCount, toAnalyse } from './frames.js';
import { SpectrumAnalyser } from './spectrum.js';
import { greatest } from './statistics.js';

export const CHROMA_CLASSES = 12;

/** Below this there is no tone to name: −100 dB. */
const TONELESS = 1e-10;
/** What each bin has at least, together −120 dB: next to silence nothing stands out. */
const FLOOR = 1e-12;
const BANK = chromaFilterBank(ANALYSIS_RATE, FFT_SIZE);
const [FIRST_BIN, END_BIN] = BAND_BINS;

/**
 * Magnitude by pitch class (Ellis 2007), C first, for each frame of `extractFeatures`; the strongest of a frame is 1, all are 0 in silence.
 * To look at: speech is in no key, so that no model is given it.
 * @param samples mono at 16 kHz, −1..1 @returns frames × CHROMA_CLASSES
 */
export function extractChroma(samples: Float32Array): Float32Array {
  const signal = toAnalyse(samples);
  const frames = frameCount(signal.length);
  const analyser = new SpectrumAnalyser(WINDOW, FFT_SIZE);
  const magnitudes = new Float64Array(BINS);
  const sums = new Float64Array(CHROMA_CLASSES);
  const chroma = new Float32Array(frames * CHROMA_CLASSES);
  for (let frame = 0; frame < frames; frame++) {
    const power = analyser.analyse(signal, frame * HOP).subarray(FIRST_BIN, END_BIN);
    if (power.reduce((a, b) => a + b, 0) <= TONELESS) continue;
    magnitudes.set(
      power.map((p) => Math.sqrt(p + FLOOR / power.length)),
      FIRST_BIN,
    );
    applyBank(BANK, magnitudes, sums);
    const strongest = greatest(sums);
    for (let c = 0; c < CHROMA_CLASSES; c++) chroma[frame * CHROMA_CLASSES + c] = (sums[c] ?? 0) / strongest;
  }
  return chroma;
}
