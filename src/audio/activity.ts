import type { FrameFeatures } from './features.js';
import { greatest, percentile } from './statistics.js';

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
  const threshold = greatest(smooth) - UTTERANCE_DB;
  const from = Math.max(0, smooth.findIndex((x) => x >= threshold) - RIM_FRAMES);
  const to = Math.min(frames, smooth.findLastIndex((x) => x >= threshold) + RIM_FRAMES + 1);
  const loudDb = percentile(level.slice(from, to).sort(), 95);
  const active: number[] = [];
  const voiced: number[] = [];
  for (let i = from; i < to; i++) {
    const db = level[i] ?? 0;
    if (db > loudDb - ACTIVE_DB) active.push(i);
    if (db > loudDb - VOICED_DB && (clarity[i] ?? 0) >= VOICED_CLARITY && (pitchHz[i] ?? 0) > 0) voiced.push(i);
  }
  return { from, to, loudDb, active, voiced };
}

/** Centred mean over `width` (odd) values; the ends repeat. */
export function movingMean(values: Float32Array, width: number): Float32Array {
  const reach = (width - 1) / 2;
  const last = values.length - 1;
  const out = new Float32Array(values.length);
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let k = -reach; k <= reach; k++) sum += values[Math.max(0, Math.min(last, i + k))] ?? 0;
    out[i] = sum / width;
  }
  return out;
}
