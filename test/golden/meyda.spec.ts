import meydaChroma from 'meyda/dist/node/extractors/chroma.js';
import meydaMelBands from 'meyda/dist/node/extractors/melBands.js';
import meydaMfcc from 'meyda/dist/node/extractors/mfcc.js';
import meydaCentroid from 'meyda/dist/node/extractors/spectralCentroid.js';
import meydaFlatness from 'meyda/dist/node/extractors/spectralFlatness.js';
import meydaSpread from 'meyda/dist/node/extractors/spectralSpread.js';
import { CHROMA_CLASSES, extractChroma } from '../../src/audio/chroma.js';
import { MEL_BANDS, MFCC_COUNT, extractFeatures } from '../../src/audio/features.js';
import { applyBank, chromaFilterBank, dctMatrix, melFilterBank } from '../../src/audio/filterbank.js';
import type { FilterBank } from '../../src/audio/filterbank.js';
import {
  ANALYSIS_RATE,
  BAND_BINS,
  BAND_HZ,
  BINS,
  BIN_HZ,
  FFT_SIZE,
  HALVING,
  HOP,
  WINDOW,
} from '../../src/audio/frames.js';
import { halveRate } from '../../src/audio/lowpass.js';
import { SpectrumAnalyser } from '../../src/audio/spectrum.js';
import { goldenSignals } from './signals.js';

// Where our own code stands in for one of Meyda's extractors, because that one is slow or undefined on silence, both must agree on
// the same spectrum. `rms` and `zcr` are Meyda's own.

const dense = (bank: FilterBank): number[][] =>
  bank.map(({ start, weights }) => {
    const row = new Array<number>(BINS).fill(0);
    weights.forEach((w, i) => (row[start + i] = w));
    return row;
  });

const MEL = melFilterBank({
  bands: MEL_BANDS,
  sampleRate: ANALYSIS_RATE,
  fftSize: FFT_SIZE,
  minHz: BAND_HZ[0],
  maxHz: BAND_HZ[1],
  scale: 'htk',
});
const [FIRST, END] = BAND_BINS;
const FRAME = 40;

describe.each(['sines', 'noise', 'glide', 'syllables'] as const)('%s', (name) => {
  const samples = goldenSignals()[name];
  const features = extractFeatures(samples);
  const power = new SpectrumAnalyser(WINDOW, FFT_SIZE).analyse(halveRate(samples, HALVING), FRAME * HOP);
  const magnitudes = power.map((p, k) => (k >= FIRST && k < END ? Math.sqrt(p) : 0));
  // Meyda's moments count bins from the first it is given.
  const inBand = power.slice(FIRST, END);

  it("[AF4] chroma is Meyda's with our bank", () => {
    const theirs = meydaChroma({
      ampSpectrum: magnitudes,
      chromaFilterBank: dense(chromaFilterBank(ANALYSIS_RATE, FFT_SIZE)),
    });
    theirs.forEach((value, c) => {
      expect(extractChroma(samples)[FRAME * CHROMA_CLASSES + c]).toBeCloseTo(value, 4);
    });
  });

  it("[AF4] the mel bands are Meyda's with our bank, but for its logarithm of 1 + x", () => {
    const ours = new Float64Array(MEL_BANDS);
    applyBank(MEL, power, ours);
    const theirs = meydaMelBands({
      ampSpectrum: power.map(Math.sqrt),
      melFilterBank: dense(MEL),
      bufferSize: FFT_SIZE,
    });
    theirs.forEach((value, i) => {
      expect(Math.log1p(ours[i]!)).toBeCloseTo(value, 6);
    });
  });

  it("[AF4] the cosine transform is Meyda's, made orthonormal (theirs is twice the plain sum)", () => {
    const input = { ampSpectrum: power.map(Math.sqrt), melFilterBank: dense(MEL), bufferSize: FFT_SIZE };
    const theirs = meydaMfcc({ ...input, numberOfMFCCCoefficients: MFCC_COUNT });
    const ours = new Float64Array(MFCC_COUNT);
    applyBank(dctMatrix(MFCC_COUNT, MEL_BANDS), Float64Array.from(meydaMelBands(input)), ours);
    theirs.forEach((value, k) => {
      expect((2 * ours[k]!) / Math.sqrt((k === 0 ? 1 : 2) / MEL_BANDS)).toBeCloseTo(value, 5);
    });
  });

  it("[AF4] centroid, spread and flatness are Meyda's on the power spectrum of the band", () => {
    expect(features.centroid[FRAME]! / BIN_HZ).toBeCloseTo(meydaCentroid({ ampSpectrum: inBand }) + FIRST, 3);
    expect(features.spread[FRAME]! / BIN_HZ).toBeCloseTo(meydaSpread({ ampSpectrum: inBand }), 3);
    expect(features.flatness[FRAME]!).toBeCloseTo(meydaFlatness({ ampSpectrum: inBand }), 4);
  });
});
