import type { Decision, FusedEmotion } from '../emotion/fused.js';
import { dimensionsOf, scoresOf, softmax, topOf, type Emotion } from '../emotion/scores.js';
import { explainAgain } from './explain-again.js';
import { ranked } from './prediction-set.js';

/**
 * The answer once a person has spoken: `label` names the emotion, null says that none must stand. A person's word is taken as
 * certain, so that the scores are 1 for the label; without a label they are the prior, as if nothing had been read. What voice
 * and words say (log-scores, modalities, incongruence, cues) stays as it is: a client sees why the models thought otherwise.
 * Pure, and of the evidence alone: correcting a corrected answer gives the same as correcting the first.
 */
export function relabel(fused: FusedEmotion, label: Emotion | null, silentBelow: number): FusedEmotion {
  const { logPrior, temperature } = fused;
  const scores =
    label === null ? softmax(scoresOf((e) => logPrior[e] / temperature)) : scoresOf((e) => (e === label ? 1 : 0));
  const decision: Decision =
    label === null
      ? { label, confidence: scores[topOf(scores)], abstainReason: 'revoked', by: 'person' }
      : { label, confidence: 1, by: 'person' };
  const predictionSet = label === null ? ranked(scores) : [label];
  const answer = { ...fused, decision, scores, predictionSet, dimensions: dimensionsOf(scores) };
  return explainAgain(answer, fused.explanation.locale, silentBelow);
}
