import type { Cue, Evidence } from '../emotion/evidence.js';
import type { Scores } from '../emotion/scores.js';

/** A modality, and the part of its own log-odds for each emotion that counts, 0..1: cues shrink with it. */
export interface Counted {
  readonly evidence: Evidence;
  readonly share: Scores;
}

/** Cues of the modalities that count, their weights scaled to what the modality adds, the strongest first. */
export function rankCues(sides: readonly Counted[]): Cue[] {
  return sides
    .flatMap(({ evidence, share }) =>
      evidence.status === 'available'
        ? evidence.cues.map((cue) => ({ ...cue, weight: cue.weight * share[cue.toward] }))
        : [],
    )
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
