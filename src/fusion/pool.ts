/**
 * Log-linear pooling of any number of experts (logarithmic opinion pool: Genest & Zidek 1986; with prior correction it is
 * a naive Bayes of experts at weight 1): s(c) = log π(c) + Σ w_m · (log p_m(c) − log π_m(c)), p = softmax(s / T).
 * Chosen because it is exact to explain: contributions plus prior are the log-score.
 */
import type { AvailableEvidence } from '../emotion/evidence.js';
import { EMOTIONS, scoresOf, softmax, type Scores } from '../emotion/scores.js';

type Expert = Pick<AvailableEvidence, 'scores' | 'prior'>;

/** Can this be pooled at all? Some emotion is known, and every score and prior is a probability. */
export function isReadable({ scores, prior }: Expert): boolean {
  const numbers = EMOTIONS.flatMap((e) => [scores[e], prior[e]]).filter((p) => p !== undefined);
  return EMOTIONS.some((e) => scores[e] !== undefined) && numbers.every((p) => p >= 0 && p <= 1 + 1e-6);
}

/** log p_m − log π_m for each emotion, nats, both clamped at `floor`; 0 for one that the model never learned. */
export function logRatios({ scores, prior }: Expert, floor: number): Scores {
  return scoresOf((e) => {
    const [p, base] = [scores[e], prior[e]];
    return p === undefined || base === undefined ? 0 : Math.log(Math.max(p, floor)) - Math.log(Math.max(base, floor));
  });
}

/** w · ratios; plain zeros (never −0) at weight zero, so that a silent modality equals an absent one. */
export function contributionOf(weight: number, ratios: Scores): Scores {
  return scoresOf((e) => weight * ratios[e] || 0);
}

/** log π + Σ contributions. The contributions are added first: two of them give the same bits in either order. */
export function logScoresOf(logPrior: Scores, contributions: readonly Scores[]): Scores {
  return scoresOf((e) => logPrior[e] + contributions.reduce((sum, c) => sum + c[e], 0));
}

export function posteriorOf(logScores: Scores, temperature: number): Scores {
  return softmax(scoresOf((e) => logScores[e] / temperature));
}

/** What a contribution at reliability `from` (above 0) would be at `to`: the inverse of `contributionOf`, applied anew. */
export function reweighed(contribution: Scores, from: number, to: number): Scores {
  return contributionOf(to / from, contribution);
}
