import type { AvailableEvidence, Cue } from '../emotion/evidence.js';
import type { Incongruence, IncongruenceType, IncongruentSide } from '../emotion/fused.js';
import { EMOTIONS, scoresOf, topOf, valenceSign, type Emotion, type Scores } from '../emotion/scores.js';
import type { FusionValues } from './config.js';

/** One side of the comparison. */
export interface Reading {
  /** What it speaks for and against: 1 − w + w · p / π, the factor that it brings to the pool. */
  readonly factors: Scores;
  readonly evidence: Pick<AvailableEvidence, 'scores' | 'cues'>;
}

/** What the words are compared as. */
export interface WordReading extends Reading {
  /** The wording claims that all is well, whatever is felt: "I'm fine". */
  readonly reassures: boolean;
}

type Thresholds = Pick<FusionValues, 'incongruenceThreshold' | 'reassuranceThreshold'>;

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
 * How much more probable it is that voice and words express emotions of opposite valence than the very same emotion: the Bayes
 * factor of the two hypotheses, all pairs that belong alike beforehand, as a probability.
 */
export function divergenceOf(voice: Scores, words: Scores): number {
  const [v, w] = [normalised(voice), normalised(words)];
  const same = meanOver((a, b) => a === b, v, w);
  const opposite = meanOver((a, b) => valenceSign(a) * valenceSign(b) < 0, v, w);
  return opposite / (opposite + same);
}

/** The same for words that deny every negative emotion and say nothing further: is the voice negative, or is it not? */
export function denialOf(voice: Scores): number {
  const negative = EMOTIONS.filter((e) => valenceSign(e) < 0);
  const other = EMOTIONS.filter((e) => valenceSign(e) >= 0);
  const [denied, claimed] = [negative, other].map(
    (group) => group.reduce((sum, e) => sum + voice[e], 0) / group.length,
  );
  return (denied ?? 0) / ((denied ?? 0) + (claimed ?? 0));
}

/**
 * Do voice and words disagree more than chance allows? Detected from the threshold up, and only between different emotions: two
 * sides that differ in sureness alone do not disagree. Nothing to compare scores 0.
 */
export function incongruenceOf(voice: Reading | null, words: WordReading | null, thresholds: Thresholds): Incongruence {
  if (voice === null || words === null) return { detected: false, score: 0 };
  const [heard, read] = [topOf(voice.evidence.scores), topOf(words.evidence.scores)];
  const denied = words.reassures && valenceSign(read) >= 0;
  const score = denied ? denialOf(voice.factors) : divergenceOf(voice.factors, words.factors);
  const threshold = denied ? thresholds.reassuranceThreshold : thresholds.incongruenceThreshold;
  if (score < threshold || heard === read) return { detected: false, score };
  return {
    detected: true,
    score,
    type: incongruenceType(read, heard),
    voice: sideOf(voice, heard),
    text: sideOf(words, read),
  };
}

/** What one side says, and where: its strongest cue for that. */
function sideOf({ evidence }: Reading, emotion: Emotion): IncongruentSide {
  const strongest = evidence.cues
    .filter((cue) => cue.toward === emotion && cue.weight > 0)
    .reduce<Cue | undefined>((best, cue) => (best && best.weight >= cue.weight ? best : cue), undefined);
  return {
    emotion,
    probability: evidence.scores[emotion] ?? 0,
    ...(strongest?.audioMs ? { audioMs: strongest.audioMs } : {}),
    ...(strongest?.textSpan ? { textSpan: strongest.textSpan } : {}),
  };
}

/** Divided by the mean: what speaks for everything alike says nothing. */
function normalised(factors: Scores): Scores {
  const mean = EMOTIONS.reduce((sum, e) => sum + factors[e], 0) / EMOTIONS.length;
  return scoresOf((e) => (mean > 0 ? factors[e] / mean : 1));
}

/** The mean of the product over the pairs of emotions that belong. */
function meanOver(belongs: (a: Emotion, b: Emotion) => boolean, voice: Scores, words: Scores): number {
  const products = EMOTIONS.flatMap((a) => EMOTIONS.filter((b) => belongs(a, b)).map((b) => voice[a] * words[b]));
  return products.reduce((sum, product) => sum + product, 0) / products.length;
}
