import type { Consent, Context } from '../privacy/consent.js';
import type { EvidenceSet } from '../emotion/evidence.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Transcript } from '../emotion/utterance.js';

/** What the `sealed` column of each table holds: JSON, encrypted under the subject's data key. */
export interface SealedSession {
  readonly clientRef?: string;
  readonly context: Context;
}

export interface SealedUtterance {
  readonly ref?: string;
  /** As it stands now; what an earlier revision went by is with that result. */
  readonly transcript?: Transcript;
}

/** Enough to make the same answer again, bit for bit. */
export interface SealedResult extends EvidenceSet {
  readonly words?: string;
  readonly fused: FusedEmotion;
}

export interface SealedLabel {
  readonly reason: string;
}

export interface SealedAlert {
  readonly detail: string;
  /** Of whoever acknowledged it. */
  readonly note?: string;
}

export interface SealedConsent {
  readonly consent: Consent;
}
