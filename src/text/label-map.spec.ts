import { describe, expect, it } from '@jest/globals';
import { drawnToPrior, LabelMapError, mapLabels, priorOf, toScores } from './label-map.js';

const EKMAN = ['joy', 'Anger', 'sadness', 'fear', 'surprise', 'disgust', 'neutral'];
const sum = (scores: object) => Object.values(scores as Record<string, number>).reduce((a, b) => a + b, 0);

describe('mapLabels', () => {
  it('[TX9] knows the seven and Ekman by any case', () => {
    expect([...mapLabels(EKMAN).values()]).toEqual([
      'happy',
      'angry',
      'sad',
      'fearful',
      'surprised',
      'disgust',
      'neutral',
    ]);
    expect([...mapLabels(['neutral', 'happy']).values()]).toEqual(['neutral', 'happy']);
  });

  it('[TX9] refuses a label set that it cannot map, and names what it does not know', () => {
    expect(() => mapLabels(['5 stars', 'joy'])).toThrow(LabelMapError);
    expect(() => mapLabels(['5 stars', 'joy'])).toThrow('"5 stars"');
    expect(() => mapLabels(['joy', 'happiness'])).toThrow('fewer than two');
  });
});

describe('toScores', () => {
  const map = mapLabels(['joy', 'happiness', 'anger']);

  it('[TX9] adds the labels of one emotion and sums to 1', () => {
    const scores = toScores(
      [
        { label: 'joy', score: 0.2 },
        { label: 'happiness', score: 0.3 },
        { label: 'anger', score: 0.5 },
      ],
      map,
    );
    expect(scores).toEqual({ happy: 0.5, angry: 0.5 });
  });

  it('[TX2] never lets a logarithm become infinite', () => {
    const scores = toScores(
      [
        { label: 'joy', score: 1 },
        { label: 'happiness', score: 0 },
        { label: 'anger', score: 0 },
      ],
      map,
    );
    expect(Object.values(scores).every((p) => Number.isFinite(Math.log(p)))).toBe(true);
    expect(sum(scores)).toBeCloseTo(1, 12);
  });
});

describe('drawnToPrior', () => {
  const prior = { neutral: 0.5, happy: 0.3, angry: 0.2 };
  const scores = { neutral: 0.1, happy: 0.1, angry: 0.8 };
  const ratio = (p: { neutral?: number; angry?: number }): number =>
    Math.log((p.angry ?? NaN) / (p.neutral ?? NaN)) - Math.log(0.2 / 0.5);

  it('[TX12] leaves the prior where nothing is said, and the posterior where it is said in full', () => {
    const [shut, open] = [drawnToPrior(scores, prior, 0), drawnToPrior(scores, prior, 1)];
    expect(ratio(shut)).toBeCloseTo(0, 12);
    expect(open['angry']).toBeCloseTo(0.8, 12);
    expect(sum(shut)).toBeCloseTo(1, 12);
  });

  it('[TX12] scales what fusion takes, the log-odds against the prior', () => {
    expect(ratio(drawnToPrior(scores, prior, 0.25))).toBeCloseTo(0.25 * ratio(scores), 12);
  });
});

describe('priorOf', () => {
  const map = mapLabels(['joy', 'anger', 'neutral']);

  it('[TX9] is uniform when the model names none, and under its own labels when it does', () => {
    expect(priorOf(undefined, map)).toEqual({ neutral: 1 / 3, happy: 1 / 3, angry: 1 / 3 });
    expect(priorOf({ joy: 0.25, anger: 0.25, neutral: 0.5 }, map)).toEqual({ neutral: 0.5, happy: 0.25, angry: 0.25 });
  });

  it('[TX9] refuses a prior that leaves an emotion out', () => {
    expect(() => priorOf({ joy: 0.5, neutral: 0.5 }, map)).toThrow('anger');
  });
});
