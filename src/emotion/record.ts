import type { EvidenceSet } from './evidence.js';
import type { FusedEmotion } from './fused.js';
import type { EndReason, Transcript } from './utterance.js';

export const RESULT_CAUSES = [
  'analysis', // the first answer
  'transcriptRevised', // words came late
  'evidenceAdded', // a reading of the client's own came late
  'labelOverride', // a person says otherwise
  'labelRevoked', // a person says that it must not stand
  'labelRestored', // and takes that back
] as const;
/** Why there is a revision of a result. */
export type ResultCause = (typeof RESULT_CAUSES)[number];

/** Everything that was found out about one utterance, with the evidence that the answer was made from. */
export interface ResultRecord extends EvidenceSet {
  readonly utterance: {
    readonly id: string;
    readonly startMs: number;
    readonly endMs: number;
    readonly endReason: EndReason;
    /** The client's name for a typed message. */
    readonly ref?: string;
  };
  /** Absent where nobody wrote the words down. */
  readonly transcript?: Transcript;
  readonly fused: FusedEmotion;
  readonly resultId: string;
  readonly revision: number;
  readonly cause: ResultCause;
}

/** A person's decision, once it is stored. */
export interface Correction {
  readonly utteranceId: string;
  /** Its number; it stands now. */
  readonly revision: number;
  readonly fused: FusedEmotion;
  readonly cause: Extract<ResultCause, 'labelOverride' | 'labelRevoked' | 'labelRestored'>;
}

/** Did a person decide so? */
export function isCorrection(cause: ResultCause): cause is Correction['cause'] {
  return cause === 'labelOverride' || cause === 'labelRevoked' || cause === 'labelRestored';
}

/** How the line hands a result over to be kept: in order, and without waiting for anybody. */
export type KeepResult = (result: ResultRecord) => void;

/** The same for the sound of an utterance as the line heard it: mono at SAMPLE_RATE, 16-bit little-endian. */
export type KeepAudio = (utteranceId: string, pcm: Uint8Array) => void;

/** Nothing is kept. */
export const keepNothing: KeepResult = () => undefined;
