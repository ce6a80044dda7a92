import { valenceSign, type Emotion } from '../../src/emotion/scores.js';
import { groupBy } from '../common/group-by.js';
import { rngOf, seedFor, shuffled } from '../common/rng.js';

/**
 * How the words of a pair go with its voice: they say the same; they say nothing, whatever the voice says; they are of the opposite
 * valence, happy words with an angry, sad, fearful or disgusted voice and the reverse; they claim that all is well, whatever the voice
 * says. `given`: a pair that somebody recorded.
 */
export const MADE_KINDS = ['congruent', 'neutralWords', 'incongruent', 'reassurance'] as const;
export const PAIR_KINDS = [...MADE_KINDS, 'given'] as const;
export type PairKind = (typeof PAIR_KINDS)[number];

/** The words of a pair. */
export interface Words {
  /** Where they stand, so that anybody finds them: `dev.tsv:17`, file and line. */
  readonly id: string;
  readonly text: string;
  /** What they were labelled with. */
  readonly emotion: Emotion;
  /** The code by which clips name the sentence that they speak. */
  readonly code?: string;
  /** Which time they are said, from 0: each time they are misheard in another way. Absent: nobody says them. */
  readonly take?: number;
}

/** Formulas by which people say that all is well. */
export const REASSURANCES: readonly Words[] = ["I'm fine.", "It's nothing.", "I'm okay, really.", 'No problem.'].map(
  (text, i) => ({ id: `reassurance:${i + 1}`, text, emotion: 'neutral' }),
);

/** Kinds of which nobody can say what is meant, so how sure to be: they are asked for the disagreement alone. */
export function isOpen(kind: PairKind): boolean {
  return kind === 'incongruent' || kind === 'reassurance';
}

/** The part of a clip that decides what it is paired with. */
export interface Voice {
  readonly path: string;
  readonly emotion: Emotion;
  readonly sentence?: string;
}

export interface Pair<V extends Voice = Voice> {
  readonly kind: PairKind;
  readonly clip: V;
  readonly words: Words;
  /** What is to be found: the voice's label, which in congruent pairs is that of the words as well. */
  readonly truth: Emotion;
}

export interface PairSources<V extends Voice> {
  readonly clips: readonly V[];
  /** Words that were labelled, of all emotions. */
  readonly texts: readonly Words[];
  /** Sentences whose wording says nothing. */
  readonly neutral: readonly Words[];
}

const NEGATIVE: readonly Emotion[] = ['angry', 'sad', 'fearful', 'disgust'];

/**
 * Pairs each clip with words it never spoke, once per kind that it can be of: neutral and surprised voices have no opposite. Neutral
 * wording is the clip's own sentence where the sentences have its code. Words of a label are dealt out in an order that the seed
 * fixes, and again from the first when they are used up, so that all are used equally often; clips come by path. Words that are used
 * again are another take. The same files and seed give the same pairs, whatever the order of the files.
 */
export function makePairs<V extends Voice>({ clips, texts, neutral }: PairSources<V>, seed: number): Pair<V>[] {
  const sorted = [...clips].sort((a, b) => (a.path < b.path ? -1 : 1));
  const byLabel = groupBy(texts, (words) => words.emotion);
  const byCode = new Map(neutral.map((words) => [words.code, words]));
  const deck = (kind: PairKind, label: Emotion) => deckOf(byLabel.get(label) ?? [], seedFor(seed, `${kind} ${label}`));

  const same = lazily((label: Emotion) => deck('congruent', label));
  const plain = deckOf(neutral, seedFor(seed, 'neutralWords'));
  const opposite = lazily((label: Emotion) => deck('incongruent', label));
  const reassuring = turnsOf(REASSURANCES);
  const negative = turnsOf(NEGATIVE.filter((label) => byLabel.has(label)));

  const wordsFor: Readonly<Record<(typeof MADE_KINDS)[number], (clip: V) => Words | undefined>> = {
    congruent: ({ emotion }) => same(emotion)(),
    neutralWords: ({ sentence }) => (sentence === undefined ? undefined : byCode.get(sentence)) ?? plain(),
    reassurance: () => reassuring(),
    incongruent: ({ emotion }) => {
      const sign = valenceSign(emotion);
      if (sign === 0) return undefined;
      const label = sign < 0 ? 'happy' : negative();
      return label && opposite(label)();
    },
  };
  const takes = new Map<string, number>();
  return MADE_KINDS.flatMap((kind) =>
    sorted.flatMap((clip): Pair<V>[] => {
      const words = wordsFor[kind](clip);
      if (!words) return [];
      const take = takes.get(words.id) ?? 0;
      takes.set(words.id, take + 1);
      return [{ kind, clip, words: { ...words, take }, truth: clip.emotion }];
    }),
  );
}

type Deck = () => Words | undefined;

/** Deals in shuffled order, and again from the first. Undefined where there is nothing to deal. */
function deckOf(words: readonly Words[], seed: number): Deck {
  return turnsOf(
    shuffled(
      [...words].sort((a, b) => (a.id < b.id ? -1 : 1)),
      rngOf(seed),
    ),
  );
}

function turnsOf<T>(items: readonly T[]): () => T | undefined {
  let next = 0;
  return () => items[next++ % items.length];
}

/** What is made once for each key, when it is first asked for. */
function lazily<K, T>(make: (key: K) => T): (key: K) => T {
  const made = new Map<K, T>();
  return (key) => {
    const value = made.get(key) ?? make(key);
    made.set(key, value);
    return value;
  };
}
