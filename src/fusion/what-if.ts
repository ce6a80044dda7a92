import { entriesOf, type ByModality, type Modality } from '../emotion/evidence.js';
import {
  WITHOUT,
  type Counterfactual,
  type Counterfactuals,
  type FusedEmotion,
  type ModalityReading,
  type TippingPoint,
  type WhatIf,
} from '../emotion/fused.js';
import { merged, type Labelling } from './labelling.js';
import { logScoresOf, posteriorOf, reweighed } from './pool.js';
import { ranked } from './prediction-set.js';

/** What a result is computed from. */
export type Sum = Pick<FusedEmotion, 'logPrior' | 'temperature'> & {
  readonly modalities: ByModality<Pick<ModalityReading<string>, 'reliability' | 'contribution'>>;
};

/** A tipping point is found to a hundredth of the way. */
const HALVINGS = 7;

/** What would be answered otherwise: each alternative is one more softmax of the same numbers. */
export function whatIf<L extends string>(sum: Sum, labelOf: Labelling<L>, silentBelow: number): WhatIf<L> {
  const sides = entriesOf(sum.modalities);
  const answer = (m: Modality, reliability: number): Counterfactual<L> => {
    const contributions = sides.map(([other, { reliability: now, contribution }]) =>
      other === m && now > 0 ? reweighed(contribution, now, reliability) : contribution,
    );
    const scores = merged(posteriorOf(logScoresOf(sum.logPrior, contributions), sum.temperature), labelOf);
    const label = ranked(scores)[0] as L;
    return { label, confidence: scores[label] };
  };
  const counting = sides.filter(([, { reliability }]) => reliability >= silentBelow);
  const without = (m: Modality): Counterfactual<L> | null =>
    counting.some(([other]) => other !== m) ? answer(m, 0) : null;
  const tipping = ([modality, { reliability }]: (typeof sides)[number]): TippingPoint<L>[] => {
    const now = answer(modality, reliability).label;
    const turned = (r: number): boolean => answer(modality, r).label !== now;
    const nearest = [0, 1]
      .flatMap((end) => turningPoint(reliability, end, turned) ?? [])
      .sort((a, b) => Math.abs(a - reliability) - Math.abs(b - reliability))[0];
    return nearest === undefined ? [] : [{ modality, reliability: nearest, label: answer(modality, nearest).label }];
  };
  const answers = Object.fromEntries(sides.map(([m]) => [WITHOUT[m], without(m)])) as Counterfactuals<L>;
  return { ...answers, tippingPoints: counting.flatMap(tipping) };
}

/**
 * The value nearest to `from`, on the way to `to`, that turns the answer; undefined where `to` does not. The gap between any
 * two emotions only grows or only falls with a reliability, so that halving finds the place.
 */
function turningPoint(from: number, to: number, turned: (value: number) => boolean): number | undefined {
  if (!turned(to)) return undefined;
  let [kept, found] = [from, to];
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (kept + found) / 2;
    if (turned(middle)) found = middle;
    else kept = middle;
  }
  return found;
}
