import type { UnavailableReason } from '../emotion/evidence.js';
import type { AbstainReason, Decision } from '../emotion/fused.js';
import type { Emotion, Scores } from '../emotion/scores.js';
import type { FusionValues } from './config.js';
import { ranked } from './prediction-set.js';
import type { Reliability } from './reliability.js';

/** What a decision rests on. */
export interface Grounds {
  readonly scores: Scores;
  readonly predictionSet: readonly Emotion[];
  /** The modalities that were read. */
  readonly reliabilities: readonly Reliability[];
  /** Why the others were not. */
  readonly missing: readonly UnavailableReason[];
}

/** Signals that measure how much there is, not how good it is. */
const AMOUNTS: readonly string[] = ['voicedMs', 'contentWords'];

function weaknessOf(grounds: Grounds, limits: FusionValues['abstain']): AbstainReason | undefined {
  const best = grounds.reliabilities.reduce<Reliability | null>((a, b) => (a && a.weight >= b.weight ? a : b), null);
  if (best === null) return grounds.missing.includes('tooShort') ? 'tooShort' : 'noEvidence';
  if (best.weight < limits.noEvidenceBelow) return 'noEvidence';
  if (best.weight >= limits.weakBelow) return undefined;
  return AMOUNTS.includes(best.gates[0]?.signal ?? '') ? 'tooShort' : 'lowQuality';
}

/** Is more than one answer left? Of emotions, or of the labels of a profile. */
export function isAmbiguous(
  {
    scores,
    predictionSet,
  }: { readonly scores: Readonly<Record<string, number>>; readonly predictionSet: readonly Emotion[] },
  limits: Pick<FusionValues['abstain'], 'maxSetSize' | 'minMargin'>,
): boolean {
  const [first, second] = ranked(scores);
  const margin = first && second ? (scores[first] ?? 0) - (scores[second] ?? 0) : 1;
  return predictionSet.length > limits.maxSetSize || margin < limits.minMargin;
}

/** The most probable emotion, or why none is named. */
export function decide(grounds: Grounds, limits: FusionValues['abstain']): Decision {
  const top = ranked(grounds.scores)[0] ?? null;
  const confidence = top ? grounds.scores[top] : 0;
  const abstainReason = weaknessOf(grounds, limits) ?? (isAmbiguous(grounds, limits) ? 'ambiguous' : undefined);
  return abstainReason ? { label: null, confidence, abstainReason } : { label: top, confidence };
}
