import type { Emotion, Scores } from '../emotion/scores.js';

/** The labels, the most probable first; in the order of the keys on a tie. */
export function ranked<L extends string>(scores: Readonly<Record<L, number>>): L[] {
  return (Object.keys(scores) as L[]).sort((a, b) => scores[b] - scores[a]);
}

/**
 * The smallest set whose probabilities add up to `coverage`, the most probable first. Only as honest as the probabilities:
 * unlike a conformal set it guarantees nothing about how often the true emotion is in it.
 */
export function predictionSet(scores: Scores, coverage: number): Emotion[] {
  const set: Emotion[] = [];
  let mass = 0;
  for (const emotion of ranked(scores)) {
    set.push(emotion);
    mass += scores[emotion];
    if (mass >= coverage - 1e-12) break; // rounding in the sum must not add an emotion
  }
  return set;
}
