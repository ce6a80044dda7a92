import type { EntityManager } from 'typeorm';
import { EMOTIONS } from '../emotion/scores.js';
import { OPEN_ALERT } from './alerts.repository.js';
import type { Filter, SessionSummary } from './api.js';

/** Revisions that a person made. */
export const BY_PERSON = `('labelOverride', 'labelRevoked', 'labelRestored')`;

/** A place in the queue: the values that it is ordered by. `worth` only in that order. */
export interface QueuePlace {
  readonly worth?: number;
  readonly startedAt: string;
  readonly id: string;
}

export interface QueueRequest {
  readonly tenant: string;
  readonly filter: Omit<Filter, 'text'>;
  readonly order: 'time' | 'worth';
  readonly limit: number;
  readonly after?: QueuePlace | undefined;
}

type Row = Omit<SessionSummary, 'startedAt' | 'endedAt'> & { readonly startedAt: Date; readonly endedAt: Date | null };

/** Numbered parameters of one statement: no value is ever written into it. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    return `$${this.values.push(value)}`;
  }
}

/** The conditions of a filter on sessions `s`. */
function conditions(tenant: string, filter: QueueRequest['filter'], values: Parameters): string[] {
  const { from, to, session, subject, alert, label, minConfidence, maxConfidence } = filter;
  const all = [`s.tenant = ${values.add(tenant)}`];
  if (from !== undefined) all.push(`s.started_at >= ${values.add(from)}`);
  if (to !== undefined) all.push(`s.started_at < ${values.add(to)}`);
  if (session !== undefined) all.push(`s.id = ${values.add(session)}`);
  if (subject !== undefined) all.push(`s.subject_id = ${values.add(subject)}`);
  if (alert !== undefined) {
    const raised = `a.status <> 'withdrawn'`;
    const which = { any: raised, open: OPEN_ALERT }[alert] ?? `${raised} AND a.rule = ${values.add(alert)}`;
    all.push(`EXISTS (SELECT 1 FROM alerts a WHERE a.session_id = s.id AND ${which})`);
  }
  const one: string[] = [];
  if (label !== undefined) one.push(`r.label = ${values.add(label)}`);
  if (minConfidence !== undefined) one.push(`r.confidence >= ${values.add(minConfidence)}`);
  if (maxConfidence !== undefined) one.push(`r.confidence <= ${values.add(maxConfidence)}`);
  const flags = {
    incongruent: 'r.incongruent',
    abstained: `r.label IS NULL AND r.abstain_reason <> 'revoked'`,
    revoked: `r.abstain_reason = 'revoked'`,
    corrected: `r.cause IN ${BY_PERSON}`,
  };
  for (const [name, condition] of Object.entries(flags)) {
    const wanted = filter[name as keyof typeof flags];
    if (wanted === true) one.push(condition);
    if (wanted === false) all.push(`NOT ${someResult([condition])}`);
  }
  if (one.length > 0) all.push(someResult(one));
  return all;
}

const someResult = (conditions: readonly string[]): string =>
  `EXISTS (SELECT 1 FROM results r WHERE r.session_id = s.id AND r.superseded_at IS NULL AND ${conditions.join(' AND ')})`;

const COLUMNS = `
  s.id, s.source, s.started_at AS "startedAt", s.ended_at AS "endedAt", s.close_reason AS "closeReason", s.modalities,
  s.language, s.subject_id AS subject, s.sealed IS NULL AS blanked, s.lost, t.utterances, t.labels, t.abstained, t.revoked,
  t.corrected, t.incongruent, t.confidence, t.valence, t.arousal, a.alerts, a.rules AS "alertRules",
  t.worth * (1 + a.alerts) AS worth`;

const COUNTED = EMOTIONS.map((e) => `'${e}', nullif(count(*) FILTER (WHERE r.label = '${e}'), 0)`).join(', ');
const TOLD = `
  JOIN LATERAL (
    SELECT count(*)::int AS utterances,
      jsonb_strip_nulls(jsonb_build_object(${COUNTED})) AS labels,
      (count(*) FILTER (WHERE r.label IS NULL AND r.abstain_reason <> 'revoked'))::int AS abstained,
      (count(*) FILTER (WHERE r.abstain_reason = 'revoked'))::int AS revoked,
      (count(*) FILTER (WHERE r.cause IN ${BY_PERSON}))::int AS corrected,
      (count(*) FILTER (WHERE r.incongruent))::int AS incongruent,
      avg(r.confidence) FILTER (WHERE r.label IS NOT NULL) AS confidence,
      avg(r.valence) FILTER (WHERE r.label IS NOT NULL) AS valence,
      avg(r.arousal) FILTER (WHERE r.label IS NOT NULL) AS arousal,
      coalesce(max(r.incongruence_score * (1 - r.confidence)) FILTER (WHERE r.cause NOT IN ${BY_PERSON}), 0) AS worth
    FROM results r WHERE r.session_id = s.id AND r.superseded_at IS NULL
  ) t ON true
  JOIN LATERAL (
    SELECT count(*)::int AS alerts, coalesce(array_agg(DISTINCT a.rule ORDER BY a.rule), '{}') AS rules
    FROM alerts a WHERE a.session_id = s.id AND ${OPEN_ALERT}
  ) a ON true`;

/** Sessions with what stands of their utterances, filtered and ordered by the clear columns alone. */
export class QueueRepository {
  async page(manager: EntityManager, { tenant, filter, order, limit, after }: QueueRequest): Promise<SessionSummary[]> {
    const values = new Parameters();
    const where = conditions(tenant, filter, values);
    const [key, direction] =
      order === 'worth'
        ? ['(t.worth * (1 + a.alerts), s.started_at, s.id)', 'worth DESC, ']
        : ['(s.started_at, s.id)', ''];
    if (after) {
      const { worth, startedAt, id } = after;
      const place = [
        ...(order === 'worth' ? [`${values.add(worth)}::float8`] : []),
        `${values.add(startedAt)}::timestamptz`,
      ];
      where.push(`${key} < (${place.join(', ')}, ${values.add(id)}::uuid)`);
    }
    const rows = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM sessions s ${TOLD} WHERE ${where.join(' AND ')}
       ORDER BY ${direction}s.started_at DESC, s.id DESC LIMIT ${values.add(limit)}`,
      values.values,
    );
    return rows.map((row) => ({
      ...row,
      startedAt: row.startedAt.toISOString(),
      endedAt: row.endedAt?.toISOString() ?? null,
    }));
  }

  async one(manager: EntityManager, tenant: string, id: string): Promise<SessionSummary | undefined> {
    const rows = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM sessions s ${TOLD} WHERE s.tenant = $1 AND s.id = $2`,
      [tenant, id],
    );
    const [row] = rows;
    return row && { ...row, startedAt: row.startedAt.toISOString(), endedAt: row.endedAt?.toISOString() ?? null };
  }

  /** How much a filter chooses. */
  async count(
    manager: EntityManager,
    tenant: string,
    filter: QueueRequest['filter'],
  ): Promise<{ readonly sessions: number; readonly utterances: number }> {
    const values = new Parameters();
    const where = conditions(tenant, filter, values);
    const [counted] = await manager.query<{ sessions: number; utterances: number }[]>(
      `SELECT count(*)::int AS sessions, coalesce(sum(u.n), 0)::int AS utterances FROM sessions s
       JOIN LATERAL (SELECT count(*) AS n FROM utterances u WHERE u.session_id = s.id) u ON true
       WHERE ${where.join(' AND ')}`,
      values.values,
    );
    return counted ?? { sessions: 0, utterances: 0 };
  }
}
