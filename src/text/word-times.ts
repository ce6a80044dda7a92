import type { Transcript, Word } from '../emotion/utterance.js';

/** Where a recogniser gives this share of the words no time at all, its attention does not follow the audio. */
const MOST_TIMELESS = 0.25;

/** Do the times say when each word was said? In order, and hardly any word without a duration. */
export function areTimes(words: readonly Word[]): boolean {
  const timeless = words.filter(({ startMs, endMs }) => !(endMs > startMs)).length;
  const inOrder = words.every(({ startMs }, i) => startMs >= (words[i - 1]?.startMs ?? 0));
  return inOrder && timeless <= MOST_TIMELESS * words.length;
}

/**
 * When a stretch of the transcript was said: from the first to the last of the words that it touches, milliseconds since the session's
 * first sample. Undefined where nobody knows, or where the recogniser's words are not those of the text.
 * @param span character offsets, end exclusive
 */
export function audioMsOf({ text, words = [] }: Transcript, [start, end]: readonly [number, number]) {
  let at = 0;
  const touched = words.filter((word) => {
    const begin = text.indexOf(word.text, at);
    if (begin < 0 || word.text === '') return false;
    at = begin + word.text.length;
    return begin < end && start < at;
  });
  const [first, last] = [touched[0], touched.at(-1)];
  return first && last ? ([first.startMs, last.endMs] as const) : undefined;
}
