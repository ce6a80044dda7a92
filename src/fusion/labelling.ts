import { EMOTIONS, type Emotion, type PartialScores, type Scores } from '../emotion/scores.js';

/** What each of the seven is called: itself, or the label of a profile that several may share. */
export type Labelling<L extends string> = (emotion: Emotion) => L;

export const asItIs: Labelling<Emotion> = (emotion) => emotion;

/** The probability of each label: the sum of those of its emotions. */
export function merged<L extends string>(scores: Scores, labelOf: Labelling<L>): Readonly<Record<L, number>>;
export function merged<L extends string>(
  scores: PartialScores,
  labelOf: Labelling<L>,
): Readonly<Partial<Record<L, number>>>;
export function merged<L extends string>(
  scores: PartialScores,
  labelOf: Labelling<L>,
): Readonly<Partial<Record<L, number>>> {
  const sums: Partial<Record<L, number>> = {};
  for (const e of EMOTIONS) {
    const p = scores[e];
    if (p !== undefined) sums[labelOf(e)] = (sums[labelOf(e)] ?? 0) + p;
  }
  return sums;
}
