import type { Emotion } from '../../src/emotion/scores.js';

/** One labelled recording. */
export interface Clip {
  readonly corpus: string;
  /** Absolute, or relative to the working directory. */
  readonly file: string;
  /** Relative to the root of the corpora, with slashes; as the manifest gives it. */
  readonly path: string;
  /** Unique across corpora: `corpus/speaker`. */
  readonly speaker: string;
  readonly emotion: Emotion;
  /** `female` or `male` where the corpus says so, else its own word; absent when unknown. */
  readonly gender?: string;
  /** English name of the language. */
  readonly language?: string;
  /** The corpus' own code of the words spoken. */
  readonly sentence?: string;
  /** The corpus' own code of how strongly it was acted. */
  readonly intensity?: string;
  /** How many listeners who only heard the clip chose each emotion; the emotions they were not offered are absent. */
  readonly votes?: Votes;
}

/** Counts of listeners by the emotion they heard. */
export type Votes = Readonly<Partial<Record<Emotion, number>>>;

export interface Dropped {
  readonly path: string;
  readonly reason: string;
}

export interface Corpus {
  readonly clips: readonly Clip[];
  readonly dropped: readonly Dropped[];
  /** What of its table could not be read, beside rows. */
  readonly notes?: readonly string[];
}

/** The speaker of clips whose speaker nobody wrote down: one for all of them, so that no split can part them. */
export const UNKNOWN_SPEAKER = 'unknown';

/** Without the fields that are unknown. */
export function known<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as Partial<T>;
}

/** What tables write where they do not know. */
const NOT_KNOWN = new Set(['unknown', 'na', 'n/a', 'nan', 'null', 'none', '-', '?']);

/** `female`, `male`, or the corpus' own word in lower case; empty where that says that it is not known. */
export function genderOf(text = ''): string {
  const word = text.trim().toLowerCase();
  if (NOT_KNOWN.has(word)) return '';
  return { f: 'female', w: 'female', m: 'male' }[word] ?? word;
}
