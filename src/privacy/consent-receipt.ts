import type { Modality } from '../emotion/evidence.js';
import type { Consent } from './consent.js';

export type ConsentState = 'given' | 'partlyWithdrawn' | 'withdrawn' | 'expired' | 'erased';

export interface ConsentEvent {
  readonly state: 'given' | 'withdrawn';
  readonly piiCategories: readonly Modality[];
  /** ISO 8601 */
  readonly time: string;
}

/**
 * What the person, or whoever asks for them, keeps as proof: the fields of a consent receipt of ISO/IEC TS 27560:2023 (record,
 * processing, parties, events) that apply here, under camelCase names.
 */
export interface ConsentReceipt {
  readonly schema: 'ISO/IEC TS 27560:2023';
  readonly recordId: string;
  readonly issuedAt: string;
  /** Absent once the person was erased. */
  readonly piiPrincipalId?: string;
  readonly piiController: { readonly name: string; readonly contact: string } | null;
  readonly privacyNotice: { readonly version: string; readonly location: '/v1/notice' } | null;
  readonly purposes: readonly string[];
  readonly lawfulBasis: NonNullable<Consent['basis']>;
  readonly piiCategories: readonly Modality[];
  readonly processing: readonly string[];
  readonly storage: 'none' | 'encrypted';
  readonly recipients: readonly string[];
  readonly withdrawalMethod: string;
  readonly validUntil: string | null;
  readonly receivedAt: string;
  readonly state: ConsentState;
  readonly events: readonly ConsentEvent[];
}
