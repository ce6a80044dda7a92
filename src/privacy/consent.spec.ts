import { WireError } from '../common/errors.js';
import type { Modality } from '../emotion/evidence.js';
import { judgeContext, judgeSession, openConsent, parseConsent, refusalOf, type Consent } from './consent.js';
import { NOTICE, parseNotice, UNKEPT_NOTICE } from './notice.js';

const AT = new Date('2030-06-01T12:00:00Z');
const RECORD = {
  subjectRef: 'subject-7',
  purposes: ['support'],
  modalities: ['voice', 'text'],
  noticeVersion: NOTICE.version,
  acknowledged: true as const,
  grantedAt: '2030-06-01T11:59:00Z',
};
const CONTEXT = { purpose: 'support', setting: 'customerService' };

function consentOf(over: object = {}): Consent {
  const judged = parseConsent({ ...RECORD, ...over });
  if (!judged.ok) throw new Error(judged.refusal.message);
  return judged.value;
}

const request = (over: object = {}, modalities: Modality[] = ['voice', 'text']) => ({
  modalities,
  consent: { ...RECORD, ...over },
  context: CONTEXT,
});

describe('the record', () => {
  it('[PV1] is read with every field', () => {
    const whole = { ...RECORD, expiresAt: '2031-01-01T00:00:00+02:00', basis: 'medical' };
    expect(parseConsent(whole)).toEqual({ ok: true, value: whole });
  });

  it('[PV1] may carry further fields of its standard', () => {
    expect(parseConsent({ ...RECORD, recordId: 'r-1', jurisdiction: 'EU' })).toEqual({ ok: true, value: RECORD });
  });

  it.each([undefined, null])('[PV1] of %p is no consent, and the answer says how to get one', (value) => {
    const judged = parseConsent(value);
    expect(judged).toMatchObject({ ok: false, refusal: { code: 'consentRequired', param: 'consent' } });
    expect(!judged.ok && judged.refusal.message).toContain('Show the notice');
  });

  it.each<[string, object, string]>([
    ['no subject', { subjectRef: undefined }, 'consent.subjectRef'],
    ['a blank subject', { subjectRef: '  ' }, 'consent.subjectRef'],
    ['a subject of great length', { subjectRef: 'x'.repeat(201) }, 'consent.subjectRef'],
    ['no purpose', { purposes: [] }, 'consent.purposes'],
    ['purposes that are text', { purposes: 'support' }, 'consent.purposes'],
    ['no modality', { modalities: [] }, 'consent.modalities'],
    ['an unknown modality', { modalities: ['voice', 'gait'] }, 'consent.modalities.1'],
    ['no notice', { noticeVersion: undefined }, 'consent.noticeVersion'],
    ['a time without a zone', { grantedAt: '2030-06-01T11:59:00' }, 'consent.grantedAt'],
    ['a time that is a number', { grantedAt: 1_900_000_000 }, 'consent.grantedAt'],
    ['an end before its beginning', { expiresAt: '2030-01-01T00:00:00Z' }, 'consent.expiresAt'],
    ['a notice that nobody acknowledged', { acknowledged: false }, 'consent.acknowledged'],
    ['nothing said of the notice', { acknowledged: undefined }, 'consent.acknowledged'],
    ['an unknown basis', { basis: 'curiosity' }, 'consent.basis'],
  ])('[PV1] with %s is refused by the name of the field', (_what, over, param) => {
    const judged = parseConsent({ ...RECORD, ...over });
    expect(judged).toMatchObject({ ok: false, refusal: { code: 'configInvalid', param } });
    expect(!judged.ok && judged.refusal.message.startsWith(`${param}: `)).toBe(true);
  });

  it.each(['yes', 42, true, [], [RECORD]])('[PV1] cannot be %j', (value) => {
    expect(parseConsent(value)).toMatchObject({ ok: false, refusal: { code: 'configInvalid' } });
  });

  it('[PV5] is never repeated in a refusal', () => {
    const secret = 'Jane-Doe-1234';
    const fields = ['subjectRef', 'purposes', 'modalities', 'noticeVersion', 'grantedAt', 'expiresAt', 'basis'];
    for (const field of fields) {
      const value = { [field]: secret.repeat(20) }; // too long even where text is right
      expect(JSON.stringify(judgeSession(request(value), NOTICE, AT))).not.toContain(secret);
      const nested = { [field]: [secret, { [secret]: secret }] };
      expect(JSON.stringify(parseConsent({ ...RECORD, ...nested }))).not.toContain(secret);
    }
  });
});

describe('a record permits', () => {
  const permits = (...asked: Parameters<typeof refusalOf>): boolean => refusalOf(...asked) === undefined;

  it('[PV4] what the record names, and nothing else', () => {
    const voiceOnly = consentOf({ modalities: ['voice'] });
    expect(permits(voiceOnly, 'voice', AT)).toBe(true);
    expect(permits(voiceOnly, 'text', AT)).toBe(false);
  });

  it('[PV4] until the very moment it expires', () => {
    const consent = consentOf({ expiresAt: '2030-06-01T12:00:00Z' });
    expect(permits(consent, 'voice', new Date(AT.getTime() - 1))).toBe(true);
    expect(permits(consent, 'voice', AT)).toBe(false);
  });

  it('[PV4] nothing before it was given, a clock’s error apart', () => {
    expect(permits(consentOf({ grantedAt: '2030-06-01T12:04:00Z' }), 'voice', AT)).toBe(true);
    expect(permits(consentOf({ grantedAt: '2030-06-01T12:06:00Z' }), 'voice', AT)).toBe(false);
  });
});

describe('the context', () => {
  it.each(['workplace', 'education', 'Workplace', ' EDUCATION ', 'school', 'university', 'work', 'employment'])(
    '[PV2] %p is prohibited without a medical or safety basis',
    (setting) => {
      for (const basis of [undefined, 'consent'] as const) {
        const judged = judgeContext({ purpose: 'training', setting }, basis);
        expect(judged).toMatchObject({ ok: false, refusal: { code: 'contextProhibited', param: 'context.setting' } });
      }
      for (const basis of ['medical', 'safety'] as const) {
        expect(judgeContext({ purpose: 'training', setting }, basis).ok).toBe(true);
      }
    },
  );

  it.each(['personal', 'customerService', 'research', 'healthcare', 'automotive'])('[PV2] %p is allowed', (setting) => {
    expect(judgeContext({ purpose: 'support', setting }, undefined)).toEqual({
      ok: true,
      value: { purpose: 'support', setting },
    });
  });

  it.each([undefined, null, {}, { purpose: 'support' }, { setting: 'personal' }, { purpose: 'a', setting: 3 }])(
    '[PV2] must be declared: %j is not enough',
    (value) => {
      const judged = judgeContext(value, 'medical');
      expect(judged).toMatchObject({ ok: false, refusal: { code: 'configInvalid' } });
      expect(!judged.ok && judged.refusal.param.startsWith('context')).toBe(true);
    },
  );
});

describe('a session', () => {
  it('[PV4] may read what it asks for where all of it is covered', () => {
    expect(judgeSession(request(), NOTICE, AT)).toMatchObject({ ok: true, value: { modalities: ['voice', 'text'] } });
    expect(judgeSession(request({}, ['text', 'text']), NOTICE, AT)).toMatchObject({
      ok: true,
      value: { modalities: ['text'] },
    });
  });

  it('[PV4] that asks for more than the consent covers is refused, not cut down', () => {
    const judged = judgeSession(request({ modalities: ['text'] }), NOTICE, AT);
    expect(judged).toMatchObject({ ok: false, refusal: { code: 'consentRequired', param: 'consent.modalities' } });
    expect(!judged.ok && judged.refusal.message).toContain('does not cover voice');
  });

  it('[PV4] under an expired consent is refused', () => {
    const over = { grantedAt: '2030-01-01T00:00:00Z', expiresAt: '2030-05-01T00:00:00Z' };
    expect(judgeSession(request(over), NOTICE, AT)).toMatchObject({
      ok: false,
      refusal: { code: 'consentRequired', param: 'consent.expiresAt' },
    });
  });

  it('[PV2] at a workplace is refused, and let in on a recorded medical basis', () => {
    const atWork = { ...request(), context: { purpose: 'support', setting: 'workplace' } };
    expect(judgeSession(atWork, NOTICE, AT)).toMatchObject({ ok: false, refusal: { code: 'contextProhibited' } });
    expect(judgeSession({ ...atWork, consent: { ...RECORD, basis: 'medical' } }, NOTICE, AT).ok).toBe(true);
  });

  it('[PV5] on the wire a refusal is a WireError with the same code, message and field', () => {
    const bad = { ...request(), consent: undefined };
    const judged = judgeSession(bad, NOTICE, AT);
    if (judged.ok) throw new Error('was to be refused');
    const { code, message, param } = judged.refusal;
    expect(() => openConsent(bad, NOTICE, AT)).toThrow(new WireError(code, message, { param }));
    expect(openConsent(request(), NOTICE, AT).modalities).toEqual(['voice', 'text']);
  });
});

describe('the notice', () => {
  it.each([NOTICE, UNKEPT_NOTICE])('[PV6] $version says what a person must know', ({ version, text }) => {
    expect(version).toMatch(/\S/);
    for (const phrase of ['emotion recognition system', 'estimate', 'withdraw at any moment', 'Article 5(1)(f)']) {
      expect(text).toContain(phrase);
    }
  });

  it('[PV6] tells the truth about what is kept', () => {
    expect(NOTICE.text).toContain('encrypted under a key of your own');
    expect(UNKEPT_NOTICE.text).toContain('Neither of them is kept');
    expect(NOTICE.version).not.toBe(UNKEPT_NOTICE.version);
  });

  it('[PV6] that was shown must be the one that is served; a refusal says what to do', () => {
    const judged = judgeSession(request({ noticeVersion: '1' }), NOTICE, AT);
    expect(judged).toMatchObject({
      ok: false,
      refusal: { code: 'consentRequired', param: 'consent.noticeVersion' },
    });
    expect(!judged.ok && judged.refusal.message).toContain(`GET /v1/notice (version ${NOTICE.version})`);
    expect(judgeSession(request(), NOTICE, AT).ok).toBe(true);
  });

  it('[PV6] an earlier one still holds where the new one accepts it, and not the other way round', () => {
    expect(judgeSession(request(), UNKEPT_NOTICE, AT).ok).toBe(true);
    const unkept = request({ noticeVersion: UNKEPT_NOTICE.version });
    expect(judgeSession(unkept, NOTICE, AT).ok).toBe(false);
    const own = parseNotice('version: "7"\ntext: Hello.\naccepts: ["6"]');
    expect(judgeSession(request({ noticeVersion: '6' }), own, AT).ok).toBe(true);
    expect(judgeSession(request({ noticeVersion: '5' }), own, AT).ok).toBe(false);
  });

  it('[PV6] may be one’s own; what is wrong with it is named', () => {
    const yaml =
      'version: "2026-11"\ntext: |\n  First.\n\n  Second.\ncontroller:\n  name: Acme\n  contact: dpo@acme.example\n';
    expect(parseNotice(yaml)).toEqual({
      version: '2026-11',
      text: 'First.\n\nSecond.',
      controller: { name: 'Acme', contact: 'dpo@acme.example' },
      accepts: [],
    });
    expect(() => parseNotice('text: x')).toThrow(/^version: /);
    expect(() => parseNotice('version: "1"\ntext: x\ncontroler: y')).toThrow('controler');
  });
});

describe('the purpose', () => {
  it('[PV4] must be among those the person agreed to', () => {
    const other = { ...request(), context: { ...CONTEXT, purpose: 'advertising' } };
    const judged = judgeSession(other, NOTICE, AT);
    expect(judged).toMatchObject({ ok: false, refusal: { code: 'consentRequired', param: 'context.purpose' } });
    expect(JSON.stringify(judged)).not.toContain('advertising');
    const both = { ...other, consent: { ...RECORD, purposes: ['support', 'Advertising'] } };
    expect(judgeSession(both, NOTICE, AT).ok).toBe(true);
  });
});
