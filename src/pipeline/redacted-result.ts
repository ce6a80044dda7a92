import { furtherOf } from '../emotion/evidence.js';
import type { ResultRecord } from '../emotion/record.js';
import type { FusionConfig } from '../fusion/config.js';
import { fuse } from '../fusion/fuse.js';
import { relabel } from '../fusion/relabel.js';
import { redactEvidence, redactFurther, redactTranscript } from '../privacy/redact.js';

/**
 * A result as it may be stored: what is personal in the words is taken out of the transcript, of the cues, and of everything
 * that the explanation quotes. The same numbers are explained once more, by the words that are left.
 */
export function redactedResult(result: ResultRecord, fusion: FusionConfig): ResultRecord {
  const { voice, fused } = result;
  const said = result.transcript && redactTranscript(result.transcript);
  const text = said ? redactEvidence(result.text, said.redacted) : result.text;
  const further = redactFurther(furtherOf(result));
  const nothingRemoved = (said?.redacted.removed.length ?? 0) === 0 && further.removed === 0;
  if (nothingRemoved) return result;
  const { locale } = fused.explanation;
  const words = said?.transcript.text;
  const evidence = { voice, text, ...further.evidence };
  const anew = fuse(evidence, { config: fusion, locale, ...(words === undefined ? {} : { words }) });
  return {
    ...result,
    ...(said && { transcript: said.transcript }),
    ...evidence,
    // What a person said of it still stands.
    fused: fused.decision.by ? relabel(anew, fused.decision.label, fusion.abstain.noEvidenceBelow) : anew,
  };
}
