import { z } from 'zod';
import { WireError } from '../common/errors.js';
import { MODALITIES, type Modality } from '../emotion/evidence.js';

/** What a person is told before consenting. Served as it stands; a changed text gets a new version. */
export const NOTICE = {
  version: '1',
  text: `Undertone is an emotion recognition system. It estimates how you feel from how you speak (pitch, loudness, pace, timbre) and from what you say or type. Speech is written down first, by a model on this server.

You choose: your voice, your words, or both. What you leave out is not read.

The answer is an estimate with a stated uncertainty, not a reading of your mind. It is often wrong, more so with noise, short messages, accents and languages that the models know little of. No decision about you should rest on it alone.

Your voice and your words are read on this server and go nowhere else. This version of Undertone keeps neither of them, nor the results, once the session is over; whoever uses it may keep the results that it is sent, and has to tell you so.

You can withdraw at any moment, for your voice, your words, or both. It takes effect before the next sound is looked at. Saying no has no drawback other than that there is no answer.

Undertone may not be used to read the emotions of people at work or in education, save for medical or safety reasons (EU AI Act, Article 5(1)(f)).`,
} as const;

/** A clock that runs this far ahead of ours is a clock, not a forgery. */
const CLOCK_SKEW_MS = 5 * 60_000;

const reference = (what: string): z.ZodString => {
  const message = `give ${what} as text of 1 to 200 characters`;
  return z.string(message).trim().min(1, message).max(200, message);
};
const time = (what: string): z.ZodISODateTime =>
  z.iso.datetime({ offset: true, error: `give ${what} as an ISO 8601 time with a zone, such as 2030-01-31T12:00:00Z` });
const atMost = (ms: string, other: string): boolean => Date.parse(ms) <= Date.parse(other);

/**
 * A consent record: the fields of ISO/IEC TS 27560:2023 that decide whether a session may run, under names of our own.
 * Further fields may be there and are left alone.
 */
export const ConsentSchema = z
  .object({
    /** PII principal: a pseudonym, never a name. */
    subjectRef: reference('a pseudonym of the person'),
    /** What the person agreed to have it done for. */
    purposes: z.array(reference('each purpose'), 'list the purposes').min(1, 'name at least one purpose').max(20),
    /** Categories of personal data: what may be read. */
    modalities: z
      .array(z.enum(MODALITIES, `use ${MODALITIES.join(' or ')}`), 'list what may be read: voice, text or both')
      .min(1, 'name voice, text or both'),
    /** Which notice was shown: NOTICE.version, or the version of a notice of your own. */
    noticeVersion: reference('the version of the notice that was shown'),
    grantedAt: time('when the consent was given'),
    expiresAt: time('when the consent ends').optional(),
    /** Why emotions may be read at all; `medical` or `safety` is needed at work and in education. */
    basis: z.enum(['consent', 'medical', 'safety'], 'use consent, medical or safety').optional(),
  })
  .refine((c) => c.expiresAt === undefined || !atMost(c.expiresAt, c.grantedAt), {
    message: 'must end after it was given',
    path: ['expiresAt'],
  })
  .readonly();

/** What the session is for, and where. */
export const ContextSchema = z
  .object({
    purpose: reference('what this session is for'),
    setting: reference('where it takes place, such as personal, customerService or research,'),
  })
  .readonly();

export type Consent = z.infer<typeof ConsentSchema>;
export type Context = z.infer<typeof ContextSchema>;

/** Why something may not be done, and what to do about it. Carries nothing that a client sent. */
export interface Refusal {
  readonly code: 'consentRequired' | 'contextProhibited' | 'configInvalid';
  readonly message: string;
  readonly param: string;
}

/** The value, or why there is none. */
export type Judged<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

/** What a session may read, and by which record. */
export interface Permission {
  readonly consent: Consent;
  readonly context: Context;
  readonly modalities: readonly Modality[];
}

const refused = (code: Refusal['code'], param: string, message: string): { ok: false; refusal: Refusal } => ({
  ok: false,
  refusal: { code, message, param },
});

function read<T>(schema: z.ZodType<T>, value: unknown, name: string): Judged<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  const param = [name, ...(issue?.path ?? [])].join('.');
  return refused('configInvalid', param, `${param}: ${issue?.message ?? 'is not of the expected form'}.`);
}

/** Reads a consent record from anything. None at all is `consentRequired`, a broken one `configInvalid`. */
export function parseConsent(value: unknown): Judged<Consent> {
  if (value === undefined || value === null) {
    return refused(
      'consentRequired',
      'consent',
      'Show the notice, ask the person, and send the consent record: subjectRef, purposes, modalities, noticeVersion, grantedAt.',
    );
  }
  return read(ConsentSchema, value, 'consent');
}

/** Why a modality may not be read under this record at this time; undefined where it may. */
export function refusalOf(consent: Consent, modality: Modality, at: Date): Refusal | undefined {
  const now = at.getTime();
  const no = (param: string, message: string): Refusal => ({ code: 'consentRequired', message, param });
  if (!consent.modalities.includes(modality)) {
    return no('consent.modalities', `The consent does not cover ${modality}: ask the person for it, or leave it out.`);
  }
  if (Date.parse(consent.grantedAt) > now + CLOCK_SKEW_MS) {
    return no('consent.grantedAt', 'The consent lies in the future: send it once it was given, and check the clock.');
  }
  if (consent.expiresAt !== undefined && Date.parse(consent.expiresAt) <= now) {
    return no('consent.expiresAt', 'The consent has expired: ask the person again.');
  }
  return undefined;
}

/** May this modality be read under this record at this time? */
export function permits(consent: Consent, modality: Modality, at: Date): boolean {
  return refusalOf(consent, modality, at) === undefined;
}

/** Settings in which the EU AI Act, Art. 5(1)(f), prohibits inferring emotions, under the names people give them. */
const PROHIBITED: readonly string[] = ['workplace', 'work', 'employment', 'education', 'school', 'university'];

/** Where the session takes place decides whether emotions may be read at all. */
export function judgeContext(value: unknown, basis: Consent['basis']): Judged<Context> {
  const context = read(ContextSchema, value, 'context');
  if (!context.ok) return context;
  const excepted = basis === 'medical' || basis === 'safety';
  if (PROHIBITED.includes(context.value.setting.toLowerCase()) && !excepted) {
    return refused(
      'contextProhibited',
      'context.setting',
      'Inferring emotions at work or in education is prohibited (EU AI Act, Art. 5(1)(f)) save for medical or safety ' +
        'reasons: record such a reason as consent.basis, or do not use Undertone here.',
    );
  }
  return context;
}

/** Judges what a client wants to open: every modality it asks for must be covered, in a setting that allows it. */
export function judgeSession(
  request: { readonly modalities: readonly Modality[]; readonly consent?: unknown; readonly context?: unknown },
  at: Date,
): Judged<Permission> {
  const consent = parseConsent(request.consent);
  if (!consent.ok) return consent;
  const context = judgeContext(request.context, consent.value.basis);
  if (!context.ok) return context;
  const modalities = MODALITIES.filter((modality) => request.modalities.includes(modality));
  for (const modality of modalities) {
    const refusal = refusalOf(consent.value, modality, at);
    if (refusal) return { ok: false, refusal };
  }
  return { ok: true, value: { consent: consent.value, context: context.value, modalities } };
}

/** judgeSession for the wire. @throws WireError with the refusal's code, message and field. */
export function openConsent(...args: Parameters<typeof judgeSession>): Permission {
  const judged = judgeSession(...args);
  if (judged.ok) return judged.value;
  const { code, message, param } = judged.refusal;
  throw new WireError(code, message, { param });
}
