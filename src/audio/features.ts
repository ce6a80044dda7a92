import rms from 'meyda/dist/node/extractors/rms.js';
import zcr from 'meyda/dist/node/extractors/zcr.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { applyBank, chromaFilterBank, dctMatrix, melFilterBank } from './filterbank.js';
import { BAND_BINS, BAND_HZ, BIN_HZ, FFT_SIZE, HOP, WINDOW, frameCount, sane } from './frames.js';
import { halveRate } from './lowpass.js';
import { trackPitch } from './pitch.js';
import { SpectrumAnalyser } from './spectrum.js';

/** Raised whenever the same audio would give other numbers: models name the version they were trained on. */
export const FEATURE_VERSION = 1;

export const MEL_BANDS = 40;
export const MFCC_COUNT = 16;
export const CHROMA_CLASSES = 12;
/** Edges of the five coarse bands, Hz. */
export const COARSE_BANDS_HZ = [60, 500, 1000, 2000, 3000, 4000] as const;
export const COARSE_BANDS = COARSE_BANDS_HZ.length - 1;

/**
 * What is measured in each 32 ms window, every 10 ms. n is `frames`; a matrix is row by row, frame after frame. Every value is finite
 * for every input, silence included. Nothing above 4 kHz enters.
 */
export interface FrameFeatures {
  /** Length of the signal, seconds. */
  readonly seconds: number;
  readonly frames: number;
  /** n × MEL_BANDS: natural log of the power in HTK-spaced triangles from 60 to 4000 Hz, at most 70 dB below the loudest of the clip. */
  readonly logMel: Float32Array;
  /** n × MFCC_COUNT: orthonormal DCT-II of `logMel`; the first tells the level. */
  readonly mfcc: Float32Array;
  /** n × MFCC_COUNT: slope of each `mfcc` over nine frames, per frame. */
  readonly delta: Float32Array;
  /** n × MFCC_COUNT: the same slope of `delta`. */
  readonly deltaDelta: Float32Array;
  /** n × CHROMA_CLASSES: magnitude by pitch class, C first; the strongest of a frame is 1, all 0 in silence. */
  readonly chroma: Float32Array;
  /** n × COARSE_BANDS: power of each coarse band, dB relative to the frame's whole. */
  readonly bands: Float32Array;
  /** Power in the band, dB relative to full scale; a full-scale sine has −3; silence −120. */
  readonly level: Float32Array;
  /** Root mean square of the band-limited window, 0..1. */
  readonly rms: Float32Array;
  /** Sign changes of the band-limited signal per sample at 8 kHz, 0..1. */
  readonly zcr: Float32Array;
  /** Mean of the power spectrum, Hz. */
  readonly centroid: Float32Array;
  /** Standard deviation of the power spectrum, Hz. */
  readonly spread: Float32Array;
  /** Frequency below which 85 % of the power lies, Hz. */
  readonly rolloff: Float32Array;
  /** Frequency below which half of the power lies, Hz. */
  readonly median: Float32Array;
  /** Geometric over arithmetic mean of the power spectrum, 0 (a tone) .. 1 (noise, silence). */
  readonly flatness: Float32Array;
  /** Root mean square change of `logMel` since the frame before, nats; 0 in the first. */
  readonly flux: Float32Array;
  /** Trend of the log power spectrum below 500 Hz and from 500 to 1500 Hz, dB per kHz (GeMAPS, Eyben et al. 2016). */
  readonly slopeLow: Float32Array;
  readonly slopeMid: Float32Array;
  /** Power below over power above 1 kHz, dB. */
  readonly alphaRatio: Float32Array;
  /** Strongest bin below over strongest bin above 2 kHz, dB (Hammarberg et al. 1980). */
  readonly hammarberg: Float32Array;
  /** 60..500 Hz; 0 where no period was found. */
  readonly pitchHz: Float32Array;
  /** How periodic the frame is, 0..1; speech is voiced from about 0.5. */
  readonly clarity: Float32Array;
}

/** Power that counts as none: −120 dB. */
const FLOOR = 1e-12;
/** Natural-log distance of 70 dB in power. */
const DYNAMIC_RANGE = 7 * Math.LN10;

const [FIRST_BIN, END_BIN] = BAND_BINS;
const BAND_WIDTH = END_BIN - FIRST_BIN;
const MEL = melFilterBank({
  bands: MEL_BANDS,
  sampleRate: SAMPLE_RATE,
  fftSize: FFT_SIZE,
  minHz: BAND_HZ[0],
  maxHz: BAND_HZ[1],
  scale: 'htk',
});
const DCT = dctMatrix(MFCC_COUNT, MEL_BANDS);
const CHROMA = chromaFilterBank(SAMPLE_RATE, FFT_SIZE);
const binAt = (hz: number): number => Math.max(FIRST_BIN, Math.min(END_BIN, Math.ceil(hz / BIN_HZ)));
const COARSE_BINS = COARSE_BANDS_HZ.map((hz, i) => (i === COARSE_BANDS ? END_BIN : binAt(hz)));
const [BIN_500, BIN_1000, BIN_1500, BIN_2000] = [binAt(500), binAt(1000), binAt(1500), binAt(2000)];
const toDb = (power: number): number => 10 * Math.log10(power + FLOOR);

/** @param samples mono at 16 kHz, −1..1; fewer than one window are padded with silence. */
export function extractFeatures(samples: Float32Array): FrameFeatures {
  const signal = sane(samples);
  const frames = frameCount(signal.length);
  const matrix = (width: number): Float32Array => new Float32Array(frames * width);
  const column = (): Float32Array => matrix(1);
  const f = {
    seconds: signal.length / SAMPLE_RATE,
    frames,
    logMel: matrix(MEL_BANDS),
    chroma: matrix(CHROMA_CLASSES),
    bands: matrix(COARSE_BANDS),
    level: column(),
    rms: column(),
    zcr: column(),
    centroid: column(),
    spread: column(),
    rolloff: column(),
    median: column(),
    flatness: column(),
    slopeLow: column(),
    slopeMid: column(),
    alphaRatio: column(),
    hammarberg: column(),
  };
  const analyser = new SpectrumAnalyser(WINDOW, FFT_SIZE);
  for (let i = 0; i < frames; i++) describeSpectrum(analyser.analyse(signal, i * HOP), i, f);
  describeWaveform(signal, f);
  limitRange(f.logMel);
  const mfcc = cepstrum(f.logMel, frames);
  const delta = slopes(mfcc, frames, MFCC_COUNT);
  const { hz: pitchHz, clarity } = trackPitch(signal, frames);
  return {
    ...f,
    mfcc,
    delta,
    deltaDelta: slopes(delta, frames, MFCC_COUNT),
    flux: spectralFlux(f.logMel, frames),
    pitchHz,
    clarity,
  };
}

type SpectralFeatures = Omit<FrameFeatures, 'mfcc' | 'delta' | 'deltaDelta' | 'flux' | 'pitchHz' | 'clarity'>;

const melPower = new Float64Array(MEL_BANDS);
const chromaSums = new Float64Array(CHROMA_CLASSES);
const inBand = new Float64Array(FFT_SIZE / 2 + 1);
const decibels = new Float64Array(FFT_SIZE / 2 + 1);

/** Everything that one frame's power spectrum tells. */
function describeSpectrum(power: Float64Array, frame: number, f: SpectralFeatures): void {
  applyBank(MEL, power, melPower);
  for (let i = 0; i < MEL_BANDS; i++) f.logMel[frame * MEL_BANDS + i] = Math.log((melPower[i] ?? 0) + FLOOR);

  let total = 0;
  let moment = 0;
  let logSum = 0;
  for (let k = FIRST_BIN; k < END_BIN; k++) {
    const p = (power[k] ?? 0) + FLOOR / BAND_WIDTH;
    const db = 10 * Math.log10(p);
    total += p;
    moment += p * k;
    logSum += db;
    inBand[k] = Math.sqrt(p);
    decibels[k] = db;
  }
  f.level[frame] = 10 * Math.log10(total);
  const centre = moment / total;
  f.centroid[frame] = centre * BIN_HZ;
  f.flatness[frame] = Math.min(1, 10 ** (logSum / BAND_WIDTH / 10) / (total / BAND_WIDTH));

  let variance = 0;
  let sum = 0;
  let half = -1;
  let most = -1;
  for (let k = FIRST_BIN; k < END_BIN; k++) {
    const p = (power[k] ?? 0) + FLOOR / BAND_WIDTH;
    variance += p * (k - centre) ** 2;
    sum += p;
    if (half < 0 && sum >= 0.5 * total) half = k;
    if (most < 0 && sum >= 0.85 * total) most = k;
  }
  f.spread[frame] = Math.sqrt(variance / total) * BIN_HZ;
  f.median[frame] = half * BIN_HZ;
  f.rolloff[frame] = most * BIN_HZ;

  const energy = (from: number, to: number): number => {
    let e = 0;
    for (let k = from; k < to; k++) e += power[k] ?? 0;
    return toDb(e);
  };
  for (let b = 0; b < COARSE_BANDS; b++) {
    f.bands[frame * COARSE_BANDS + b] = energy(COARSE_BINS[b] ?? 0, COARSE_BINS[b + 1] ?? 0) - 10 * Math.log10(total);
  }
  f.alphaRatio[frame] = energy(FIRST_BIN, BIN_1000) - energy(BIN_1000, END_BIN);
  f.hammarberg[frame] = peak(FIRST_BIN, BIN_2000) - peak(BIN_2000, END_BIN);
  f.slopeLow[frame] = trend(FIRST_BIN, BIN_500);
  f.slopeMid[frame] = trend(BIN_500, BIN_1500);

  applyBank(CHROMA, inBand, chromaSums);
  const strongest = Math.max(...chromaSums);
  // Below −100 dB there is no tone to name.
  for (let c = 0; c < CHROMA_CLASSES; c++) {
    f.chroma[frame * CHROMA_CLASSES + c] = total > 1e-10 ? (chromaSums[c] ?? 0) / strongest : 0;
  }
}

/** Strongest bin of a range, dB. */
function peak(from: number, to: number): number {
  let max = -Infinity;
  for (let k = from; k < to; k++) max = Math.max(max, decibels[k] ?? 0);
  return max;
}

/** Least-squares slope of the log spectrum over a range of bins, dB per kHz. */
function trend(from: number, to: number): number {
  const middle = (from + to - 1) / 2;
  let product = 0;
  let square = 0;
  for (let k = from; k < to; k++) {
    product += (k - middle) * (decibels[k] ?? 0);
    square += (k - middle) ** 2;
  }
  return (product / square) * (1000 / BIN_HZ);
}

/** Level and sign changes in time, of the signal limited to the same band. */
function describeWaveform(signal: Float32Array, f: SpectralFeatures): void {
  const half = new Float32Array(Math.max(WINDOW / 2, Math.ceil(signal.length / 2)));
  half.set(halveRate(signal, BAND_HZ[1]));
  for (let i = 0; i < f.frames; i++) {
    const start = (i * HOP) / 2;
    const window = half.subarray(start, start + WINDOW / 2);
    f.rms[i] = rms({ signal: window });
    f.zcr[i] = zcr({ signal: window }) / window.length;
  }
}

/** Lifts what lies over 70 dB below the loudest band of the clip, so that digital silence and room noise look alike. */
function limitRange(logMel: Float32Array): void {
  const floor = logMel.reduce((max, x) => Math.max(max, x), -Infinity) - DYNAMIC_RANGE;
  for (let i = 0; i < logMel.length; i++) logMel[i] = Math.max(floor, logMel[i] ?? 0);
}

function cepstrum(logMel: Float32Array, frames: number): Float32Array {
  const mfcc = new Float32Array(frames * MFCC_COUNT);
  const row = new Float64Array(MEL_BANDS);
  const out = new Float64Array(MFCC_COUNT);
  for (let i = 0; i < frames; i++) {
    row.set(logMel.subarray(i * MEL_BANDS, (i + 1) * MEL_BANDS));
    applyBank(DCT, row, out);
    mfcc.set(out, i * MFCC_COUNT);
  }
  return mfcc;
}

/** Regression slope of every column over four frames to either side (Furui 1986); the edges repeat their frame. */
function slopes(data: Float32Array, frames: number, width: number): Float32Array {
  const reach = 4;
  const norm = 60; // 2 · (1² + 2² + 3² + 4²)
  return data.map((_, at) => {
    const frame = Math.floor(at / width);
    const c = at % width;
    let sum = 0;
    for (let k = 1; k <= reach; k++) {
      const later = data[Math.min(frames - 1, frame + k) * width + c] ?? 0;
      const earlier = data[Math.max(0, frame - k) * width + c] ?? 0;
      sum += k * (later - earlier);
    }
    return sum / norm;
  });
}

function spectralFlux(logMel: Float32Array, frames: number): Float32Array {
  return Float32Array.from({ length: frames }, (_, frame) => {
    if (frame === 0) return 0;
    let sum = 0;
    for (let i = frame * MEL_BANDS; i < (frame + 1) * MEL_BANDS; i++) {
      sum += ((logMel[i] ?? 0) - (logMel[i - MEL_BANDS] ?? 0)) ** 2;
    }
    return Math.sqrt(sum / MEL_BANDS);
  });
}
