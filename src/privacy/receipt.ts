import { MODALITIES, type Modality } from '../emotion/evidence.js';
import type { ConsentEvent, ConsentReceipt, ConsentState } from './consent-receipt.js';
import type { ConsentRecord } from './consent-record.js';
import { msLeft } from './consent.js';
import type { Notice } from './notice.js';

const PROCESSING: Readonly<Record<Modality, readonly string[]>> = {
  voice: ['estimating emotion from the voice'],
  text: ['writing down speech', 'estimating emotion from words'],
  face: ['estimating emotion from what another program read of the face'],
  physiology: ["estimating emotion from what another program read of the body's signals"],
  other: ['estimating emotion from what another program read'],
};

/** `kept`: does this server store sessions? */
export function receiptOf(record: ConsentRecord, notice: Notice, kept: boolean, at: Date): ConsentReceipt {
  const { id, consent, receivedAt } = record;
  const categories = consent?.modalities ?? [];
  return {
    schema: 'ISO/IEC TS 27560:2023',
    recordId: id,
    issuedAt: at.toISOString(),
    ...(consent ? { piiPrincipalId: consent.subjectRef } : {}),
    piiController: notice.controller ?? null,
    privacyNotice: consent ? { version: consent.noticeVersion, location: '/v1/notice' } : null,
    purposes: consent?.purposes ?? [],
    lawfulBasis: consent?.basis ?? 'consent',
    piiCategories: categories,
    processing: [
      ...categories.flatMap((modality) => PROCESSING[modality]),
      ...(consent?.keepAudio ? ['keeping the sound of the voice'] : []),
    ],
    storage: kept ? 'encrypted' : 'none',
    recipients: [],
    withdrawalMethod: `POST /v1/consents/${id}/withdraw, or consent.withdraw on the socket`,
    validUntil: consent?.expiresAt ?? null,
    receivedAt,
    state: stateOf(record, at),
    events: eventsOf(record),
  };
}

function stateOf({ consent, withdrawn }: ConsentRecord, at: Date): ConsentState {
  if (!consent) return 'erased';
  const left = consent.modalities.filter((modality) => withdrawn[modality] === undefined).length;
  if (left === 0) return 'withdrawn';
  if (msLeft(consent, at) <= 0) return 'expired';
  return left < consent.modalities.length ? 'partlyWithdrawn' : 'given';
}

function eventsOf({ consent, withdrawn }: ConsentRecord): ConsentEvent[] {
  const given: ConsentEvent[] = consent
    ? [{ state: 'given', piiCategories: consent.modalities, time: consent.grantedAt }]
    : [];
  const taken = MODALITIES.flatMap((modality): ConsentEvent[] => {
    const time = withdrawn[modality];
    return time === undefined ? [] : [{ state: 'withdrawn', piiCategories: [modality], time }];
  });
  return [...given, ...taken.sort((a, b) => (a.time < b.time ? -1 : 1))];
}
