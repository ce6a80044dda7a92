import { consentId, remaining, type ConsentRecord } from './consent-record.js';
import type { Consent } from './consent.js';
import { NOTICE } from './notice.js';
import { receiptOf } from './receipt.js';

const KEY = Buffer.alloc(32, 7);
const CONSENT: Consent = {
  subjectRef: 'subject-7',
  purposes: ['support', 'training'],
  modalities: ['voice', 'text'],
  noticeVersion: NOTICE.version,
  acknowledged: true,
  grantedAt: '2030-06-01T12:00:00Z',
};
const RECORD: ConsentRecord = {
  id: consentId(KEY, 'acme', CONSENT),
  tenant: 'acme',
  consent: CONSENT,
  receivedAt: '2030-06-01T12:00:01.000Z',
  withdrawn: {},
};
const AT = new Date('2030-06-02T00:00:00Z');

describe('the id of a consent', () => {
  it('[PV11] is a UUID, the same for the same consent however it was written', () => {
    expect(RECORD.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const same: Consent = {
      ...CONSENT,
      purposes: ['training', 'support'],
      modalities: ['text', 'voice'],
      grantedAt: '2030-06-01T14:00:00+02:00',
      basis: 'consent',
    };
    expect(consentId(KEY, 'acme', same)).toBe(RECORD.id);
  });

  it.each<[string, Partial<Consent>]>([
    ['subject', { subjectRef: 'subject-8' }],
    ['purpose', { purposes: ['support'] }],
    ['modality', { modalities: ['text'] }],
    ['notice', { noticeVersion: 'another' }],
    ['time', { grantedAt: '2030-06-01T12:00:01Z' }],
    ['end', { expiresAt: '2031-01-01T00:00:00Z' }],
    ['basis', { basis: 'medical' }],
  ])('[PV11] is another one for another %s', (_what, over) => {
    expect(consentId(KEY, 'acme', { ...CONSENT, ...over })).not.toBe(RECORD.id);
  });

  it('[PV11] is another one for another tenant and under another key', () => {
    expect(consentId(KEY, 'other', CONSENT)).not.toBe(RECORD.id);
    expect(consentId(Buffer.alloc(32, 8), 'acme', CONSENT)).not.toBe(RECORD.id);
  });
});

describe('the receipt', () => {
  it('[PV11] says who agreed to what, by which notice, and how to withdraw', () => {
    const own = { ...NOTICE, controller: { name: 'Acme', contact: 'dpo@acme.example' } };
    expect(receiptOf(RECORD, own, true, AT)).toMatchObject({
      schema: 'ISO/IEC TS 27560:2023',
      recordId: RECORD.id,
      piiPrincipalId: 'subject-7',
      piiController: { name: 'Acme', contact: 'dpo@acme.example' },
      privacyNotice: { version: NOTICE.version, location: '/v1/notice' },
      purposes: ['support', 'training'],
      lawfulBasis: 'consent',
      piiCategories: ['voice', 'text'],
      storage: 'encrypted',
      withdrawalMethod: expect.stringContaining(`/v1/consents/${RECORD.id}/withdraw`),
      state: 'given',
      events: [{ state: 'given', piiCategories: ['voice', 'text'], time: CONSENT.grantedAt }],
    });
  });

  it('[PV11] follows what became of the consent', () => {
    const withdrawn = { text: '2030-06-01T13:00:00.000Z' };
    const part = receiptOf({ ...RECORD, withdrawn }, NOTICE, false, AT);
    expect(part).toMatchObject({ state: 'partlyWithdrawn', storage: 'none', piiController: null });
    expect(part.events.at(-1)).toEqual({ state: 'withdrawn', piiCategories: ['text'], time: withdrawn.text });
    const all = { ...withdrawn, voice: '2030-06-01T12:30:00.000Z' };
    const receipt = receiptOf({ ...RECORD, withdrawn: all }, NOTICE, true, AT);
    expect(receipt.state).toBe('withdrawn');
    expect(receipt.events.map(({ piiCategories }) => piiCategories)).toEqual([['voice', 'text'], ['voice'], ['text']]);
    const expiring = { ...CONSENT, expiresAt: '2030-06-01T20:00:00Z' };
    expect(receiptOf({ ...RECORD, consent: expiring }, NOTICE, true, AT).state).toBe('expired');
  });

  it('[PV11] of a person who was erased names nobody', () => {
    const { consent: _gone, ...rest } = RECORD;
    const receipt = receiptOf({ ...rest, withdrawn: { voice: AT.toISOString() } }, NOTICE, true, AT);
    expect(receipt).toMatchObject({ state: 'erased', purposes: [], piiCategories: [] });
    expect(JSON.stringify(receipt)).not.toContain('subject-7');
    expect(remaining(rest)).toEqual([]);
  });
});
