import { z } from 'zod';
import { WireError } from '../common/errors.js';
import { isOwn, MODALITIES, type Modality } from '../emotion/evidence.js';
import type { Notice } from './notice.js';

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
      .array(z.enum(MODALITIES, `use ${MODALITIES.join(', ')}`), `list what may be read: ${MODALITIES.join(', ')}`)
      .min(1, 'name at least one modality'),
    /** May the sound of the voice be kept? Left out: no. */
    keepAudio: z.boolean('use true or false').optional(),
    /** Which notice was shown: the version that GET /v1/notice told. */
    noticeVersion: reference('the version of the notice that was shown'),
    /** The person was shown the notice and said that they read it. */
    acknowledged: z.literal(true, 'must be true: the person has to acknowledge the notice'),
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
      'Show the notice, ask the person, and send the consent record: subjectRef, purposes, modalities, noticeVersion, acknowledged, grantedAt.',
    );
  }
  return read(ConsentSchema, value, 'consent');
}

/** For how long a consent still holds, ms; 0 or less once it has expired. */
export function msLeft({ expiresAt }: Consent, at: Date): number {
  return expiresAt === undefined ? Infinity : Date.parse(expiresAt) - at.getTime();
}

/** Why a modality may not be read under this record at this time; undefined where it may. */
export function refusalOf(consent: Consent, modality: Modality, at: Date): Refusal | undefined {
  const no = (param: string, message: string): Refusal => ({ code: 'consentRequired', message, param });
  if (!consent.modalities.includes(modality)) {
    return no('consent.modalities', `The consent does not cover ${modality}: ask the person for it, or leave it out.`);
  }
  if (Date.parse(consent.grantedAt) > at.getTime() + CLOCK_SKEW_MS) {
    return no('consent.grantedAt', 'The consent lies in the future: send it once it was given, and check the clock.');
  }
  if (msLeft(consent, at) <= 0) {
    return no('consent.expiresAt', 'The consent has expired: ask the person again.');
  }
  return undefined;
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

/** Was the person shown what is served now, or an earlier notice whose consents still hold? */
function refusalOfNotice({ noticeVersion }: Consent, notice: Notice): Refusal | undefined {
  if (noticeVersion === notice.version || notice.accepts.includes(noticeVersion)) return undefined;
  return {
    code: 'consentRequired',
    param: 'consent.noticeVersion',
    message: `The consent was given to another notice. Show the person the one of GET /v1/notice (version ${notice.version}) and ask again.`,
  };
}

/** What the session is for must be among what the person agreed to. */
function refusalOfPurpose({ purposes }: Consent, { purpose }: Context): Refusal | undefined {
  const named = (text: string): string => text.normalize('NFC').toLowerCase();
  if (purposes.some((one) => named(one) === named(purpose))) return undefined;
  return {
    code: 'consentRequired',
    param: 'context.purpose',
    message: 'The consent does not cover this purpose: ask the person for it, or declare one of consent.purposes.',
  };
}

/**
 * Judges what a client wants to open: every modality it asks for must be covered, for this purpose, by a consent to the
 * notice that is served, in a setting that allows it.
 */
export function judgeSession(
  request: { readonly modalities: readonly Modality[]; readonly consent?: unknown; readonly context?: unknown },
  notice: Notice,
  at: Date,
): Judged<Permission> {
  const consent = parseConsent(request.consent);
  if (!consent.ok) return consent;
  const context = judgeContext(request.context, consent.value.basis);
  if (!context.ok) return context;
  const refusal = refusalOfNotice(consent.value, notice) ?? refusalOfPurpose(consent.value, context.value);
  if (refusal) return { ok: false, refusal };
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

/**
 * Takes modalities out of what a session may read, and says which went. The last of the server's own takes the further ones
 * along: there is nothing left that they could join.
 */
export function withdrawnFrom(permitted: Set<Modality>, modalities: readonly Modality[]): Modality[] {
  const before = [...permitted];
  for (const modality of modalities) permitted.delete(modality);
  if (![...permitted].some(isOwn)) permitted.clear();
  return before.filter((modality) => !permitted.has(modality));
}
