import { EMOTIONS, type Emotion, type PartialScores } from '../emotion/scores.js';
import { emotionsOf } from './foreign-labels.js';

/** No probability below this leaves a model, so that its logarithm stays finite (−13.8 nats). */
const FLOOR = 1e-6;

/** The model speaks of something else than emotions, or of names nobody mapped. */
export class LabelMapError extends Error {}

/** A model's labels, each with the emotions it stands for. */
export type LabelMap = ReadonlyMap<string, readonly Emotion[]>;

/**
 * @param names what the operator says of labels that tell nothing themselves: `LABEL_0` → `negative`
 * @throws LabelMapError naming the labels that stand for none of the seven; a half-mapped model is never used.
 */
export function mapLabels(labels: readonly string[], names: Readonly<Record<string, string>> = {}): LabelMap {
  const map = new Map<string, readonly Emotion[]>();
  const unknown: string[] = [];
  for (const label of labels) {
    const emotions = emotionsOf(names[label] ?? label);
    if (emotions) map.set(label, emotions);
    else unknown.push(label);
  }
  if (unknown.length > 0) {
    throw new LabelMapError(
      `the model's labels ${unknown.map((u) => `"${u}"`).join(', ')} stand for no emotion that is known: the seven ` +
        `(${EMOTIONS.join(', ')}), Ekman's and GoEmotions' names, positive, negative, neutral, 1 star to 5 stars. ` +
        'Say in TEXT_LABELS what they stand for.',
    );
  }
  if (new Set([...map.values()].map((emotions) => emotions.join())).size < 2) {
    throw new LabelMapError("the model's labels all stand for the same emotion");
  }
  return map;
}

/** Label probabilities → a distribution over the emotions the model knows; what several labels say of one is added up. */
export function toScores(outputs: readonly { label: string; score: number }[], map: LabelMap): PartialScores {
  const sums = new Map<Emotion, number>();
  for (const { label, score } of outputs) {
    const emotions = map.get(label) ?? [];
    for (const emotion of emotions) sums.set(emotion, (sums.get(emotion) ?? 0) + score / emotions.length);
  }
  return normalised(sums);
}

/** The prior that a model's config.json names under its own labels; without one the same for whatever its labels tell apart. */
export function priorOf(given: Readonly<Record<string, number>> | undefined, map: LabelMap): PartialScores {
  if (!given) {
    const apart = [...new Map([...map.values()].map((emotions) => [emotions.join(), emotions])).values()];
    return toScores(
      apart.map((emotions) => ({ label: emotions.join(), score: 1 })),
      new Map(apart.map((emotions) => [emotions.join(), emotions])),
    );
  }
  const outputs = [...map.keys()].map((label) => ({ label, score: given[label] ?? NaN }));
  const missing = outputs.filter(({ score }) => !(score > 0)).map(({ label }) => label);
  if (missing.length > 0) throw new LabelMapError(`the model's prior has no positive value for ${missing.join(', ')}`);
  return toScores(outputs, map);
}

/**
 * A posterior as far as the wording carries it: p' ∝ prior^(1−g) · p^g. In log-odds against the prior, which is what fusion
 * takes, exactly g times what the posterior says; at 0 the prior itself.
 */
export function drawnToPrior(scores: PartialScores, prior: PartialScores, expressiveness: number): PartialScores {
  return normalised(
    new Map(
      EMOTIONS.flatMap((e) => {
        const [p, base] = [scores[e], prior[e]];
        return p === undefined || base === undefined ? [] : [[e, base ** (1 - expressiveness) * p ** expressiveness]];
      }),
    ),
  );
}

/** In the order of EMOTIONS, floored, summing to 1. */
function normalised(sums: ReadonlyMap<Emotion, number>): PartialScores {
  const known = EMOTIONS.filter((e) => sums.has(e));
  const floored = known.map((e) => Math.max(FLOOR, sums.get(e) ?? 0));
  const total = floored.reduce((a, b) => a + b, 0);
  return Object.fromEntries(known.map((e, i) => [e, (floored[i] ?? 0) / total]));
}
