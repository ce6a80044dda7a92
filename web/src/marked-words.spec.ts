import { describe, expect, it } from '@jest/globals';
import type { Cue } from '../../src/emotion/evidence.js';
import type { Emotion } from '../../src/emotion/scores.js';
import { piecesOf } from './marked-words.js';

const word = (start: number, end: number, toward: Emotion, weight: number): Cue => ({
  modality: 'text',
  name: 'word',
  toward,
  weight,
  textSpan: [start, end],
});

describe('words that are marked', () => {
  it('[LP3] cuts a transcript at the words that pulled, each as strong as it was beside the strongest', () => {
    expect(piecesOf('I am so sad.', [word(8, 11, 'sad', 2), word(5, 7, 'sad', 0.5)])).toEqual([
      { text: 'I am ' },
      { text: 'so', mark: { toward: 'sad', share: 0.25 } },
      { text: ' ' },
      { text: 'sad', mark: { toward: 'sad', share: 1 } },
      { text: '.' },
    ]);
  });

  it('[LP3] gives letters that two cues claim to the stronger, and loses none', () => {
    const pieces = piecesOf('not good', [word(0, 8, 'sad', 1), word(4, 8, 'happy', 3)]);
    expect(pieces).toEqual([{ text: 'not ' }, { text: 'good', mark: { toward: 'happy', share: 1 } }]);
  });

  it('[LP3] marks nothing where a cue speaks against, or points outside of the words', () => {
    const cues = [word(0, 2, 'sad', -1), word(1, 99, 'sad', 1), word(2, 2, 'sad', 1), word(-1, 2, 'sad', 1)];
    expect(piecesOf('fine', cues)).toEqual([{ text: 'fine' }]);
    expect(piecesOf('', cues)).toEqual([]);
  });
});
