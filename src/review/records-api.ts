/**
 * What is told and done beyond single sessions: many people's labels as numbers, retention, subjects, the ledger. The other half of
 * api.ts.
 */
import { z } from 'zod';
import { LEDGER_KINDS } from '../sessions/ledger-kinds.js';
import { EmotionSchema } from './answer.js';
import { count, cursor, limit, nextCursor, share, time } from './api.js';

// ── Aggregates ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Groups of fewer people are withheld. */
export const LEAST_SUBJECTS = 5;

export const AggregatesQuerySchema = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  by: z.enum(['all', 'day', 'hour', 'purpose']).default('day').describe('days and hours are those of UTC'),
});

const GroupSchema = z.object({
  /** A day, an hour (ISO 8601), a purpose, or `all`; null: sessions whose purpose is gone. */
  key: z.string().nullable(),
  subjects: count,
  utterances: count,
  /** Shares and means count each person once, however much they spoke. */
  labels: z.partialRecord(EmotionSchema, share),
  abstained: share,
  revoked: share,
  incongruent: share,
  /** By rule: in whose sessions an alert was raised that still stands, as a share of the people. */
  alerts: z.record(z.string(), share),
  /** Null where no utterance has a label. */
  valence: z.number().nullable(),
  arousal: z.number().nullable(),
});
export const AggregatesSchema = z.object({
  from: time.nullable(),
  to: time.nullable(),
  by: z.enum(['all', 'day', 'hour', 'purpose']),
  leastSubjects: z.literal(LEAST_SUBJECTS),
  groups: z.array(GroupSchema),
  /** Groups of too few people: no number of them is told. */
  withheld: z.array(z.object({ key: z.string().nullable(), reason: z.string() })),
});

// ── Retention ───────────────────────────────────────────────────────────────────────────────────────────────────────

const days = z.int().min(1).max(36_500).nullable();
export const RetentionSchema = z.strictObject({
  /** Days after which sessions are deleted; null: never by itself. */
  keepSessionsDays: days,
  /** Days after which words, cues and scores are destroyed while labels stay; null: as long as the session. */
  keepWordsDays: days,
  /** Days after which sound is deleted, where that is sooner than the server does it (AUDIO_KEEP_DAYS); null: as the server does. */
  keepAudioDays: days.default(null),
});

export const PurgeReportSchema = z.object({
  deletedSessions: count,
  blankedSessions: count,
  /** Utterances that lost their sound by its own retention. */
  deletedAudio: count,
});
export const RetentionAnswerSchema = RetentionSchema.extend({
  /** Days for which sound is kept in effect; 0: none is. */
  audioDays: count,
  changedAt: time.nullable(),
  changedBy: z.string().nullable(),
  /** The last time that anything was purged. */
  lastPurge: PurgeReportSchema.extend({ at: time }).nullable(),
});

// ── Subjects ────────────────────────────────────────────────────────────────────────────────────────────────────────

export const ErasureSchema = z.object({
  erasedAt: time,
  /** Their words, cues, scores and reasons cannot be opened any more; labels and times stay without a name. */
  sessions: count,
  ledger: z.object({ seq: z.int(), hash: z.string() }),
});

// ── The ledger ──────────────────────────────────────────────────────────────────────────────────────────────────────

export const LedgerQuerySchema = z.strictObject({
  kind: z.enum(LEDGER_KINDS, `a kind of entry is allowed: ${LEDGER_KINDS.join(', ')}`).optional(),
  limit: limit(500, 100),
  cursor,
});

export const LedgerPageSchema = z.object({
  items: z.array(
    z.object({
      seq: z.int(),
      at: time,
      kind: z.string(),
      body: z.record(z.string(), z.unknown()),
      previous: z.string(),
      hash: z.string(),
    }),
  ),
  nextCursor,
});
export const LedgerCheckSchema = z.object({
  intact: z.boolean(),
  /** The last entry that holds. */
  head: z.object({ seq: z.int(), hash: z.string(), at: time }),
  /** The first entry that does not. */
  fault: z.object({ seq: z.int(), reason: z.string() }).optional(),
});

export type AggregatesQuery = z.infer<typeof AggregatesQuerySchema>;
export type Aggregates = z.infer<typeof AggregatesSchema>;
export type AggregateGroup = z.infer<typeof GroupSchema>;
export type RetentionPolicy = z.infer<typeof RetentionSchema>;
export type RetentionAnswer = z.infer<typeof RetentionAnswerSchema>;
export type PurgeAnswer = z.infer<typeof PurgeReportSchema>;
export type ErasureAnswer = z.infer<typeof ErasureSchema>;
export type LedgerPage = z.infer<typeof LedgerPageSchema>;
export type LedgerCheckAnswer = z.infer<typeof LedgerCheckSchema>;
