import type { Alert } from '../emotion/course.js';
import type { Modality } from '../emotion/evidence.js';
import type { ResultRecord } from '../emotion/record.js';
import type { Consent, Context } from '../privacy/consent.js';

/** A session as its first batch brings it. */
export interface OpenedSession {
  readonly id: string;
  readonly tenant: string;
  readonly source: 'stream' | 'file';
  readonly modalities: readonly Modality[];
  readonly language: string;
  /** Id of the API key. */
  readonly openedBy: string;
  readonly startedAt: Date;
  readonly clientRef?: string;
  readonly consent: Consent;
  readonly context: Context;
}

/** An alert as it stands: raised, or over. */
export interface AlertRecord {
  readonly id: string;
  readonly status: Alert['status'];
  readonly rule: string;
  readonly utteranceIds: readonly string[];
  readonly sinceMs: number;
  readonly detail: string;
}

/** The sound of an utterance whose consent lets it be kept. */
export interface AudioRecord {
  readonly utteranceId: string;
  /** 16-bit PCM, mono, 16 kHz. */
  readonly pcm: Uint8Array;
}

/** One thing to be written, with the time at which it happened. */
export type Item = { readonly at: Date } & (
  | { readonly type: 'result'; readonly result: ResultRecord }
  | { readonly type: 'alert'; readonly alert: AlertRecord }
  | { readonly type: 'audio'; readonly audio: AudioRecord }
  /** `lost`: results, and utterances' sound, that could not be kept until then. */
  | { readonly type: 'closed'; readonly reason: string; readonly lost?: number; readonly lostAudio?: number }
);

export interface Batch {
  readonly session: OpenedSession;
  readonly items: readonly Item[];
}

/** A result that is in the database, with the entry that attests it. */
export interface StoredResult {
  /** As the line called it. */
  readonly resultId: string;
  /** As it is stored: another number where a person's revision came first. */
  readonly storedAs: string;
  readonly ledgerSeq: number;
  readonly ledgerHash: string;
}
