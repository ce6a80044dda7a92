import type { Utterance } from '../emotion/utterance.js';

/** Words the client already has. */
export interface ClientText {
  readonly text: string;
  /** The client's name for a typed message. */
  readonly ref?: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly language?: string;
}

/** The same with the time they were spoken. */
export type TimedWords = ClientText & Required<Pick<ClientText, 'startMs' | 'endMs'>>;

/** The words of one utterance, in order of time, as one text; undefined where there are none. */
export function joinedWords(words: readonly TimedWords[]): Utterance['clientText'] {
  if (words.length === 0) return undefined;
  const language = words.find((one) => one.language)?.language;
  return { text: words.map(({ text }) => text).join(' '), ...(language ? { language } : {}) };
}
