import { FOLD } from './acoustic-format.js';
import { MEL_BANDS } from './features.js';

/** Frames that become one step of the convolution over time: folded by two, then averaged by two. */
export const FRAMES_PER_STEP = 4;

/** Below this many nats under the usual spectrum there is only silence; and nats per unit of the network's input. */
const FLOOR = -6;
export const UNIT = 2.5;
export const SILENCE = FLOOR / UNIT;

/** How far each frame and band lies above what is usual, in the network's units. */
export function relativeTo(usual: ArrayLike<number>, logMel: Float32Array): Float32Array {
  const out = new Float32Array(logMel.length);
  for (let frame = 0; frame < out.length; frame += MEL_BANDS) {
    for (let band = 0; band < MEL_BANDS; band++) {
      out[frame + band] = Math.max(FLOOR, (logMel[frame + band] ?? 0) - (usual[band] ?? 0)) / UNIT;
    }
  }
  return out;
}

export function stepsOf(frames: number): number {
  return Math.max(1, Math.ceil(frames / FRAMES_PER_STEP));
}

/**
 * Folds a picture of frames × MEL_BANDS so that two neighbouring frames and two neighbouring bands are channels of one place, as a
 * convolution with stride 2 would see them: (frames/2) × (MEL_BANDS/2) × 4, from `at` on in `out`; filled with silence up to `steps` steps.
 */
export function fold(picture: Float32Array, steps: number, out: Float32Array, at = 0): void {
  const rows = MEL_BANDS / FOLD;
  const size = steps * FRAMES_PER_STEP * MEL_BANDS;
  const frames = Math.min(picture.length / MEL_BANDS, steps * FRAMES_PER_STEP);
  out.fill(SILENCE, at, at + size);
  for (let frame = 0; frame < frames; frame++) {
    const column = at + (frame >> 1) * rows * FOLD * FOLD + (frame & 1) * FOLD;
    for (let band = 0; band < MEL_BANDS; band++) {
      out[column + (band >> 1) * FOLD * FOLD + (band & 1)] = picture[frame * MEL_BANDS + band] ?? SILENCE;
    }
  }
}
