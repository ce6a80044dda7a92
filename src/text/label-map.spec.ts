import { describe, expect, it } from '@jest/globals';
import type { Emotion } from '../emotion/scores.js';
import { priorOfGoEmotions } from './foreign-labels.js';
import { drawnToPrior, LabelMapError, mapLabels, priorOf, toScores } from './label-map.js';

const EKMAN = ['joy', 'Anger', 'sadness', 'fear', 'surprise', 'disgust', 'neutral'];
const GOEMOTIONS = (
  'admiration amusement anger annoyance approval caring confusion curiosity desire disappointment disapproval disgust ' +
  'embarrassment excitement fear gratitude grief joy love nervousness optimism pride realization relief remorse sadness ' +
  'surprise neutral'
).split(' ');
const sum = (scores: object) => Object.values(scores as Record<string, number>).reduce((a, b) => a + b, 0);

describe('mapLabels', () => {
  it('[TX9] knows the seven and Ekman by any case', () => {
    expect([...mapLabels(EKMAN).values()].flat()).toEqual([
      'happy',
      'angry',
      'sad',
      'fearful',
      'surprised',
      'disgust',
      'neutral',
    ]);
    expect([...mapLabels(['neutral', 'happy']).values()].flat()).toEqual(['neutral', 'happy']);
  });

  it("[TX9] knows GoEmotions' 28, stars and signs of valence", () => {
    expect(mapLabels(GOEMOTIONS).get('remorse')).toEqual(['sad']);
    expect(new Set([...mapLabels(GOEMOTIONS).values()].flat()).size).toBe(7);
    const stars = mapLabels(['1 star', '2 stars', '3 stars', '4 stars', '5 stars']);
    expect([...stars.values()].map((emotions) => emotions.length)).toEqual([4, 4, 1, 1, 1]);
    expect(mapLabels(['NEG', 'NEU', 'POS']).get('POS')).toEqual(['happy']);
    expect(mapLabels(['Very Negative', 'positive']).get('Very Negative')).toContain('sad');
  });

  it('[TX9] takes the operator at their word for labels that tell nothing', () => {
    const map = mapLabels(['LABEL_0', 'LABEL_1'], { LABEL_0: 'negative', LABEL_1: 'joy' });
    expect(map.get('LABEL_1')).toEqual(['happy']);
    expect(() => mapLabels(['LABEL_0', 'LABEL_1'], { LABEL_0: 'negative' })).toThrow('"LABEL_1"');
  });

  it('[TX9] refuses a label set that it cannot map, and names what it does not know', () => {
    expect(() => mapLabels(['spam', 'joy'])).toThrow(LabelMapError);
    expect(() => mapLabels(['spam', 'joy'])).toThrow('"spam"');
    expect(() => mapLabels(['joy', 'happiness'])).toThrow('the same emotion');
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

  it('[TX9] a sentiment model votes on valence, and on nothing else', () => {
    const signs = mapLabels(['positive', 'neutral', 'negative']);
    const [scores, prior] = [
      toScores(
        [
          { label: 'positive', score: 0.1 },
          { label: 'neutral', score: 0.2 },
          { label: 'negative', score: 0.7 },
        ],
        signs,
      ),
      priorOf(undefined, signs),
    ];
    const vote = (emotion: Emotion): number => Math.log((scores[emotion] ?? NaN) / (prior[emotion] ?? NaN));
    for (const emotion of ['angry', 'disgust', 'fearful', 'sad'] as const)
      expect(vote(emotion)).toBeCloseTo(Math.log(2.1), 12);
    expect(vote('happy')).toBeCloseTo(Math.log(0.3), 12);
    expect(scores.surprised).toBeUndefined();
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

  it('[TX9] is that of its training set for a model of GoEmotions', () => {
    const prior = priorOf(priorOfGoEmotions(GOEMOTIONS), mapLabels(GOEMOTIONS));
    expect(prior.neutral).toBeCloseTo(14_219 / 51_103, 2);
    expect(sum(prior)).toBeCloseTo(1, 12);
    expect(priorOfGoEmotions(['joy', 'anger'])).toBeUndefined();
  });

  it('[TX9] refuses a prior that leaves an emotion out', () => {
    expect(() => priorOf({ joy: 0.5, neutral: 0.5 }, map)).toThrow('anger');
  });
});
