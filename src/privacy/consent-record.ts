import { createHmac } from 'node:crypto';
import type { Modality } from '../emotion/evidence.js';
import type { Consent } from './consent.js';

/** A consent as it is kept: one record, however many sessions run under it. */
export interface ConsentRecord {
  /** UUID. The same consent, field by field, always has the same. */
  readonly id: string;
  readonly tenant: string;
  /** What was consented to; absent once the subject was erased. */
  readonly consent?: Consent;
  /** ISO 8601: when it was first received. */
  readonly receivedAt: string;
  /** ISO 8601: since when a modality may no longer be read under this record. There is no way back but a new consent. */
  readonly withdrawn: Readonly<Partial<Record<Modality, string>>>;
}

/** Where consent records are kept. */
export interface ConsentStore {
  /** Takes a consent up, or finds it again: with what was withdrawn of it since it was first kept, or none where it was erased. */
  keep(tenant: string, consent: Consent, at: Date): Promise<ConsentRecord>;
  find(tenant: string, id: string): Promise<ConsentRecord | undefined>;
  /** Idempotent; a modality's first withdrawal counts. Undefined: this tenant has no such record. */
  withdraw(tenant: string, id: string, modalities: readonly Modality[], at: Date): Promise<ConsentRecord | undefined>;
}

/**
 * The id of a consent: a UUID (version 8, RFC 9562) from HMAC-SHA256 of tenant and consent, so that a withdrawn consent that
 * is sent again is recognised, and nobody can find a subject by trying ids. `key`: the deployment's pseudonym key.
 */
export function consentId(key: Uint8Array, tenant: string, consent: Consent): string {
  const { subjectRef, purposes, modalities, noticeVersion, grantedAt, expiresAt, basis, keepAudio } = consent;
  const fields = [
    tenant,
    subjectRef.normalize('NFC'),
    [...purposes].sort(),
    [...modalities].sort(),
    noticeVersion,
    new Date(grantedAt).toISOString(),
    expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    basis ?? 'consent',
    // Ids of consents from before there was such a thing stay as they are.
    ...(keepAudio ? ['keepAudio'] : []),
  ];
  const hex = createHmac('sha256', key).update('consent\0').update(JSON.stringify(fields)).digest('hex');
  const variant = '89ab'[parseInt(hex.charAt(16), 16) & 3] ?? '8';
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The modalities of a record that may still be read. */
export function remaining({ consent, withdrawn }: ConsentRecord): readonly Modality[] {
  return (consent?.modalities ?? []).filter((modality) => withdrawn[modality] === undefined);
}
