import { furtherOf, type EvidenceSet } from '../emotion/evidence.js';
import type { FusedEmotion, Locale } from '../emotion/fused.js';
import { EMOTIONS } from '../emotion/scores.js';
import type { FusionConfig } from './config.js';
import { fuse } from './fuse.js';

/** What was known of one utterance when it was fused, and what came of it. */
export interface FusedRecord extends EvidenceSet {
  readonly sessionId?: string;
  readonly utteranceId?: string;
  readonly words?: string;
  readonly fused: FusedEmotion;
}

/** What another fusion makes of the same evidence. */
export interface Replayed {
  readonly record: FusedRecord;
  readonly fused: FusedEmotion;
  /** Another label, or an abstention where there was none, or the other way round. */
  readonly decisionChanged: boolean;
  /** A disagreement of voice and words that was not told before, or is not told any more. */
  readonly incongruenceChanged: boolean;
  /** The largest difference of a score, 0..1. */
  readonly scoresMoved: number;
  /** The very same answer, to the last bit: what the same fusion must give. */
  readonly identical: boolean;
}

/** Fuses stored evidence anew. Pure: the fusion that made a record makes the same record of it. */
export function replay(record: FusedRecord, config: FusionConfig): Replayed {
  const { voice, text, words, fused: before } = record;
  const { locale } = before.explanation as { locale?: Locale };
  const fused = fuse(
    { voice, text, ...furtherOf(record) },
    { config, ...(locale && { locale }), ...(words === undefined ? {} : { words }) },
  );
  return {
    record,
    fused,
    decisionChanged: before.decision.label !== fused.decision.label,
    incongruenceChanged: before.incongruence.detected !== fused.incongruence.detected,
    scoresMoved: Math.max(...EMOTIONS.map((e) => Math.abs(before.scores[e] - fused.scores[e]))),
    identical: JSON.stringify(before) === JSON.stringify(fused),
  };
}
