import rms from 'meyda/dist/node/extractors/rms.js';
import zcr from 'meyda/dist/node/extractors/zcr.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { applyBank, chromaFilterBank, dctMatrix, melFilterBank, trendFilter } from './filterbank.js';
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
  frameCount,
  sane,
} from './frames.js';
import { halveRate, padded } from './lowpass.js';
import { trackPitch } from './pitch.js';
import { SpectrumAnalyser } from './spectrum.js';

/** Raised whenever the same audio would give other numbers: models name the version they were trained on. */
export const FEATURE_VERSION = 2;

export const MEL_BANDS = 40;
export const MFCC_COUNT = 16;
export const CHROMA_CLASSES = 12;
/** Edges of the five coarse bands, Hz. */
export const COARSE_BANDS_HZ = [60, 500, 1000, 2000, 3000, 3800] as const;
export const COARSE_BANDS = COARSE_BANDS_HZ.length - 1;

/**
 * What is measured in each 32 ms window, every 10 ms. n is `frames`; a matrix is row by row, frame after frame. Every value is finite
 * for every input, silence included. Nothing from 4 kHz up enters.
 */
export interface FrameFeatures {
  /** Length of the signal, seconds. */
  readonly seconds: number;
  readonly frames: number;
  /** n × MEL_BANDS: natural log of the power in HTK-spaced triangles from 60 to 3800 Hz, at most 70 dB below the loudest of the clip. */
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
const DB_PER_NEPER = 10 / Math.LN10;
/** Below this there is no tone to name. */
const TONELESS_DB = -100;
/** Natural-log distance of 70 dB in power. */
const DYNAMIC_RANGE = 7 * Math.LN10;

const [FIRST_BIN, END_BIN] = BAND_BINS;
const BAND_WIDTH = END_BIN - FIRST_BIN;
const MEL = melFilterBank({
  bands: MEL_BANDS,
  sampleRate: ANALYSIS_RATE,
  fftSize: FFT_SIZE,
  minHz: BAND_HZ[0],
  maxHz: BAND_HZ[1],
  scale: 'htk',
});
const DCT = dctMatrix(MFCC_COUNT, MEL_BANDS);
const CHROMA = chromaFilterBank(ANALYSIS_RATE, FFT_SIZE);
const binAt = (hz: number): number => Math.max(FIRST_BIN, Math.min(END_BIN, Math.ceil(hz / BIN_HZ)));
const COARSE_BINS = COARSE_BANDS_HZ.map((hz, i) => (i === COARSE_BANDS ? END_BIN : binAt(hz)));
const [BIN_1000, BIN_1500, BIN_2000] = [binAt(1000), binAt(1500), binAt(2000)];
/** Slopes of the log spectrum below 500 Hz and from 500 to 1500 Hz. */
const TRENDS = [trendFilter(FIRST_BIN, binAt(500)), trendFilter(binAt(500), BIN_1500)];
const DB_PER_KHZ = DB_PER_NEPER * (1000 / BIN_HZ);

/** @param samples mono at 16 kHz, −1..1; fewer than one window are padded with silence. */
export function extractFeatures(samples: Float32Array): FrameFeatures {
  const halved = halveRate(sane(samples), HALVING);
  const signal = padded(halved, 0, Math.max(WINDOW, halved.length));
  const frames = frameCount(signal.length);
  const matrix = (width: number): Float32Array => new Float32Array(frames * width);
  const column = (): Float32Array => matrix(1);
  const f = {
    seconds: samples.length / SAMPLE_RATE,
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
  for (let i = 0; i < frames; i += 2) {
    const [power, next] = analyser.analysePair(signal, i * HOP, (i + 1) * HOP);
    describeSpectrum(power, i, f);
    if (i + 1 < frames) describeSpectrum(next, i + 1, f);
  }
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

/** Scratch of the frame at hand. */
const melPower = new Float64Array(MEL_BANDS);
const chromaSums = new Float64Array(CHROMA_CLASSES);
const magnitudes = new Float64Array(BINS);
/** Natural logs of the bins that the slopes need. */
const logs = new Float64Array(BINS);
const trends = new Float64Array(TRENDS.length);
/** Power below each bin. */
const below = new Float64Array(BINS + 1);

/** Everything that one frame's power spectrum tells. */
function describeSpectrum(power: Float64Array, frame: number, f: SpectralFeatures): void {
  applyBank(MEL, power, melPower);
  for (let i = 0; i < MEL_BANDS; i++) f.logMel[frame * MEL_BANDS + i] = Math.log((melPower[i] ?? 0) + FLOOR);

  let total = 0;
  let moment = 0;
  let square = 0;
  for (let k = FIRST_BIN; k < END_BIN; k++) {
    const p = (power[k] ?? 0) + FLOOR / BAND_WIDTH;
    power[k] = p;
    total += p;
    moment += p * k;
    square += p * (k * k);
    below[k + 1] = total;
    magnitudes[k] = Math.sqrt(p);
  }
  const level = 10 * Math.log10(total);
  const centre = moment / total;
  const median = binHolding(0.5 * total, FIRST_BIN);
  f.level[frame] = level;
  f.centroid[frame] = centre * BIN_HZ;
  f.spread[frame] = Math.sqrt(Math.max(0, square / total - centre * centre)) * BIN_HZ;
  f.median[frame] = median * BIN_HZ;
  f.rolloff[frame] = binHolding(0.85 * total, median) * BIN_HZ;
  f.flatness[frame] = Math.min(1, Math.exp(sumOfLogs(power) / BAND_WIDTH) / (total / BAND_WIDTH));
  for (let b = 0; b < COARSE_BANDS; b++) {
    f.bands[frame * COARSE_BANDS + b] = bandLevel(COARSE_BINS[b] ?? 0, COARSE_BINS[b + 1] ?? 0) - level;
  }
  f.alphaRatio[frame] = bandLevel(FIRST_BIN, BIN_1000) - bandLevel(BIN_1000, END_BIN);
  f.hammarberg[frame] = 10 * Math.log10(peak(power, FIRST_BIN, BIN_2000) / peak(power, BIN_2000, END_BIN));

  for (let k = FIRST_BIN; k < BIN_1500; k++) logs[k] = Math.log(power[k] ?? 0);
  applyBank(TRENDS, logs, trends);
  f.slopeLow[frame] = DB_PER_KHZ * (trends[0] ?? 0);
  f.slopeMid[frame] = DB_PER_KHZ * (trends[1] ?? 0);

  applyBank(CHROMA, magnitudes, chromaSums);
  const strongest = chromaSums.reduce((a, b) => Math.max(a, b));
  for (let c = 0; c < CHROMA_CLASSES; c++) {
    f.chroma[frame * CHROMA_CLASSES + c] = level > TONELESS_DB ? (chromaSums[c] ?? 0) / strongest : 0;
  }
}

/** First bin, not before `from`, up to which the power reaches `sum`. */
function binHolding(sum: number, from: number): number {
  let k = from;
  while (k < END_BIN - 1 && (below[k + 1] ?? 0) < sum) k++;
  return k;
}

/** Σ ln p over the band: a logarithm costs as much as a dozen products, so one is taken of every sixteen factors (1e-230 at the least). */
function sumOfLogs(power: Float64Array): number {
  let sum = 0;
  for (let from = FIRST_BIN; from < END_BIN; from += 16) {
    const to = Math.min(from + 16, END_BIN);
    let product = 1;
    for (let k = from; k < to; k++) product *= power[k] ?? 0;
    sum += Math.log(product);
  }
  return sum;
}

/** Power of a range of bins, dB. */
function bandLevel(from: number, to: number): number {
  return 10 * Math.log10((below[to] ?? 0) - (below[from] ?? 0) + FLOOR);
}

/** Power of the strongest bin of a range. */
function peak(power: Float64Array, from: number, to: number): number {
  let max = 0;
  for (let k = from; k < to; k++) max = Math.max(max, power[k] ?? 0);
  return max;
}

/** Level and sign changes in time. */
function describeWaveform(signal: Float32Array, f: SpectralFeatures): void {
  for (let i = 0; i < f.frames; i++) {
    const window = signal.subarray(i * HOP, i * HOP + WINDOW);
    f.rms[i] = rms({ signal: window });
    f.zcr[i] = zcr({ signal: window }) / WINDOW;
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
  const rows = new Float64Array((frames + 2 * reach) * width);
  rows.set(data, reach * width);
  for (let k = 0; k < reach; k++) {
    rows.set(data.subarray(0, width), k * width);
    rows.set(data.subarray(-width), (reach + frames + k) * width);
  }
  return data.map((_, i) => {
    const at = i + reach * width;
    let sum = 0;
    for (let k = 1; k <= reach; k++) sum += k * ((rows[at + k * width] ?? 0) - (rows[at - k * width] ?? 0));
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
