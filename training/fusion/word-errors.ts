import { tokenise } from '../../src/text/words.js';
import { normal, type Rng } from '../common/rng.js';

/** Shares of words that a recogniser gets wrong. */
export const WORD_ERROR_RATES = [0, 0.1, 0.2, 0.4] as const;

/** What the errors are; the usual proportion of recognisers of English is near it. The rest are insertions. */
const SUBSTITUTED = 0.6;
const DELETED = 0.25;

/** Every word of some texts as often as it occurs, lower-cased: drawing from them draws the frequent ones more often. */
export function vocabularyOf(texts: readonly string[]): string[] {
  return texts.flatMap((text) =>
    tokenise(text)
      .filter((token) => token.kind === 'word')
      .map((token) => token.text.toLowerCase()),
  );
}

/**
 * A text as a recogniser would write it that gets this share of the words wrong: (substitutions + deletions + insertions) / words is
 * `rate` on average. The same state of `rng` gives the same errors, and what is wrong at one rate is wrong at each higher one.
 * Nobody speaks an emoji, so none is ever heard, at no rate. Punctuation stays: recognisers put their own.
 */
export function misheard(text: string, rate: number, rng: Rng, vocabulary: readonly string[]): string {
  let out = '';
  let at = 0;
  for (const { text: word, start, end, kind } of tokenise(text)) {
    const [chance, what, which] = [rng(), rng(), rng()]; // as many draws for every word, so that higher rates only add errors
    out += text.slice(at, start);
    at = end;
    if (kind === 'emoji') continue;
    if (chance >= rate) out += word;
    else if (what < SUBSTITUTED) out += otherThan(word, which, vocabulary);
    else if (what >= SUBSTITUTED + DELETED) out += `${word} ${otherThan(word, which, vocabulary)}`;
  }
  return (out + text.slice(at)).replace(/\s+/gu, ' ').trim();
}

/** How far the confidence strays from 1 − rate, one standard deviation. */
const CONFIDENCE_SPREAD = 0.05;

/**
 * The confidence that the recogniser would state: an assumption, not a measurement. On average it knows how often it errs, 1 − rate,
 * but not in which utterance.
 */
export function confidenceAt(rate: number, rng: Rng): number {
  return Math.min(1, Math.max(0.01, 1 - rate + CONFIDENCE_SPREAD * normal(rng)));
}

/** The word at `which` (0..1) of the vocabulary, or the next one that is another. */
function otherThan(word: string, which: number, vocabulary: readonly string[]): string {
  const first = Math.floor(which * vocabulary.length);
  for (let i = 0; i < vocabulary.length; i++) {
    const other = vocabulary[(first + i) % vocabulary.length] ?? word;
    if (other !== word.toLowerCase()) return other;
  }
  return word;
}
