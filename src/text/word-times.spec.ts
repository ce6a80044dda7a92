import { describe, expect, it } from '@jest/globals';
import type { Transcript, Word } from '../emotion/utterance.js';
import { areTimes, audioMsOf } from './word-times.js';

const word = (text: string, startMs: number, endMs: number): Word => ({ text, startMs, endMs });
const WORDS = [word("I'm", 0, 200), word('fine,', 200, 600), word('fine.', 900, 1500)];
const SAID: Transcript = { text: "I'm fine, fine.", language: 'en', confidence: 1, words: WORDS, source: 'whisper' };

describe('audioMsOf', () => {
  it('[TX15] finds the word that stands there, not the first that reads the same', () => {
    expect(audioMsOf(SAID, [4, 8])).toEqual([200, 600]);
    expect(audioMsOf(SAID, [10, 14])).toEqual([900, 1500]);
  });

  it('[TX15] reaches over all words of a stretch', () => {
    expect(audioMsOf(SAID, [1, 12])).toEqual([0, 1500]);
  });

  it('[TX15] says nothing where nobody knows', () => {
    expect(audioMsOf({ ...SAID, words: [] }, [0, 3])).toBeUndefined();
    expect(audioMsOf({ ...SAID, words: [word('other', 0, 10), word('', 10, 20)] }, [0, 3])).toBeUndefined();
    expect(audioMsOf(SAID, [3, 4])).toBeUndefined();
  });

  it('[TX15] finds words that stand next to each other without a space', () => {
    const words = [word('今天', 0, 400), word('很好', 400, 900)];
    expect(audioMsOf({ ...SAID, text: '今天很好', words }, [2, 4])).toEqual([400, 900]);
  });
});

describe('areTimes', () => {
  it('[TX15] doubts a recogniser that gives most words no time, or times out of order', () => {
    expect(areTimes(WORDS)).toBe(true);
    expect(areTimes([word('a', 0, 900), word('b', 900, 900), word('c', 900, 900)])).toBe(false);
    expect(areTimes([word('a', 500, 900), word('b', 100, 200)])).toBe(false);
    expect(areTimes([word('a', Number.NaN, Number.NaN)])).toBe(false);
  });
});
