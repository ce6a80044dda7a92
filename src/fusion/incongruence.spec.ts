import { EMOTIONS, scoresOf, type Emotion, type Scores } from '../emotion/scores.js';
import { fuse, peaked, randomAvailable, randomOf, textOf, voiceOf } from './evidence.fixture.js';
import { UNCALIBRATED } from './config.js';
import { denialOf, divergenceOf, incongruenceOf, incongruenceType, type WordReading } from './incongruence.js';
import { contributionOf, logRatios } from './pool.js';

const EVEN: Scores = scoresOf(() => 1);
const of = (emotion: Emotion, times: number): Scores => scoresOf((e) => (e === emotion ? times : 1));

describe('divergenceOf', () => {
  it('[FU6] is no sign either way where one side says nothing', () => {
    expect(divergenceOf(EVEN, EVEN)).toBeCloseTo(0.5, 12);
    for (const e of ['sad', 'neutral', 'happy'] as const) {
      expect(divergenceOf(EVEN, of(e, 3))).toBeLessThan(0.65);
      expect(divergenceOf(of(e, 3), EVEN)).toBeGreaterThan(0.4);
    }
  });

  it('[FU6] agrees with a value worked out by hand', () => {
    // Factors 8 : 1 rescaled to a mean of 1: 4 and 0.5. Same: (4·0.5 + 0.5·4 + 5·0.25) / 7 = 0.75. Opposite valence, eight
    // ordered pairs: (4·4 + 3 · 0.5·4 + 4 · 0.5·0.5) / 8 = 2.875.
    expect(divergenceOf(of('sad', 8), of('happy', 8))).toBeCloseTo(2.875 / (2.875 + 0.75), 12);
  });

  it('[FU6] is low for the same emotion, higher for another, highest for one of opposite valence', () => {
    const against = (words: Emotion): number => divergenceOf(of('sad', 10), of(words, 10));
    expect(against('sad')).toBeLessThan(0.4);
    expect(against('happy')).toBeGreaterThan(against('neutral'));
    expect(against('happy')).toBeGreaterThan(against('angry'));
  });

  it('[FU6] is symmetric and stays in 0..1', () => {
    const random = randomOf(6);
    const factors = (m: 'voice' | 'text'): Scores => {
      const ratios = contributionOf(random(), logRatios(randomAvailable(m, random), UNCALIBRATED));
      return scoresOf((e) => Math.exp(ratios[e]));
    };
    for (let i = 0; i < 1000; i++) {
      const [a, b] = [factors('voice'), factors('text')];
      const score = divergenceOf(a, b);
      expect(score).toBeCloseTo(divergenceOf(b, a), 12);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  });
});

describe('denialOf', () => {
  it('[FU6] asks whether the voice is negative, in no case by how many emotions are', () => {
    expect(denialOf(EVEN)).toBe(0.5);
    expect(denialOf(of('sad', 13))).toBeCloseTo(0.8, 12); // (13 + 3) / 4 against 1
    expect(denialOf(of('neutral', 10))).toBeCloseTo(0.2, 12);
  });
});

describe('incongruenceOf', () => {
  const side = (emotion: Emotion, over: Partial<WordReading> = {}): WordReading => ({
    factors: of(emotion, 12),
    evidence: { scores: peaked({ [emotion]: 0.9 }), cues: [] },
    reassures: false,
    ...over,
  });

  it('[FU6] is detected between confident opposites, with its type and what both sides say', () => {
    expect(incongruenceOf(side('angry'), side('happy'), UNCALIBRATED)).toMatchObject({
      detected: true,
      type: 'positiveWordsNegativeVoice',
      voice: { emotion: 'angry', probability: 0.9 },
      text: { emotion: 'happy', probability: 0.9 },
    });
  });

  it('[FU6] says where each side says so most', () => {
    const cue = { modality: 'voice', name: 'pitchHeight', detail: 'low', toward: 'sad', weight: 1 } as const;
    const voice = voiceOf(peaked({ sad: 0.9 }), {
      cues: [
        { ...cue, audioMs: [0, 100], weight: 0.2 },
        { ...cue, audioMs: [400, 900] },
        { ...cue, toward: 'angry', audioMs: [0, 50], weight: 3 },
      ],
    });
    const text = textOf(peaked({ happy: 0.9 }), {
      cues: [{ ...cue, modality: 'text', toward: 'happy', textSpan: [4, 9] }],
    });
    const { incongruence } = fuse({ voice, text });
    expect(incongruence.voice?.audioMs).toEqual([400, 900]);
    expect(incongruence.text?.textSpan).toEqual([4, 9]);
  });

  it('[FU6] fades as either side can be trusted less', () => {
    const text = textOf(peaked({ happy: 0.9 }));
    const scores = [30, 10, 5, 0].map((snrDb) => {
      const voice = voiceOf(peaked({ sad: 0.9 }), { quality: { voicedMs: 2000, snrDb, clipping: 0 } });
      return fuse({ voice, text }).incongruence.score;
    });
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores.at(-1)).toBeLessThan((scores[0] ?? 0) - 0.1);
  });

  it('[FU6] "I\'m fine" denies every negative emotion: it is at odds with a voice that has one, and with no other', () => {
    const fine = side('neutral', { reassures: true });
    expect(incongruenceOf(side('sad'), fine, UNCALIBRATED)).toMatchObject({
      detected: true,
      type: 'neutralWordsNegativeVoice',
    });
    expect(incongruenceOf(side('happy'), fine, UNCALIBRATED).detected).toBe(false);
    expect(incongruenceOf(side('sad'), { ...fine, reassures: false }, UNCALIBRATED).score).toBeLessThan(
      incongruenceOf(side('sad'), fine, UNCALIBRATED).score,
    );
  });

  it('[FU6] is not detected where both sides read the same emotion, however differently sure', () => {
    const faint = side('sad', { factors: of('happy', 12) });
    expect(incongruenceOf(side('sad'), faint, UNCALIBRATED).detected).toBe(false);
  });

  it('[FU6] has nothing to say of one modality alone', () => {
    expect(incongruenceOf(side('sad'), null, UNCALIBRATED)).toEqual({ detected: false, score: 0 });
    expect(incongruenceOf(null, side('sad'), UNCALIBRATED)).toEqual({ detected: false, score: 0 });
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
