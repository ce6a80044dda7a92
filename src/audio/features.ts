import { SAMPLE_RATE } from '../emotion/utterance.js';
import { applyBank, dctMatrix } from './filterbank.js';
import { HOP, WINDOW, frameCount, toAnalyse } from './frames.js';
import { trackPitch } from './pitch.js';
import { MEL_BANDS, spectralShape } from './spectral-shape.js';
import type { SpectralShape } from './spectral-shape.js';

export { COARSE_BANDS, COARSE_BANDS_HZ, MEL_BANDS } from './spectral-shape.js';

/** Raised whenever the same audio would give other numbers: models name the version they were trained on. */
export const FEATURE_VERSION = 2;

export const MFCC_COUNT = 16;

/**
 * What is measured in each 32 ms window, every 10 ms. n is `frames`; a matrix is row by row, frame after frame. Every value is finite
 * for every input, silence included. Nothing from 4 kHz up enters.
 */
export interface FrameFeatures extends SpectralShape {
  /** Length of the signal, seconds. */
  readonly seconds: number;
  readonly frames: number;
  /** n × MFCC_COUNT: orthonormal DCT-II of `logMel`; the first tells the level. */
  readonly mfcc: Float32Array;
  /** n × MFCC_COUNT: slope of each `mfcc` over nine frames, per frame. */
  readonly delta: Float32Array;
  /** n × MFCC_COUNT: the same slope of `delta`. */
  readonly deltaDelta: Float32Array;
  /** Root mean square of the band-limited window, 0..1. */
  readonly rms: Float32Array;
  /** Sign changes of the band-limited signal per sample at 8 kHz, 0..1. */
  readonly zcr: Float32Array;
  /** Root mean square change of `logMel` since the frame before, nats; 0 in the first. */
  readonly flux: Float32Array;
  /** 60..500 Hz; 0 where no period was found. */
  readonly pitchHz: Float32Array;
  /** How periodic the frame is, 0..1; speech is voiced from about 0.5. */
  readonly clarity: Float32Array;
}

const DCT = dctMatrix(MFCC_COUNT, MEL_BANDS);

/** @param samples mono at 16 kHz, −1..1; fewer than one window are padded with silence. */
export function extractFeatures(samples: Float32Array): FrameFeatures {
  const signal = toAnalyse(samples);
  const frames = frameCount(signal.length);
  const shape = spectralShape(signal, frames);
  const mfcc = cepstrum(shape.logMel, frames);
  const delta = slopes(mfcc, frames, MFCC_COUNT);
  const { hz: pitchHz, clarity } = trackPitch(signal, frames);
  return {
    seconds: samples.length / SAMPLE_RATE,
    frames,
    ...shape,
    ...describeWaveform(signal, frames),
    mfcc,
    delta,
    deltaDelta: slopes(delta, frames, MFCC_COUNT),
    flux: spectralFlux(shape.logMel, frames),
    pitchHz,
    clarity,
  };
}

/** Level and sign changes in time, as differences of running sums: the windows overlap. */
function describeWaveform(signal: Float32Array, frames: number): Pick<FrameFeatures, 'rms' | 'zcr'> {
  const squares = new Float64Array(signal.length + 1);
  const changes = new Uint32Array(signal.length + 1);
  let energy = 0;
  let signs = 0;
  let negative = false;
  for (let i = 0; i < signal.length; i++) {
    const x = signal[i] ?? 0;
    energy += x * x;
    if (x < 0 !== negative) {
      negative = !negative;
      signs++;
    }
    squares[i + 1] = energy;
    changes[i + 1] = signs;
  }
  const f = { rms: new Float32Array(frames), zcr: new Float32Array(frames) };
  for (let i = 0; i < frames; i++) {
    const start = i * HOP;
    const end = start + WINDOW;
    f.rms[i] = Math.sqrt(((squares[end] ?? 0) - (squares[start] ?? 0)) / WINDOW);
    // Whether the first sample differs from the one before the window is not the window's.
    f.zcr[i] = ((changes[end] ?? 0) - (changes[start + 1] ?? 0)) / WINDOW;
  }
  return f;
}

function cepstrum(logMel: Float32Array, frames: number): Float32Array {
  const mfcc = new Float32Array(frames * MFCC_COUNT);
  const row = new Float64Array(MEL_BANDS);
  const out = new Float64Array(MFCC_COUNT);
  for (let i = 0; i < frames; i++) {
    for (let k = 0; k < MEL_BANDS; k++) row[k] = logMel[i * MEL_BANDS + k] ?? 0;
    applyBank(DCT, row, out);
    for (let k = 0; k < MFCC_COUNT; k++) mfcc[i * MFCC_COUNT + k] = out[k] ?? 0;
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
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    const at = i + reach * width;
    let sum = 0;
    for (let k = 1; k <= reach; k++) sum += k * ((rows[at + k * width] ?? 0) - (rows[at - k * width] ?? 0));
    out[i] = sum / norm;
  }
  return out;
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
