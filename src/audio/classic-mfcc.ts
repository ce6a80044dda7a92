import { SAMPLE_RATE } from '../emotion/utterance.js';
import { applyBank, dctMatrix, melFilterBank } from './filterbank.js';
import { sane } from './frames.js';
import { padded } from './lowpass.js';
import { SpectrumAnalyser } from './spectrum.js';

export const CLASSIC_MFCC_COUNT = 40;

const WINDOW = 2048;
const HOP = 512;
const BANDS = 128;
const TOP_DB = 80;
const MEL = melFilterBank({
  bands: BANDS,
  sampleRate: SAMPLE_RATE,
  fftSize: WINDOW,
  minHz: 0,
  maxHz: SAMPLE_RATE / 2,
  scale: 'slaney',
});
const DCT = dctMatrix(CLASSIC_MFCC_COUNT, BANDS);

/**
 * The recipe of a hundred blog posts, kept as the baseline to beat: `librosa.feature.mfcc(y, sr, n_mfcc=40).mean(axis=1)` with all of
 * librosa's defaults (centred 128 ms windows, 128 Slaney mel bands up to 8 kHz, dB with 80 dB range). Not band-limited, on purpose.
 * @param samples mono at 16 kHz
 * @returns 40 means
 */
export function classicMfccMean(samples: Float32Array): Float32Array {
  const frames = 1 + Math.floor(samples.length / HOP);
  const signal = padded(sane(samples), WINDOW / 2, samples.length + WINDOW);
  const analyser = new SpectrumAnalyser(WINDOW, WINDOW, 1);
  const decibels = Array.from({ length: frames }, (_, frame) => {
    const power = new Float64Array(BANDS);
    applyBank(MEL, analyser.analyse(signal, frame * HOP), power);
    return power.map((p) => 10 * Math.log10(Math.max(1e-10, p)));
  });
  const loudest = decibels.flatMap((row) => [...row]).reduce((a, b) => Math.max(a, b));
  // The DCT is linear: the mean of the coefficients is the coefficients of the mean.
  const average = new Float64Array(BANDS);
  for (const row of decibels) {
    for (let band = 0; band < BANDS; band++) {
      average[band] = (average[band] ?? 0) + Math.max(loudest - TOP_DB, row[band] ?? 0) / frames;
    }
  }
  const mfcc = new Float64Array(CLASSIC_MFCC_COUNT);
  applyBank(DCT, average, mfcc);
  return Float32Array.from(mfcc);
}
