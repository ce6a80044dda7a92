import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { findActivity } from '../../src/audio/activity.js';
import { extractFeatures } from '../../src/audio/features.js';
import { HOP_MS } from '../../src/audio/frames.js';
import type { Evidence } from '../../src/emotion/evidence.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import type { Clip } from '../corpora/corpora.js';
import { inParallel, samplesOf } from './evaluate.js';

/** What the voice model says of one version of a recording, each alone. */
export interface Changed {
  readonly clip: Clip;
  readonly evidence: Evidence<'voice'>;
}

/** Reads every version of every clip as an utterance of its own. In no particular order; a file that is no sound has none. */
export async function hearChanged(
  clips: readonly Clip[],
  versions: (samples: Float32Array) => readonly Float32Array[],
  service: Pick<AcousticService, 'read'>,
  width: number,
  onProgress: (done: number) => void,
): Promise<Changed[]> {
  const heard: Changed[] = [];
  let done = 0;
  await inParallel(clips, width, async (clip) => {
    const { samples: whole } = await samplesOf(clip);
    for (const samples of whole ? versions(whole) : []) {
      const endMs = (samples.length * 1000) / SAMPLE_RATE;
      const { evidence } = await service.read({ id: clip.path, startMs: 0, endMs, endReason: 'forced', samples });
      heard.push({ clip, evidence });
    }
    onProgress(++done);
  });
  return heard;
}

/** Beginnings that are read, milliseconds from the first speech; the last is the whole clip. */
const CUTS_MS = [300, 500, 700, 1000, 1400, 2000, Infinity];

/** Its beginnings, from its first speech on. */
export function beginningsOf(samples: Float32Array): Float32Array[] {
  const onset = (findActivity(extractFeatures(samples)).from * HOP_MS * SAMPLE_RATE) / 1000;
  const ends = CUTS_MS.map((ms) => Math.min(samples.length, onset + (ms * SAMPLE_RATE) / 1000));
  return [...new Set(ends)].map((end) => samples.slice(onset, end));
}

/** Shares of the samples that are driven over full scale. */
const OVERDRIVEN = [0.003, 0.01, 0.03, 0.1, 0.3];

/** Turned up until so many samples are cut off. */
export function overdrivenOf(samples: Float32Array): Float32Array[] {
  const levels = samples.map(Math.abs).sort();
  return OVERDRIVEN.map((share) => {
    const highest = levels[Math.floor(levels.length * (1 - share))] ?? 1;
    return samples.map((x) => Math.min(1, Math.max(-1, x / Math.max(highest, 1e-6))));
  });
}
