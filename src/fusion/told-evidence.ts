import type { Evidence } from '../emotion/evidence.js';
import type { Locale } from '../emotion/fused.js';
import type { ToldEvidence } from '../emotion/line-events.js';
import { topOf } from '../emotion/scores.js';
import { messagesOf } from './locales.js';

/** Evidence as it is told: its cues in words, with the reliability that the fusion gives it. */
export function toldEvidence(evidence: Evidence, reliability: number, locale: Locale): ToldEvidence {
  if (evidence.status === 'unavailable') return { status: 'unavailable', reason: evidence.reason };
  const { scores, perceived, wording, cues } = evidence;
  const messages = messagesOf(locale);
  return {
    status: 'available',
    scores,
    ...(perceived && { perceived }),
    ...(wording && { wording }),
    reliability,
    top: topOf(scores),
    cues: cues.map((cue) => ({ ...cue, detail: messages.cue(cue) })),
  };
}
