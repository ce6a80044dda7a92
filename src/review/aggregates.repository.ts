import type { EntityManager } from 'typeorm';
import { WireError } from '../common/errors.js';
import { EMOTIONS } from '../emotion/scores.js';
import { Session } from '../sessions/session.entity.js';
import { RIGHT_ALERT } from './alerts.repository.js';
import { aggregated, type SubjectShare } from './aggregates.js';
import { LEAST_SUBJECTS, type Aggregates, type AggregatesQuery } from './records-api.js';
import type { SessionsReader } from './sessions.reader.js';

/** Sessions whose purpose is opened for one answer. */
const MAX_OPENED = 5_000;

const LABELS = EMOTIONS.map((e) => `'${e}', nullif(count(*) FILTER (WHERE r.label = '${e}'), 0)`).join(', ');
const SHARES = `
  s.subject_id AS subject, count(*)::int AS utterances, jsonb_strip_nulls(jsonb_build_object(${LABELS})) AS labels,
  (count(*) FILTER (WHERE r.label IS NULL AND r.abstain_reason <> 'revoked'))::int AS abstained,
  (count(*) FILTER (WHERE r.abstain_reason = 'revoked'))::int AS revoked,
  (count(*) FILTER (WHERE r.incongruent))::int AS incongruent,
  coalesce(sum(r.valence) FILTER (WHERE r.label IS NOT NULL), 0) AS valence,
  coalesce(sum(r.arousal) FILTER (WHERE r.label IS NOT NULL), 0) AS arousal`;
const WHERE = `
  WHERE s.tenant = $1 AND ($2::timestamptz IS NULL OR s.started_at >= $2) AND ($3::timestamptz IS NULL OR s.started_at < $3)`;
const RESULTS = `FROM sessions s JOIN results r ON r.session_id = s.id AND r.superseded_at IS NULL ${WHERE}`;
const ALERTS = `FROM sessions s JOIN alerts a ON a.session_id = s.id AND ${RIGHT_ALERT} ${WHERE}`;

const KEY = {
  all: `'all'::text`,
  day: `to_char(s.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  hour: `to_char(s.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
} as const;

/** Many people's labels as numbers, by the clear columns; a purpose is sealed and has to be opened. */
export class AggregatesRepository {
  constructor(private readonly reader: SessionsReader) {}

  async of(manager: EntityManager, tenant: string, { by, ...range }: AggregatesQuery): Promise<Aggregates> {
    // Whole hours or days: two ranges that differ by a minute would tell of the one who spoke in it.
    const [from, to] = [whole(range.from, by, 'down'), whole(range.to, by, 'up')];
    const values = [tenant, from, to];
    const shares = by === 'purpose' ? await this.byPurpose(manager, values) : await grouped(manager, KEY[by], values);
    return { from, to, by, leastSubjects: LEAST_SUBJECTS, ...aggregated(shares) };
  }

  private async byPurpose(manager: EntityManager, values: readonly unknown[]): Promise<SubjectShare[]> {
    const rows = await grouped(manager, 's.id::text', values, MAX_OPENED + 1);
    if (rows.length > MAX_OPENED) {
      throw new WireError(
        'configInvalid',
        `Purposes are sealed, and ${MAX_OPENED} sessions are opened at most: narrow the time.`,
        {
          param: 'from',
        },
      );
    }
    const groups = new Map<string, SubjectShare>();
    for (const share of rows) {
      const row = await manager.findOneByOrFail(Session, { id: share.key ?? '' });
      const key =
        (await this.reader.opened(manager, row)).own()?.context.purpose.normalize('NFC').toLowerCase() ?? null;
      const name = JSON.stringify([key, share.subject]);
      const known = groups.get(name);
      groups.set(name, known ? summed(known, share) : { ...share, key });
    }
    return [...groups.values()];
  }
}

/** What stands of each person within each group of sessions. */
async function grouped(
  manager: EntityManager,
  key: string,
  values: readonly unknown[],
  most?: number,
): Promise<SubjectShare[]> {
  const shares = await manager.query<Omit<SubjectShare, 'rules'>[]>(
    `SELECT ${key} AS key, ${SHARES} ${RESULTS} GROUP BY 1, s.subject_id LIMIT ${most ?? 'ALL'}`,
    [...values],
  );
  const alerts = await manager.query<Pick<SubjectShare, 'key' | 'subject' | 'rules'>[]>(
    `SELECT ${key} AS key, s.subject_id AS subject, array_agg(DISTINCT a.rule) AS rules ${ALERTS} GROUP BY 1, s.subject_id`,
    [...values],
  );
  const nameOf = (one: Pick<SubjectShare, 'key' | 'subject'>): string => JSON.stringify([one.key, one.subject]);
  const rules = new Map(alerts.map((one) => [nameOf(one), one.rules]));
  return shares.map((share) => ({ ...share, rules: rules.get(nameOf(share)) ?? [] }));
}

function summed(a: SubjectShare, b: SubjectShare): SubjectShare {
  const labels = Object.fromEntries(
    EMOTIONS.flatMap((e) => {
      const n = (a.labels[e] ?? 0) + (b.labels[e] ?? 0);
      return n > 0 ? [[e, n]] : [];
    }),
  );
  return {
    ...a,
    labels,
    utterances: a.utterances + b.utterances,
    abstained: a.abstained + b.abstained,
    revoked: a.revoked + b.revoked,
    incongruent: a.incongruent + b.incongruent,
    rules: [...new Set([...a.rules, ...b.rules])],
    valence: a.valence + b.valence,
    arousal: a.arousal + b.arousal,
  };
}

const HOUR_MS = 3_600_000;

function whole(time: string | undefined, by: AggregatesQuery['by'], way: 'down' | 'up'): string | null {
  if (time === undefined) return null;
  const unit = by === 'hour' ? HOUR_MS : 24 * HOUR_MS;
  const steps = Date.parse(time) / unit;
  return new Date((way === 'down' ? Math.floor(steps) : Math.ceil(steps)) * unit).toISOString();
}
