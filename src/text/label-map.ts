import { EMOTIONS, isEmotion, type Emotion, type PartialScores } from '../emotion/scores.js';

/** Names that other models give to the seven: Ekman's, and common forms of them. */
const SYNONYMS: Readonly<Record<string, Emotion>> = {
  joy: 'happy',
  happiness: 'happy',
  anger: 'angry',
  sadness: 'sad',
  fear: 'fearful',
  disgusted: 'disgust',
  surprise: 'surprised',
};

/** No probability below this leaves a model, so that its logarithm stays finite (−13.8 nats). */
const FLOOR = 1e-6;

/** The model speaks of something else than emotions, or of names nobody mapped. */
export class LabelMapError extends Error {}

/** A model's labels, each with the emotion it stands for. */
export type LabelMap = ReadonlyMap<string, Emotion>;

/** @throws LabelMapError naming the labels that stand for none of the seven; a half-mapped model is never used. */
export function mapLabels(labels: readonly string[]): LabelMap {
  const map = new Map<string, Emotion>();
  const unknown: string[] = [];
  for (const label of labels) {
    const name = label.trim().toLowerCase();
    const emotion = isEmotion(name) ? name : SYNONYMS[name];
    if (emotion) map.set(label, emotion);
    else unknown.push(label);
  }
  if (unknown.length > 0 || new Set(map.values()).size < 2) {
    const known = [...EMOTIONS, ...Object.keys(SYNONYMS)].join(', ');
    throw new LabelMapError(
      unknown.length > 0
        ? `the model's labels ${unknown.map((u) => `"${u}"`).join(', ')} stand for none of the seven emotions; known: ${known}`
        : `the model knows fewer than two emotions; known labels: ${known}`,
    );
  }
  return map;
}

/** Label probabilities → a distribution over the emotions the model knows; labels of one emotion are added up. */
export function toScores(outputs: readonly { label: string; score: number }[], map: LabelMap): PartialScores {
  const sums = new Map<Emotion, number>();
  for (const { label, score } of outputs) {
    const emotion = map.get(label);
    if (emotion) sums.set(emotion, (sums.get(emotion) ?? 0) + score);
  }
  return normalised(sums);
}

/** The prior that a model's config.json names under its own labels; uniform over its emotions without one. */
export function priorOf(given: Readonly<Record<string, number>> | undefined, map: LabelMap): PartialScores {
  if (!given) return normalised(new Map([...map.values()].map((emotion) => [emotion, 1])));
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
