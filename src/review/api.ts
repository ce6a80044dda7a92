/**
 * REST for analysts on one page: what is asked of sessions and what is answered (docs/review.md tells it in words); what goes
 * beyond single sessions is in records-api.ts. Schemas and types only, so that the pages, the command line and any client may import it. Times are ISO 8601 in UTC unless a name ends in Ms.
 */
import { z } from 'zod';
import { LOCALES } from '../emotion/fused.js';
import {
  CauseSchema,
  DecisionSchema,
  DimensionsSchema,
  EmotionSchema,
  FurtherEvidenceSchema,
  FusedSchema,
  IncongruenceSchema,
  ModalitySchema,
  ScoresSchema,
  TextEvidenceSchema,
  TrajectoryPointSchema,
  TranscriptSchema,
  VoiceEvidenceSchema,
  WordedCueSchema,
} from './answer.js';

export const REVIEW_NAMESPACE = '/v1/review';

/** Text search opens at most so many transcripts a request; `nextCursor` goes on from there. */
export const SEARCHED_UTTERANCES = 500;

export const time = z.iso.datetime({ offset: true, error: 'an ISO 8601 time with a zone is allowed' });
export const count = z.int().min(0);
export const share = z.number().min(0).max(1);
const uuid = z.uuid({ error: 'a session id is allowed' });

// ── Asking ──────────────────────────────────────────────────────────────────────────────────────────────────────────

const flag = z.enum(['true', 'false'], 'true or false is allowed').transform((value) => value === 'true');
const bound = z.coerce.number('a number from 0 to 1 is allowed').min(0).max(1);
export const cursor = z.string().max(500).optional().describe('`nextCursor` of the page before');
export const limit = (most: number, usual: number) => z.coerce.number().int().min(1).max(most).default(usual);

/** Which sessions. Those that speak of utterances are met by a session in which one utterance meets all of them. */
const FilterSchema = z.strictObject({
  from: time.optional().describe('began at or after'),
  to: time.optional().describe('began before'),
  label: EmotionSchema.optional(),
  incongruent: flag.optional().describe('voice and words contradict each other'),
  abstained: flag.optional().describe('no label could be given'),
  revoked: flag.optional().describe('a person said that the label must not stand'),
  corrected: flag.optional().describe('a person decided, in whatever way'),
  minConfidence: bound.optional(),
  maxConfidence: bound.optional(),
  alert: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('name of an alert rule, or `any`: one was raised and not withdrawn; `open`: one that nobody saw to'),
  session: uuid.optional().describe('this one only'),
  subject: z.uuid({ error: 'the subject of a session is allowed' }).optional().describe('`subject` of a session'),
  text: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(`words; opens the transcripts of at most ${SEARCHED_UTTERANCES} utterances a request`),
});

export const SessionsQuerySchema = FilterSchema.extend({
  order: z
    .enum(['time', 'worth'])
    .default('time')
    .describe(
      'the newest first, or what is worth an ear: incongruence × uncertainty × alerts, what nobody corrected yet',
    ),
  limit: limit(100, 25),
  cursor,
});

export const TimelineQuerySchema = z.strictObject({ limit: limit(500, 200), cursor });
export const ResultQuerySchema = z.strictObject({
  locale: z.enum(LOCALES).optional().describe('the language of the explanation; left out: as it was given'),
});
export const EventsQuerySchema = z.strictObject({ limit: limit(1_000, 500), cursor });

export const ExportQuerySchema = FilterSchema.omit({ text: true }).extend({
  format: z.enum(['json', 'jsonl', 'csv']).default('json'),
});

const reason = z.string().trim().min(1, 'say why').max(1_000);
/** The revision that was seen; `If-Match` with the ETag of the result says the same. */
const version = z.int().min(1).optional();
export const OverrideSchema = z.strictObject({ label: EmotionSchema, reason, version });
export const RevokeSchema = z.strictObject({ reason, version });
export const RestoreSchema = z.strictObject({
  reason,
  version,
  /** The version that is brought back; left out: the one before what stands, which undoes the last step. */
  to: z.int().min(1).optional(),
});

export const AcknowledgeSchema = z.strictObject({ note: z.string().trim().min(1).max(1_000).optional() });

// ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export const nextCursor = z.string().nullable().describe('null: this was the last page');

export const SessionSummarySchema = z.object({
  id: uuid,
  source: z.enum(['stream', 'file']),
  startedAt: time,
  /** Null while it lasts. */
  endedAt: time.nullable(),
  closeReason: z.string().nullable(),
  modalities: z.array(ModalitySchema),
  language: z.string(),
  /** A random id: the same for all sessions of one person, and nothing else is known of them here. */
  subject: z.uuid(),
  /** Words, cues and scores are gone: the person was erased, or retention said so. */
  blanked: z.boolean(),
  utterances: count,
  /** How often each label stands. */
  labels: z.partialRecord(EmotionSchema, count),
  abstained: count,
  revoked: count,
  /** Utterances of which a person decided. */
  corrected: count,
  incongruent: count,
  /** Means over the utterances that have a label; null where none has. */
  confidence: share.nullable(),
  valence: z.number().nullable(),
  arousal: z.number().nullable(),
  /** Open ones: still raised, acknowledged by nobody, and resting on no utterance that a person corrected. */
  alerts: count,
  /** Names of their rules. */
  alertRules: z.array(z.string()),
  /** What is worth an ear: the highest incongruence × uncertainty of an utterance that no person decided, × (1 + alerts). */
  worth: z.number(),
  /** Results that were made and could not be kept. */
  lost: count,
  /** Where the text was found; only with `text`. */
  matches: z.array(z.object({ utteranceId: z.string(), text: z.string() })).optional(),
});

export const SessionsPageSchema = z.object({
  items: z.array(SessionSummarySchema),
  nextCursor,
  /** How many transcripts were opened for `text`. A page may be empty and have a next one. */
  searched: z.object({ utterances: count }).optional(),
});

export const AlertSchema = z.object({
  id: z.string(),
  rule: z.string(),
  utteranceIds: z.array(z.string()),
  sinceMs: z.number(),
  at: time,
  status: z
    .enum(['raised', 'cleared', 'withdrawn'])
    .describe('cleared: the rule no longer held; withdrawn: revised results show that it should not have been raised'),
  /** Since when it is no longer raised. */
  overAt: time.nullable(),
  /** It still wants somebody. */
  open: z.boolean(),
  /** By the id of the API key; the note is null once words are gone, and where there is none. */
  acknowledged: z.object({ at: time, by: z.string(), note: z.string().nullable() }).nullable(),
  /** Null once words are gone. */
  detail: z.string().nullable(),
});

export const SessionDetailSchema = SessionSummarySchema.omit({ matches: true }).extend({
  /** Is it being spoken at this server, so that it can be watched? */
  live: z.boolean(),
  /** Null once words are gone, and where the client gave none. */
  clientRef: z.string().nullable(),
  context: z.object({ purpose: z.string(), setting: z.string() }).nullable(),
  openedBy: z.string(),
  consent: z.object({
    id: z.uuid(),
    modalities: z.array(ModalitySchema),
    noticeVersion: z.string(),
    grantedAt: time,
    expiresAt: time.nullable(),
    /** Since when it no longer holds, by modality. */
    withdrawn: z.partialRecord(ModalitySchema, time),
  }),
  alertList: z.array(AlertSchema),
});

/** Who decided. Of a person the id of the API key. */
const AuthorSchema = z.object({ kind: z.enum(['model', 'person']), id: z.string() });

const RevisionSchema = z.object({
  resultId: z.string(),
  revision: z.int().min(1),
  cause: CauseSchema,
  author: AuthorSchema,
  decision: DecisionSchema,
  dimensions: DimensionsSchema,
  incongruence: IncongruenceSchema.pick({ detected: true, score: true, type: true }),
  createdAt: time,
});

/** One modality in short. */
const SideSchema = z.object({
  status: z.enum(['available', 'unavailable']),
  reason: z.string().optional(),
  top: EmotionSchema.nullable(),
  reliability: share,
  /** Its own reading, before fusion. */
  scores: z.partialRecord(EmotionSchema, share).nullable(),
  /** Where it lies in valence and arousal by itself. */
  dimensions: DimensionsSchema.nullable(),
});

export const TimelineItemSchema = z.object({
  utteranceId: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  endReason: z.string(),
  language: z.string().nullable(),
  /** The client's name of a typed message. */
  ref: z.string().nullable(),
  /** Null where nobody wrote the words down, and once they are gone. */
  transcript: TranscriptSchema.nullable(),
  /** Words of it that spoke for or against an emotion: the text cues of the explanation that have a place. Null once they are gone. */
  marks: z.array(WordedCueSchema.pick({ textSpan: true, toward: true, weight: true }).required()).nullable(),
  /** What stands now. */
  result: RevisionSchema.extend({
    /** Null once scores are gone, as the next three. */
    scores: ScoresSchema.nullable(),
    predictionSet: z.array(EmotionSchema).nullable(),
    voice: SideSchema.nullable(),
    text: SideSchema.nullable(),
    /** Of a client's own models, where there are any. */
    face: SideSchema.optional(),
    physiology: SideSchema.optional(),
    other: SideSchema.optional(),
    /** The explanation in one line. */
    short: z.string().nullable(),
  }),
  /** Its sound is kept, and can be listened to. */
  audio: z.boolean(),
  /** How the session stood after it; null once scores are gone. */
  trajectory: TrajectoryPointSchema.nullable(),
});

export const TimelinePageSchema = z.object({
  sessionId: uuid,
  blanked: z.boolean(),
  items: z.array(TimelineItemSchema),
  alerts: z.array(AlertSchema),
  nextCursor,
});

export const HistoryItemSchema = RevisionSchema.extend({
  action: z.enum(['made', 'overridden', 'revoked', 'restored']),
  /** Null where a model decided, and once words are gone. */
  reason: z.string().nullable(),
  /** The version that was brought back. */
  restores: z.int().nullable(),
  /** It stands now. */
  current: z.boolean(),
  ledger: z.object({ seq: z.int(), hash: z.string() }),
});

export const ResultPageSchema = z.object({
  sessionId: uuid,
  utteranceId: z.string(),
  startMs: z.number(),
  endMs: z.number(),
  resultId: z.string(),
  revision: z.int().min(1),
  cause: CauseSchema,
  createdAt: time,
  /** Null: it stands. */
  supersededAt: time.nullable(),
  /** The version that stands now: what a correction has to name. */
  currentVersion: z.int().min(1),
  /** As this revision went by it. */
  words: z.string().nullable(),
  transcript: TranscriptSchema.nullable(),
  voice: VoiceEvidenceSchema.nullable(),
  text: TextEvidenceSchema.nullable(),
  ...FurtherEvidenceSchema.shape,
  /** The whole answer with its explanation; null once it is gone. */
  fused: FusedSchema.nullable(),
  /** Every version with its author, the oldest first. */
  history: z.array(HistoryItemSchema),
});

export const EventsPageSchema = z.object({
  sessionId: uuid,
  /** As a client would have been told them, told again from what is stored; revisions where they were made. */
  items: z.array(z.object({ at: time, event: z.string(), data: z.record(z.string(), z.unknown()) })),
  nextCursor,
});

/** A record of an export: one utterance with what stands of it. */
export const ExportRecordSchema = TimelineItemSchema.omit({ trajectory: true, marks: true, audio: true }).extend({
  sessionId: uuid,
  subject: z.uuid(),
  startedAt: time,
  source: z.enum(['stream', 'file']),
  /** What the answer was made from, so that it can be made again (`undertone replay`); null once words are gone. */
  words: z.string().nullable(),
  voice: VoiceEvidenceSchema.nullable(),
  text: TextEvidenceSchema.nullable(),
  ...FurtherEvidenceSchema.shape,
  fused: FusedSchema.nullable(),
});
export const ExportSchema = z.object({ exportedAt: time, records: z.array(ExportRecordSchema) });

export const ProblemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
  param: z.string().optional(),
  requestId: z.string(),
  retryable: z.boolean(),
});

export type SessionsQuery = z.infer<typeof SessionsQuerySchema>;
export type Filter = z.infer<typeof FilterSchema>;
export type ExportQuery = z.infer<typeof ExportQuerySchema>;
export type Override = z.infer<typeof OverrideSchema>;
export type Revoke = z.infer<typeof RevokeSchema>;
export type Restore = z.infer<typeof RestoreSchema>;
export type Acknowledge = z.infer<typeof AcknowledgeSchema>;
export type SessionSummary = z.infer<typeof SessionSummarySchema>;
export type SessionsPage = z.infer<typeof SessionsPageSchema>;
export type SessionDetail = z.infer<typeof SessionDetailSchema>;
export type StoredAlert = z.infer<typeof AlertSchema>;
export type TimelineItem = z.infer<typeof TimelineItemSchema>;
export type TimelinePage = z.infer<typeof TimelinePageSchema>;
export type HistoryItem = z.infer<typeof HistoryItemSchema>;
export type ResultPage = z.infer<typeof ResultPageSchema>;
export type ResultQuery = z.infer<typeof ResultQuerySchema>;
export type EventsPage = z.infer<typeof EventsPageSchema>;
export type ExportRecord = z.infer<typeof ExportRecordSchema>;

// ── Watching: Socket.IO, namespace /v1/review ───────────────────────────────────────────────────────────────────────

export const WatchSchema = z.strictObject({ sessionId: uuid });

/** Beside these an analyst is told the events of `/v1/stream` of the sessions that are watched, from then on. */
export interface ReviewEvents {
  /** To every analyst of the tenant. */
  'sessions.changed': {
    /** Null: perhaps several. */
    readonly sessionId: string | null;
    readonly change: 'opened' | 'closed' | 'result' | 'revised' | 'alert' | 'deleted' | 'erased';
    readonly utteranceId?: string;
  };
}
