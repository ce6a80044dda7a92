import type { TimedWords } from './client-words.js';
import { sameSpeech, Waiting } from './waiting.js';

const span = (startMs: number, endMs: number): { startMs: number; endMs: number } => ({ startMs, endMs });

describe('sameSpeech', () => {
  it.each([
    [span(0, 1_000), span(0, 1_000), true],
    [span(0, 1_000), span(500, 1_500), true],
    [span(0, 1_000), span(501, 1_501), false],
    [span(0, 10_000), span(4_000, 4_200), true],
    [span(0, 1_000), span(1_000, 2_000), false],
    [span(700, 700), span(0, 1_000), false],
  ])('%j and %j: %s', (a, b, same) => {
    expect(sameSpeech(a, b)).toBe(same);
    expect(sameSpeech(b, a)).toBe(same);
  });
});

describe('Waiting', () => {
  it('gives an utterance what is its own once, in order of time', () => {
    const words = new Waiting<TimedWords>();
    words.add({ text: 'alone', ...span(600, 1_000) });
    words.add({ text: 'leave me', ...span(0, 600) });
    words.add({ text: 'later', ...span(5_000, 6_000) });
    expect(words.take(span(0, 1_000)).map((one) => one.text)).toEqual(['leave me', 'alone']);
    expect(words.take(span(0, 1_000))).toEqual([]);
    expect(words.size).toBe(1);
  });

  it('gives up what has had its time, and keeps the rest', () => {
    const words = new Waiting<TimedWords>();
    words.add({ text: 'old', ...span(0, 500) });
    words.add({ text: 'new', ...span(2_000, 2_500) });
    expect(words.takeStale(1_000).map((one) => one.text)).toEqual(['old']);
    expect(words.size).toBe(1);
    words.clear();
    expect(words.size).toBe(0);
  });
});
