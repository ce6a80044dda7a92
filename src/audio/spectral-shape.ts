import { applyBank, melFilterBank, trendFilter } from './filterbank.js';
import { ANALYSIS_RATE, BAND_BINS, BAND_HZ, BINS, BIN_HZ, FFT_SIZE, HOP, WINDOW } from './frames.js';
import { SpectrumAnalyser } from './spectrum.js';
import { greatest } from './statistics.js';

export const MEL_BANDS = 40;
/** Edges of the five coarse bands, Hz. */
export const COARSE_BANDS_HZ = [60, 500, 1000, 2000, 3000, 3800] as const;
export const COARSE_BANDS = COARSE_BANDS_HZ.length - 1;

/** What the power spectrum of each frame tells; n is the number of frames, a matrix is row by row, frame after frame. */
export interface SpectralShape {
  /** n × MEL_BANDS: natural log of the power in HTK-spaced triangles from 60 to 3800 Hz, at most 70 dB below the loudest of the clip. */
  readonly logMel: Float32Array;
  /** n × COARSE_BANDS: power of each coarse band, dB relative to the frame's whole. */
  readonly bands: Float32Array;
  /** Power in the band, dB relative to full scale; a full-scale sine has −3; silence −120. */
  readonly level: Float32Array;
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
  /** Trend of the log power spectrum below 500 Hz and from 500 to 1500 Hz, dB per kHz (GeMAPS, Eyben et al. 2016). */
  readonly slopeLow: Float32Array;
  readonly slopeMid: Float32Array;
  /** Power below over power above 1 kHz, dB. */
  readonly alphaRatio: Float32Array;
  /** Strongest bin below over strongest bin above 2 kHz, dB (Hammarberg et al. 1980). */
  readonly hammarberg: Float32Array;
}

/** Power that counts as none: −120 dB. */
const FLOOR = 1e-12;
const DB_PER_NEPER = 10 / Math.LN10;
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
const binAt = (hz: number): number => Math.max(FIRST_BIN, Math.min(END_BIN, Math.ceil(hz / BIN_HZ)));
const COARSE_BINS = COARSE_BANDS_HZ.map((hz, i) => (i === COARSE_BANDS ? END_BIN : binAt(hz)));
const [BIN_1000, BIN_1500, BIN_2000] = [binAt(1000), binAt(1500), binAt(2000)];
/** Slopes of the log spectrum below 500 Hz and from 500 to 1500 Hz. */
const TRENDS = [trendFilter(FIRST_BIN, binAt(500)), trendFilter(binAt(500), BIN_1500)];
const DB_PER_KHZ = DB_PER_NEPER * (1000 / BIN_HZ);

/** Describes `frames` windows of a signal at ANALYSIS_RATE, HOP samples apart. */
export function spectralShape(signal: Float32Array, frames: number): SpectralShape {
  const matrix = (width: number): Float32Array => new Float32Array(frames * width);
  const column = (): Float32Array => matrix(1);
  const shape = {
    logMel: matrix(MEL_BANDS),
    bands: matrix(COARSE_BANDS),
    level: column(),
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
  for (let i = 0; i < frames; i += 2) {
    const next = Math.min(i + 1, frames - 1);
    const [power, nextPower] = analyser.analysePair(signal, i * HOP, next * HOP);
    describeSpectrum(power, i, shape);
    if (next > i) describeSpectrum(nextPower, next, shape);
  }
  limitRange(shape.logMel);
  return shape;
}

/** Made once: its tables of sines take as long as some dozen frames. */
const analyser = new SpectrumAnalyser(WINDOW, FFT_SIZE);
/** Scratch of the frame at hand. */
const melPower = new Float64Array(MEL_BANDS);
/** Natural logs of the bins that the slopes need. */
const logs = new Float64Array(BINS);
const trends = new Float64Array(TRENDS.length);
/** Power below each bin. */
const below = new Float64Array(BINS + 1);

/** Everything that one frame's power spectrum tells. */
function describeSpectrum(power: Float64Array, frame: number, f: SpectralShape): void {
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
  }
  const level = DB_PER_NEPER * Math.log(total);
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
  f.hammarberg[frame] = DB_PER_NEPER * Math.log(peak(power, FIRST_BIN, BIN_2000) / peak(power, BIN_2000, END_BIN));

  for (let k = FIRST_BIN; k < BIN_1500; k++) logs[k] = Math.log(power[k] ?? 0);
  applyBank(TRENDS, logs, trends);
  f.slopeLow[frame] = DB_PER_KHZ * (trends[0] ?? 0);
  f.slopeMid[frame] = DB_PER_KHZ * (trends[1] ?? 0);
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
  return DB_PER_NEPER * Math.log((below[to] ?? 0) - (below[from] ?? 0) + FLOOR);
}

/** Power of the strongest bin of a range. */
function peak(power: Float64Array, from: number, to: number): number {
  let max = 0;
  for (let k = from; k < to; k++) max = Math.max(max, power[k] ?? 0);
  return max;
}

/** Lifts what lies over 70 dB below the loudest band of the clip, so that digital silence and room noise look alike. */
function limitRange(logMel: Float32Array): void {
  const floor = greatest(logMel) - DYNAMIC_RANGE;
  for (let i = 0; i < logMel.length; i++) if ((logMel[i] ?? 0) < floor) logMel[i] = floor;
}
