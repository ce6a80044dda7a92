import type { Emotion, Scores } from '../emotion/scores.js';

/** The labels, the most probable first; in the order of the keys on a tie. */
export function ranked<L extends string>(scores: Readonly<Record<L, number>>): L[] {
  return (Object.keys(scores) as L[]).sort((a, b) => scores[b] - scores[a]);
}

/**
 * The smallest set whose probabilities add up to `mass`, the most probable first. With the mass that held the truth in the asked
 * share of the calibration pairs it is an adaptive conformal set (Romano, Sesia & Candès 2020, without randomisation): then that
 * share of new utterances is covered, as far as they are like the calibration's.
 */
export function predictionSet(scores: Scores, mass: number): Emotion[] {
  const set: Emotion[] = [];
  let sum = 0;
  for (const emotion of ranked(scores)) {
    set.push(emotion);
    sum += scores[emotion];
    if (sum >= mass - 1e-12) break; // rounding in the sum must not add an emotion
  }
  return set;
}
