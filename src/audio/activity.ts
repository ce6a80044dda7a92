import type { FrameFeatures } from './features.js';
import { percentile } from './statistics.js';

/** Smoothed level over five frames, dB below the loudest, that bounds the utterance; and the rim kept around it, frames. */
const UTTERANCE_DB = 35;
const RIM_FRAMES = 10;
/** Frames within this many dB of the loud ones (95th percentile) are speech; voiced frames must also be periodic. */
const ACTIVE_DB = 30;
const VOICED_DB = 25;
const VOICED_CLARITY = 0.5;

/** Where in a clip somebody speaks. */
export interface Activity {
  /** First frame of the utterance and the one after its last: silence around it, of whatever length, is left out. */
  readonly from: number;
  readonly to: number;
  /** 95th percentile of the level within, dB relative to full scale: how loud the loud parts are. */
  readonly loudDb: number;
  /** Frames of the utterance that are speech, and those of them that carry a pitch; ascending. */
  readonly active: readonly number[];
  readonly voiced: readonly number[];
}

/** Finds the speech of a clip by level relative to itself, so that the microphone's gain plays no part. */
export function findActivity({ frames, level, clarity, pitchHz }: FrameFeatures): Activity {
  const smooth = movingMean(level, 5);
  const threshold = smooth.reduce((a, b) => Math.max(a, b), -Infinity) - UTTERANCE_DB;
  const from = Math.max(0, smooth.findIndex((x) => x >= threshold) - RIM_FRAMES);
  const to = Math.min(frames, smooth.findLastIndex((x) => x >= threshold) + RIM_FRAMES + 1);
  const loudDb = percentile(Float64Array.from(level.subarray(from, to)).sort(), 95);
  const within = Array.from({ length: to - from }, (_, i) => from + i);
  const above = (db: number) => (i: number) => (level[i] ?? 0) > loudDb - db;
  return {
    from,
    to,
    loudDb,
    active: within.filter(above(ACTIVE_DB)),
    voiced: within.filter(above(VOICED_DB)).filter((i) => (clarity[i] ?? 0) >= VOICED_CLARITY && (pitchHz[i] ?? 0) > 0),
  };
}

/** Centred mean over `width` (odd) values; the ends repeat. */
export function movingMean(values: Float32Array, width: number): Float32Array {
  const reach = (width - 1) / 2;
  const last = values.length - 1;
  return values.map((_, i) => {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += values[Math.max(0, Math.min(last, i + k))] ?? 0;
    return sum / width;
  });
}
