import type { FurtherModality, UnavailableReason, WordedCue, Wording } from './evidence.js';
import type { Alert, Cause, TrajectoryPoint } from './course.js';
import type { FusedEmotion } from './fused.js';
import type { ResultCause } from './record.js';
import type { Emotion } from './scores.js';
import type { EndReason, Transcript } from './utterance.js';

/** What one modality says, as it is told to a client. */
export type ToldEvidence<L extends string = Emotion> =
  | { readonly status: 'unavailable'; readonly reason: UnavailableReason }
  | {
      readonly status: 'available';
      readonly scores: Readonly<Partial<Record<L, number>>>;
      /** How listeners would name the voice; only for the voice, where the model knows. */
      readonly perceived?: Readonly<Partial<Record<L, number>>>;
      /** Does the wording say anything, and how pleasant and excited is it? Only for words, where the model knows. */
      readonly wording?: Wording;
      readonly reliability: number;
      readonly top: L;
      readonly cues: readonly WordedCue<L>[];
    };

export type WarningCode =
  | 'lowSnr'
  | 'clipping'
  | 'noSpeech'
  | 'invalidSamples'
  | 'languageMismatch'
  | 'transcriptionUnavailable'
  | 'evidenceUnmatched'
  | 'degraded';

interface UtteranceRef {
  readonly utteranceId: string;
}

export interface FusionResult<L extends string = Emotion> extends UtteranceRef, FusedEmotion<L> {
  readonly resultId: string;
  /** 1 for the first result of an utterance; each revision counts up. */
  readonly revision: number;
  readonly isFinal: true;
}

/**
 * Everything the line tells of a session, by name. The wire adds a stamp and the events of the connection. Inside, labels are
 * the seven emotions; to a client they may be told as those of its profile.
 */
export interface LineEvents<L extends string = Emotion> {
  'utterance.start': UtteranceRef & { readonly startMs: number; readonly ref?: string };
  /** Words while they are spoken. The first `stableChars` of `text` stay as they are; `revision` counts from 1. */
  'transcript.partial': UtteranceRef & {
    readonly revision: number;
    readonly text: string;
    readonly stableChars: number;
  };
  'transcript.final': UtteranceRef & Transcript;
  'emotion.voice': UtteranceRef & {
    readonly isFinal: boolean;
    readonly startMs: number;
    readonly endMs: number;
    readonly evidence: ToldEvidence<L>;
  };
  'emotion.text': UtteranceRef & { readonly isFinal: true; readonly evidence: ToldEvidence<L> };
  /** What a client's own models say of an utterance, once it joined it. */
  'emotion.further': UtteranceRef & {
    readonly modality: FurtherModality;
    readonly isFinal: true;
    readonly evidence: ToldEvidence<L>;
  };
  'fusion.result': FusionResult<L>;
  'fusion.revised': FusionResult<L> & {
    readonly supersedes: string;
    readonly changed: readonly string[];
    readonly cause: Exclude<ResultCause, 'analysis'>;
  };
  /** How the session stands: points that are new or were revised, oldest first; the last is how it stands now. */
  'session.trajectory': { readonly points: readonly TrajectoryPoint<L>[] };
  alert: Alert;
  /** What a language model takes for the causes of an utterance's emotion, where one is configured. */
  'explanation.causes': { readonly resultOf: string; readonly causes: readonly Cause[] };
  'utterance.end': UtteranceRef & { readonly endMs: number; readonly reason: EndReason };
  warning: { readonly code: WarningCode; readonly message: string; readonly detail?: string };
}

export type LineEventName = keyof LineEvents;

/** How the line speaks: in order, and without waiting for anybody. */
export type Emit<L extends string = Emotion> = <E extends LineEventName>(event: E, payload: LineEvents<L>[E]) => void;
