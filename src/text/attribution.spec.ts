import { describe, expect, it } from '@jest/globals';
import {
  candidates,
  cuesOf,
  MAX_ATTRIBUTED,
  pool,
  poolWording,
  WINDOW_WORDS,
  windowsOf,
  without,
} from './attribution.js';

const SENTENCE = 'The quick brown fox jumps over a very lazy dog. ';

describe('windowsOf', () => {
  it('[TX4] leaves a short text whole, and finds none without words', () => {
    expect(windowsOf('I am fine. Really!')).toMatchObject([{ start: 0, end: 18 }]);
    expect(windowsOf('?!')).toEqual([]);
  });

  it('[TX4] cuts a long text between sentences, without a gap and without losing a word', () => {
    const text = SENTENCE.repeat(12);
    const windows = windowsOf(text);
    expect(windows.map(({ tokens }) => tokens.length)).toEqual([40, 40, 40]);
    expect(windows.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
  });

  it('[TX4] cuts a sentence without end between words', () => {
    const windows = windowsOf('well and '.repeat(100));
    expect(windows.flatMap(({ tokens }) => tokens)).toHaveLength(200);
    expect(Math.max(...windows.map(({ tokens }) => tokens.length))).toBe(WINDOW_WORDS);
  });
});

describe('without', () => {
  it('[TX4] takes out one word and its place, and nothing else', () => {
    const text = 'Oh, what an awful day!';
    const [window] = windowsOf(text);
    const awful = window!.tokens.find((token) => token.text === 'awful')!;
    expect(without(text, window!, awful)).toBe('Oh, what an   day!');
  });
});

describe('pool', () => {
  it('[TX2] weighs each window by its content words, and sums to 1', () => {
    const [window] = windowsOf('great news');
    const readings = [
      { window: { ...window!, contentWords: 0 }, scores: { neutral: 1, happy: 0 } },
      { window: { ...window!, contentWords: 2 }, scores: { neutral: 0, happy: 1 } },
    ];
    expect(pool(readings)).toEqual({ neutral: 0.25, happy: 0.75 });
  });
});

describe('a long text', () => {
  const [window] = windowsOf('great news');
  const said = (happy: number, expressiveness: number) => ({
    window: window!,
    scores: { neutral: 1 - happy, happy },
    wording: { expressiveness, dimensions: { valence: happy, arousal: 0 } },
  });

  it('[TX12] is not washed out by windows that say nothing', () => {
    expect(pool([said(1, 1), said(0, 0)])['happy']).toBeGreaterThan(0.9);
    expect(poolWording([said(1, 1), said(0, 0)])?.expressiveness).toBeGreaterThan(0.9);
    expect(poolWording([said(1, 0), said(0, 0)])).toEqual({
      expressiveness: 0,
      dimensions: { valence: 0.5, arousal: 0 },
    });
  });

  it('[TX12] has no wording where the model does not know one', () => {
    const { wording: _, ...bare } = said(1, 1);
    expect(poolWording([bare, bare])).toBeUndefined();
  });
});

describe('candidates', () => {
  it('[TX4] asks about a bounded number of words, those of the windows that decide first', () => {
    const windows = windowsOf(SENTENCE.repeat(40));
    const readings = windows.map((window, i) => ({
      window,
      scores: { neutral: i === 5 ? 0.1 : 0.9, sad: i === 5 ? 0.9 : 0.1 },
    }));
    const asked = candidates(readings, 'sad');
    expect(asked).toHaveLength(MAX_ATTRIBUTED);
    expect(asked[0]?.window).toBe(windows[5]);
  });
});

describe('cuesOf', () => {
  const [window] = windowsOf('so awful 😀');
  const [so, awful, emoji] = window!.tokens;

  it('[TX4] weighs a word by the log-odds it brings, the strongest first, in plain words', () => {
    const left = [
      { token: so!, scores: { disgust: 0.8 } },
      { token: awful!, scores: { disgust: 0.5 } },
      { token: emoji!, scores: { disgust: 0.9 } },
    ];
    const cues = cuesOf(left, { disgust: 0.8 }, 'disgust');
    expect(cues.map(({ name, quote, textSpan }) => [name, quote, textSpan])).toEqual([
      ['word', 'awful', [3, 8]],
      ['emoji', '😀', [9, 11]],
    ]);
    expect(cues[0]?.weight).toBeCloseTo(Math.log(4), 12);
    expect(cues[1]?.weight).toBeCloseTo(Math.log(4 / 9), 12);
  });
});
