import type { IncongruenceType } from '../emotion/fused.js';
import { EMOTIONS, topOf, valenceSign, type Emotion, type PartialScores } from '../emotion/scores.js';

/** One side of the comparison. */
export interface Reading {
  /** The modality's own posterior, as it was announced. */
  readonly scores: PartialScores;
  /** How good the evidence is, 0..1. */
  readonly quality: number;
}

export interface Incongruence {
  readonly detected: boolean;
  /** Divergence times the poorer side's quality, 0..1 bits. */
  readonly score: number;
  readonly type?: IncongruenceType;
}

/**
 * Jensen–Shannon divergence (Lin 1991), base 2: 0 for equal, 1 for disjoint distributions. Taken over the emotions that
 * both know, each rescaled to 1 there: what one side never learned is no disagreement.
 */
export function jensenShannon(a: PartialScores, b: PartialScores): number {
  const shared = EMOTIONS.map((e) => [a[e], b[e]] as const).filter(
    (pair): pair is readonly [number, number] => pair[0] !== undefined && pair[1] !== undefined,
  );
  const massA = shared.reduce((sum, [p]) => sum + p, 0);
  const massB = shared.reduce((sum, [, q]) => sum + q, 0);
  if (massA <= 0 || massB <= 0) return 0;
  const surprise = (p: number, mean: number): number => (p > 0 ? p * Math.log2(p / mean) : 0);
  const bits = shared.reduce((sum, [x, y]) => {
    const [p, q] = [x / massA, y / massB];
    const mean = (p + q) / 2;
    return sum + (surprise(p, mean) + surprise(q, mean)) / 2;
  }, 0);
  return Math.min(1, Math.max(0, bits));
}

const BY_SIGN: Readonly<Record<string, IncongruenceType>> = {
  '1,-1': 'positiveWordsNegativeVoice',
  '0,-1': 'neutralWordsNegativeVoice',
  '-1,1': 'negativeWordsPositiveVoice',
  '0,1': 'neutralWordsPositiveVoice',
  '-1,0': 'negativeWordsNeutralVoice',
  '1,0': 'positiveWordsNeutralVoice',
};

/** Names a disagreement by the valence of the words and of the voice. */
export function incongruenceType(words: Emotion, voice: Emotion): IncongruenceType {
  return BY_SIGN[`${valenceSign(words)},${valenceSign(voice)}`] ?? 'sameValence';
}

/**
 * Do voice and words disagree more than their quality can account for? Detected from the threshold up, and only between
 * different emotions: two sides that differ in sureness alone do not disagree. Nothing to compare scores 0.
 */
export function incongruenceOf(voice: Reading | null, text: Reading | null, threshold: number): Incongruence {
  if (voice === null || text === null) return { detected: false, score: 0 };
  const score = jensenShannon(voice.scores, text.scores) * Math.min(voice.quality, text.quality);
  const [heard, read] = [topOf(voice.scores), topOf(text.scores)];
  if (score < threshold || heard === read) return { detected: false, score };
  return { detected: true, score, type: incongruenceType(read, heard) };
}
