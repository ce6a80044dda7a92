import { pipeline, Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { FURTHER_MODALITIES } from '../emotion/evidence.js';
import { EMOTIONS } from '../emotion/scores.js';
import type { Caller } from '../gateway/auth.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';
import { Utterance } from '../sessions/utterance.entity.js';
import type { ExportQuery, ExportRecord, SessionSummary } from './api.js';
import { QueueRepository, type QueuePlace } from './queue.repository.js';
import type { SessionsReader } from './sessions.reader.js';
import type { ReviewStorage } from './storage.service.js';

const SESSIONS_AT_A_TIME = 10;

type Filter = Omit<ExportQuery, 'format'>;

export const EXPORT_TYPES = {
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8',
} as const;

/** Everything that a filter chooses, utterance by utterance, as a stream: it may be longer than memory. */
export class Exports {
  private readonly queue = new QueueRepository();

  constructor(
    private readonly storage: ReviewStorage,
    private readonly reader: SessionsReader,
    private readonly ledger: LedgerRepository,
  ) {}

  /** Attested before the first byte leaves. */
  async open(caller: Caller, { format, ...filter }: ExportQuery): Promise<Readable> {
    const { tenant, keyId } = caller;
    const now = new Date();
    // What begins meanwhile is not in it, and what is in it was counted.
    const to = filter.to !== undefined && filter.to < now.toISOString() ? filter.to : now.toISOString();
    const chosen = { ...filter, to };
    await this.storage.run(async (manager) => {
      const counted = await this.queue.count(manager, tenant, chosen);
      const body = { actor: keyId, format, ...counted };
      await this.ledger.append(manager, [{ tenant, kind: 'data.exported', body }], now);
    });
    const records = this.records(tenant, chosen);
    if (format === 'csv') {
      const table = csv();
      // An error on the way breaks the table off: it must not look complete.
      pipeline(Readable.from(cells(records)), table, () => undefined);
      return table;
    }
    if (format === 'jsonl') return Readable.from(lines(records));
    return Readable.from(document(records, now));
  }

  /** A transaction for a few sessions: nobody waits for a long export. */
  private async *records(tenant: string, filter: Filter): AsyncGenerator<ExportRecord> {
    let after: QueuePlace | undefined;
    for (;;) {
      const request = { tenant, filter, order: 'time', limit: SESSIONS_AT_A_TIME, after } as const;
      const { page, records } = await this.storage.run(async (manager) => {
        const page = await this.queue.page(manager, request);
        const records: ExportRecord[] = [];
        for (const summary of page) {
          const session = await this.reader.open(manager, tenant, summary.id);
          const utterances = await manager.find(Utterance, {
            where: { tenant, sessionId: summary.id },
            order: { ordinal: 'ASC' },
          });
          const items = await this.reader.records(manager, session, utterances);
          records.push(...items.map((item) => recordOf(summary, item)));
        }
        return { page, records };
      });
      yield* records;
      const last = page.at(-1);
      if (page.length < SESSIONS_AT_A_TIME || !last) return;
      after = { startedAt: last.startedAt, id: last.id };
    }
  }
}

function recordOf(
  { id: sessionId, subject, startedAt, source }: SessionSummary,
  {
    trajectory: _trajectory,
    marks: _marks,
    audio: _audio,
    ...item
  }: Awaited<ReturnType<SessionsReader['records']>>[number],
): ExportRecord {
  return { sessionId, subject, startedAt, source, ...item };
}

async function* lines(records: AsyncIterable<ExportRecord>): AsyncGenerator<string> {
  for await (const record of records) yield `${JSON.stringify(record)}\n`;
}

async function* cells(records: AsyncIterable<ExportRecord>): AsyncGenerator<unknown[]> {
  for await (const record of records) yield CSV_COLUMNS.map(([, value]) => value(record));
}

async function* document(records: AsyncIterable<ExportRecord>, now: Date): AsyncGenerator<string> {
  yield `{"exportedAt":${JSON.stringify(now.toISOString())},"records":[`;
  let first = true;
  for await (const record of records) {
    yield `${first ? '' : ',\n'}${JSON.stringify(record)}`;
    first = false;
  }
  yield ']}\n';
}

/** Text that a spreadsheet would run as a formula is shown as text (OWASP, CSV injection). */
const harmless = (text: string | null | undefined): string => {
  const value = text ?? '';
  return /^[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value;
};

/** What of a record stands in a table: plain values. */
const CSV_COLUMNS: readonly (readonly [string, (record: ExportRecord) => string | number | boolean | null])[] = [
  ['sessionId', (r) => r.sessionId],
  ['subject', (r) => r.subject],
  ['startedAt', (r) => r.startedAt],
  ['source', (r) => r.source],
  ['utteranceId', (r) => r.utteranceId],
  ['startMs', (r) => r.startMs],
  ['endMs', (r) => r.endMs],
  ['language', (r) => harmless(r.language)],
  ['text', (r) => harmless(r.transcript?.text)],
  ['resultId', (r) => r.result.resultId],
  ['cause', (r) => r.result.cause],
  ['author', (r) => r.result.author.kind],
  ['label', (r) => r.result.decision.label],
  ['confidence', (r) => r.result.decision.confidence],
  ['abstainReason', (r) => r.result.decision.abstainReason ?? null],
  ['valence', (r) => r.result.dimensions.valence],
  ['arousal', (r) => r.result.dimensions.arousal],
  ['incongruent', (r) => r.result.incongruence.detected],
  ['incongruenceScore', (r) => r.result.incongruence.score],
  ['incongruenceType', (r) => r.result.incongruence.type ?? null],
  ['voice', (r) => r.result.voice?.top ?? null],
  ['words', (r) => r.result.text?.top ?? null],
  ...FURTHER_MODALITIES.map((m) => [m, (r: ExportRecord) => r.result[m]?.top ?? null] as const),
  ...EMOTIONS.map((e) => [`p_${e}`, (r: ExportRecord) => r.result.scores?.[e] ?? null] as const),
  ['explanation', (r) => harmless(r.result.short)],
];

function csv(): ReturnType<typeof stringify> {
  return stringify({
    header: true,
    bom: true,
    record_delimiter: 'windows',
    columns: CSV_COLUMNS.map(([name]) => name),
    cast: { boolean: String },
  });
}
