import { EMOTIONS, type Emotion } from '../emotion/scores.js';
import { EVEN, peaked, randomAvailable, randomOf } from './evidence.fixture.js';
import { incongruenceOf, incongruenceType, jensenShannon } from './incongruence.js';

const sure = (e: Emotion) => ({ scores: peaked({ [e]: 0.9 }), quality: 1 });

describe('jensenShannon', () => {
  it('[FU6] is 0 for equal and 1 bit for disjoint distributions', () => {
    expect(jensenShannon(EVEN, EVEN)).toBe(0);
    expect(jensenShannon({ sad: 1, happy: 0 }, { sad: 0, happy: 1 })).toBe(1);
  });

  it('[FU6] agrees with a value worked out by hand', () => {
    // M = (0.5, 0.5); KL((0.75, 0.25) ‖ M) = 1 − H(0.25) = 0.18872
    expect(jensenShannon({ sad: 0.75, happy: 0.25 }, { sad: 0.25, happy: 0.75 })).toBeCloseTo(0.188722, 6);
  });

  it('[FU6] compares only emotions that both models know', () => {
    expect(jensenShannon({ sad: 0.4, happy: 0.4, surprised: 0.2 }, { sad: 0.5, happy: 0.5 })).toBe(0);
    expect(jensenShannon({ sad: 1 }, { happy: 1 })).toBe(0);
  });

  it('[FU6] is symmetric and stays in 0..1', () => {
    const random = randomOf(6);
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [randomAvailable('voice', random).scores, randomAvailable('text', random).scores];
      const bits = jensenShannon(a, b);
      expect(bits).toBe(jensenShannon(b, a));
      expect(bits).toBeGreaterThanOrEqual(0);
      expect(bits).toBeLessThanOrEqual(1);
    }
  });
});

describe('incongruenceOf', () => {
  it('[FU6] is detected between confident opposites, with its type', () => {
    const { detected, score, type } = incongruenceOf(sure('sad'), sure('neutral'), 0.25);
    expect(detected).toBe(true);
    expect(score).toBeGreaterThan(0.6);
    expect(type).toBe('neutralWordsNegativeVoice');
  });

  it('[FU6] is scaled by the poorer side, and vanishes with it', () => {
    const full = incongruenceOf(sure('sad'), sure('happy'), 0.25).score;
    const poor = { ...sure('happy'), quality: 0.3 };
    expect(incongruenceOf(sure('sad'), poor, 0.25)).toEqual({ detected: false, score: full * 0.3 });
    expect(incongruenceOf(sure('sad'), { ...poor, quality: 0 }, 0.25)).toEqual({ detected: false, score: 0 });
  });

  it('[FU6] is not detected where both sides read the same emotion, however differently sure', () => {
    const faint = { scores: peaked({ sad: 0.16 }), quality: 1 };
    expect(incongruenceOf({ scores: peaked({ sad: 1 }), quality: 1 }, faint, 0.25).detected).toBe(false);
  });

  it('[FU6] has nothing to say of one modality alone', () => {
    expect(incongruenceOf(sure('sad'), null, 0.25)).toEqual({ detected: false, score: 0 });
    expect(incongruenceOf(null, sure('sad'), 0.25)).toEqual({ detected: false, score: 0 });
  });

  it.each<[Emotion, Emotion, string]>([
    ['happy', 'angry', 'positiveWordsNegativeVoice'],
    ['neutral', 'sad', 'neutralWordsNegativeVoice'],
    ['disgust', 'happy', 'negativeWordsPositiveVoice'],
    ['surprised', 'happy', 'neutralWordsPositiveVoice'],
    ['fearful', 'neutral', 'negativeWordsNeutralVoice'],
    ['happy', 'neutral', 'positiveWordsNeutralVoice'],
    ['angry', 'sad', 'sameValence'],
    ['neutral', 'surprised', 'sameValence'],
  ])('[FU6] words %s and voice %s are %s', (words, voice, type) => {
    expect(incongruenceType(words, voice)).toBe(type);
  });

  it('[FU6] has a type for every pair', () => {
    const types = EMOTIONS.flatMap((words) => EMOTIONS.map((voice) => incongruenceType(words, voice)));
    expect(new Set(types).size).toBe(7);
  });
});
