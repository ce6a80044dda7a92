/**
 * The whole wire on one page: version 1 of `/v1/stream` (docs/protocol.md tells it in words). Types, schemas and limits
 * only, so that the pages, the command line and any client may import it.
 */
import { z } from 'zod';
import type { ErrorCode } from '../common/errors.js';
import { LOCALES, type FusedEmotion } from '../emotion/fused.js';
import type { LineEvents } from '../emotion/line-events.js';
import { FURTHER_MODALITIES, isOwn, MODALITIES, OWN_MODALITIES, type Modality } from '../emotion/evidence.js';
import { EMOTIONS, type Emotion, type PartialScores } from '../emotion/scores.js';
import { ENCODINGS } from '../emotion/utterance.js';
import type { ConsentReceipt } from '../privacy/consent-receipt.js';

export const STREAM_NAMESPACE = '/v1/stream';

// ── Client → server ─────────────────────────────────────────────────────────────────────────────────────────────────

export const AudioFormatSchema = z.strictObject({
  encoding: z.enum(ENCODINGS),
  /** Hz. For a container (webm, ogg) the rate inside it wins. */
  sampleRate: z.int().min(8_000).max(48_000),
  channels: z.union([z.literal(1), z.literal(2)]).default(1),
});

export const EndpointingSchema = z.strictObject({
  minSilenceMs: z.int().min(100).max(5_000).optional(),
  maxUtteranceMs: z.int().min(1_000).max(30_000).optional(),
  preRollMs: z.int().min(0).max(2_000).optional(),
});

const LanguageSchema = z
  .string()
  .regex(/^(auto|[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*)$/, 'auto or a BCP 47 tag such as en or zh-CN');

const TunableSchema = z.strictObject({
  endpointing: EndpointingSchema.optional(),
  /** 0 switches interim results off. */
  interimIntervalMs: z.union([z.literal(0), z.int().min(200).max(10_000)]).optional(),
  /** The language of explanations. */
  locale: z.enum(LOCALES).optional(),
});

/** The consent record and the context are judged by privacy/consent.ts, which says what is wrong with them. */
export const SessionStartSchema = TunableSchema.extend({
  clientRef: z.string().max(200).optional(),
  /** A label profile of the server: its labels are told in place of the seven. */
  labels: z.string().max(64).optional(),
  /** Alert rules of the server, or `off`. */
  alerts: z.string().max(64).optional(),
  audio: AudioFormatSchema.optional(),
  language: LanguageSchema.default('auto'),
  modalities: z
    .array(z.enum(MODALITIES, `allowed are ${MODALITIES.join(', ')}`))
    .min(1)
    .max(20)
    .refine((asked) => asked.some(isOwn), 'name voice or text too: further modalities join what these say'),
  consent: z.unknown().optional(),
  context: z.unknown().optional(),
});

export const SessionUpdateSchema = TunableSchema.extend({ audio: z.unknown().optional() });

export const AudioFrameSchema = z.strictObject({ seq: z.int().min(0) });

export const TextInputSchema = z
  .strictObject({
    text: z.string(),
    ref: z.string().max(200).optional(),
    startMs: z.int().min(0).optional(),
    endMs: z.int().min(0).optional(),
    /** `false`: words still being typed or recognised; only final text is analysed. */
    final: z.boolean().default(true),
    language: LanguageSchema.optional(),
  })
  .refine((v) => (v.startMs === undefined) === (v.endMs === undefined) && (v.endMs ?? 1) >= (v.startMs ?? 0), {
    message: 'startMs and endMs go together, and endMs is not before startMs',
    path: ['endMs'],
  });

/** Sums to 1 but for the rounding of whoever wrote it. */
const DistributionSchema = z
  .partialRecord(
    z.enum(EMOTIONS),
    z.number('numbers from 0 to 1 are allowed').min(0).max(1),
    `probabilities of ${EMOTIONS.join(', ')} are allowed`,
  )
  .refine((scores) => Object.keys(scores).length > 1, 'at least two emotions are needed')
  .transform((scores, context): PartialScores => {
    const sum = Object.values(scores).reduce((total, p) => total + p, 0);
    if (Math.abs(sum - 1) > 0.02) context.addIssue({ code: 'custom', message: 'these probabilities must add up to 1' });
    return Object.fromEntries(Object.entries(scores).map(([emotion, p]) => [emotion, p / sum]));
  });

/** Shown as it stands, on one line. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'one line of text is allowed');
const timeMs = z.int('whole milliseconds are allowed').min(0);
const inOrder = { message: 'the end must come after the start' };

const CueInputSchema = z.strictObject({
  name: line(64),
  /** What to show of it; left out: the name. */
  detail: line(200).optional(),
  toward: z.enum(EMOTIONS, `allowed are ${EMOTIONS.join(', ')}`),
  /** Its share of the model's log-odds for `toward`, nats; negative where it speaks against. */
  weight: z.number().min(-10).max(10),
  audioMs: z
    .tuple([timeMs, timeMs])
    .refine(([start, end]) => end > start, inOrder)
    .optional(),
});

/** A reading of the client's own model. */
export const EvidenceInputSchema = z
  .strictObject({
    modality: z.enum(
      FURTHER_MODALITIES,
      `allowed are ${FURTHER_MODALITIES.join(', ')}: ${OWN_MODALITIES.join(' and ')} are read by the server itself`,
    ),
    startMs: timeMs,
    endMs: timeMs,
    scores: DistributionSchema,
    /** How often the model expects each emotion beforehand; left out: all alike. */
    prior: DistributionSchema.optional(),
    reliability: z.number('a number from 0 to 1 is allowed').min(0).max(1),
    cues: z.array(CueInputSchema).max(20).default([]),
    /** What the client calls its model, for the record. */
    model: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._/@+-]{0,63}$/, '1 to 64 letters, digits and ._/@+- are allowed')
      .optional(),
  })
  .refine(({ startMs, endMs }) => endMs > startMs, { ...inOrder, path: ['endMs'] })
  .refine(({ scores, prior }) => !prior || EMOTIONS.every((e) => e in scores === e in prior), {
    message: 'the prior must name the same emotions as the scores',
    path: ['prior'],
  });

export const ConsentWithdrawSchema = z.strictObject({
  modality: z.enum(MODALITIES, `allowed are ${MODALITIES.join(', ')}`).optional(),
  erase: z.boolean().optional(),
});

export type SessionStart = z.infer<typeof SessionStartSchema>;
export type SessionUpdate = z.infer<typeof SessionUpdateSchema>;
export type TextInput = z.infer<typeof TextInputSchema>;
export type EvidenceInput = z.infer<typeof EvidenceInputSchema>;
export type ConsentWithdraw = z.infer<typeof ConsentWithdrawSchema>;

/** Acknowledgement of every client event but `audio.frame`, which is answered by `audio.ack`. */
export type Ack<T = object> = ({ ok: true } & T) | { ok: false; error: WireErrorBody };

// ── Server → client ─────────────────────────────────────────────────────────────────────────────────────────────────

export interface SessionInfo {
  readonly sessionId: string;
  readonly limits: SessionLimits;
  readonly models: FusedEmotion['models'];
  readonly transcription: 'ready' | 'loading' | 'unavailable' | 'off';
  /** Are results kept? With `on` each is followed by `result.stored`. */
  readonly storage: 'on' | 'off';
}

/** What this session may send; over it comes an error, never silence. */
export interface SessionLimits {
  readonly frameBytes: number;
  readonly textChars: number;
  readonly sessionMs: number;
  readonly utteranceMs: number;
  readonly idleMs: number;
  /** Files that are analysed count, too. */
  readonly sessionsPerToken: number;
  /** How much unprocessed audio the server holds for this session before it drops frames with `rateLimited`. */
  readonly creditMs: number;
}

export interface WireErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param?: string;
  readonly requestId: string;
  readonly retryable: boolean;
  readonly fatal: boolean;
  readonly retryAfterMs?: number;
}

/** The line's own events, and those of the connection; each also carries Stamp. */
export interface ServerEvents<L extends string = Emotion> extends LineEvents<L> {
  'audio.ack': { ackSeq: number; receivedMs: number; bufferedMs: number; creditMs: number; lagMs: number };
  /** Withdrawn, on whichever connection; the session goes on with what remains. */
  'consent.withdrawn': { withdrawn: readonly Modality[]; remaining: readonly Modality[] };
  /** What became of a result: `stored` means that it is in the database and outlives any crash, `failed` that it is lost. */
  'result.stored': StoredResult;
  error: WireErrorBody;
  'session.closed': { reason: CloseReason; totals: SessionTotals };
}

export type StoredResult =
  | {
      readonly resultId: string;
      readonly state: 'stored';
      /** Its name in the database: another number where a person's correction came first. */
      readonly storedAs: string;
      /** The entry of the ledger that attests it. */
      readonly ledgerSeq: number;
      readonly ledgerHash: string;
    }
  | {
      readonly resultId: string;
      readonly state: 'failed';
      /** `bufferFull`: the database was away for too long; `rejected`: it did not take it; `erased`: the person wanted so. */
      readonly reason: 'bufferFull' | 'rejected' | 'erased' | 'shutdown';
    };

export interface Stamp {
  readonly sessionId: string;
  /** Counts up by one for each event of the session. */
  readonly eventSeq: number;
  /** Milliseconds since the session's first audio sample. */
  readonly at: number;
}

export type ServerEventName = keyof ServerEvents;
export type StampedEvents = { [E in ServerEventName]: (payload: ServerEvents[E] & Stamp) => void };

export type CloseReason = 'ended' | 'consentWithdrawn' | 'idle' | 'sessionLimit' | 'serverShutdown' | 'disconnected';

export interface SessionTotals {
  readonly audioMs: number;
  readonly frames: number;
  readonly droppedFrames: number;
  readonly utterances: number;
  /** Only with storage: `pending` results still wait for the database, and nothing more is told of them. */
  readonly results?: { readonly stored: number; readonly failed: number; readonly pending: number };
}

export interface ClientEvents {
  'session.start': (
    payload: z.input<typeof SessionStartSchema>,
    ack: (a: Ack<{ session: SessionInfo; receipt: ConsentReceipt }>) => void,
  ) => void;
  'audio.frame': (meta: { seq: number }, bytes: ArrayBufferView | ArrayBuffer) => void;
  'text.input': (payload: z.input<typeof TextInputSchema>, ack: (a: Ack) => void) => void;
  'evidence.input': (payload: z.input<typeof EvidenceInputSchema>, ack: (a: Ack) => void) => void;
  'session.update': (payload: z.input<typeof SessionUpdateSchema>, ack: (a: Ack) => void) => void;
  'utterance.forceEnd': (payload: object, ack: (a: Ack) => void) => void;
  'consent.withdraw': (
    payload: ConsentWithdraw,
    ack: (a: Ack<{ remaining: Modality[]; recorded: boolean; erased: boolean }>) => void,
  ) => void;
  'session.end': (payload: object, ack: (a: Ack) => void) => void;
}
