import type { FusedEmotion } from '../emotion/fused.js';
import type { TrajectoryPoint } from '../emotion/course.js';
import { NO_TRAJECTORY, step } from '../fusion/trajectory.js';

export interface Standing {
  readonly utteranceId: string;
  readonly endMs: number;
  readonly fused: Pick<FusedEmotion, 'decision' | 'scores' | 'modalities'>;
}

/** A modality that weighs less says nothing. */
const SILENT_BELOW = 0.01;

/** How a session stood after each utterance, by what stands now: a corrected label is taken in as if it had been read. */
export function trajectoryOf(standing: readonly Standing[]): Map<string, TrajectoryPoint> {
  const points = new Map<string, TrajectoryPoint>();
  let state = NO_TRAJECTORY;
  for (const { utteranceId, endMs, fused } of standing) {
    const { decision, scores, modalities } = fused;
    const next = step(state, {
      utteranceId,
      endMs,
      scores,
      confidence: decision.confidence,
      abstained: decision.label === null,
      unread: decision.abstainReason === 'revoked' || (!decision.by && isSilent(modalities)),
    });
    state = next.state;
    points.set(utteranceId, next.point);
  }
  return points;
}

function isSilent(modalities: FusedEmotion['modalities']): boolean {
  return Object.values(modalities).every(({ reliability }) => reliability < SILENT_BELOW);
}
