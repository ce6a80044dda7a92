/**
 * Naive Bayes of any number of experts, each of which may be beside the point. With r_m(c) = p_m(c) / π_m(c), rescaled so that
 * the expert's posterior under the fusion's own prior π is π · r_m, and with the probability w_m that its reading applies at all:
 * s(c) = log π(c) + Σ log(1 − w_m + w_m · r_m(c)), p = softmax(s / T). At w = 1 this is the logarithmic opinion pool with prior
 * correction (Genest & Zidek 1986); below, no expert says more against an emotion than log(1 − w_m), so that a doubtful one has
 * no veto (docs/adr/0009). Exact to explain: contributions plus prior are the log-score.
 */
import type { AvailableEvidence } from '../emotion/evidence.js';
import { EMOTIONS, scoresOf, softmax, type Scores } from '../emotion/scores.js';

type Expert = Pick<AvailableEvidence, 'scores' | 'prior'>;

/** Can this be pooled at all? Some emotion is known, and every score and prior is a probability. */
export function isReadable({ scores, prior }: Expert): boolean {
  const numbers = EMOTIONS.flatMap((e) => [scores[e], prior[e]]).filter((p) => p !== undefined);
  return EMOTIONS.some((e) => scores[e] !== undefined) && numbers.every((p) => p >= 0 && p <= 1 + 1e-6);
}

/**
 * log r_m for each emotion, nats, from posterior and prior clamped at `floor`; 0 for one that the model never learned. Over the
 * emotions that it knows the mean of r_m by `prior` is 1.
 */
export function logRatios({ scores, prior: own }: Expert, { prior, floor }: { prior: Scores; floor: number }): Scores {
  const known = EMOTIONS.filter((e) => scores[e] !== undefined && own[e] !== undefined);
  const raw = new Map(known.map((e) => [e, Math.max(scores[e] ?? 0, floor) / Math.max(own[e] ?? 0, floor)]));
  const mass = known.reduce((sum, e) => sum + prior[e], 0);
  const mean = known.reduce((sum, e) => sum + prior[e] * (raw.get(e) ?? 0), 0) / mass;
  return scoresOf((e) => {
    const ratio = raw.get(e);
    return ratio === undefined ? 0 : Math.log(ratio / mean);
  });
}

/** log(1 − w + w · r), nats; plain zeros (never −0) at weight zero, so that a silent modality equals an absent one. */
export function contributionOf(weight: number, ratios: Scores): Scores {
  return scoresOf((e) => Math.log1p(weight * Math.expm1(ratios[e])) || 0);
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
