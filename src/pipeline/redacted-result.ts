import type { ResultRecord } from '../emotion/record.js';
import type { FusionConfig } from '../fusion/config.js';
import { fuse } from '../fusion/fuse.js';
import { redactEvidence, redactTranscript } from '../privacy/redact.js';

/**
 * A result as it may be stored: what is personal in the words is taken out of the transcript, of the cues, and of everything
 * that the explanation quotes. The same numbers are explained once more, by the words that are left.
 */
export function redactedResult(result: ResultRecord, fusion: FusionConfig): ResultRecord {
  if (!result.transcript) return result;
  const { transcript, redacted } = redactTranscript(result.transcript);
  if (redacted.removed.length === 0) return result;
  const { voice } = result;
  const text = redactEvidence(result.text, redacted);
  const { locale } = result.fused.explanation;
  return {
    ...result,
    transcript,
    text,
    fused: fuse({ voice, text }, { config: fusion, locale, words: transcript.text }),
  };
}
