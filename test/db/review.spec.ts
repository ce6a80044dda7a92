import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { Role } from '../../src/common/api-keys.js';
import type { Caller } from '../../src/gateway/auth.js';
import { LiveSessions } from '../../src/gateway/live-sessions.js';
import type { PipelineService } from '../../src/pipeline/pipeline.service.js';
import { AccessesRepository } from '../../src/review/accesses.repository.js';
import { AlertsRepository } from '../../src/review/alerts.repository.js';
import { AggregatesRepository } from '../../src/review/aggregates.repository.js';
import { SessionsQuerySchema, type ExportRecord, type SessionsPage } from '../../src/review/api.js';
import { ReviewChanges } from '../../src/review/changes.js';
import { Exports } from '../../src/review/exports.service.js';
import { Labels } from '../../src/review/labels.service.js';
import { SessionsReader } from '../../src/review/sessions.reader.js';
import { ReviewSessions } from '../../src/review/sessions.service.js';
import { ReviewStorage } from '../../src/review/storage.service.js';
import { Nodes } from '../../src/sessions/nodes.service.js';
import type { AlertRecord } from '../../src/sessions/batch.js';
import { onEachDatabase } from '../support/databases.js';
import { result, session, TestStore } from '../support/store.js';

const MINUTE_MS = 60_000;
const BEGIN = Date.parse('2026-03-01T10:00:00Z');
const PEOPLE = 6;

/** The SQL of reviewing; routes, roles and sockets have test/e2e/review.spec.ts. */
onEachDatabase('reviewing', (place) => {
  let store: TestStore;
  let storage: ReviewStorage;
  let sessions: ReviewSessions;
  let labels: Labels;
  let reader: SessionsReader;
  let exported: Exports;
  const caller = (tenant: string, keyId = 'analyst-key', role: Role = 'analyst'): Caller => {
    return { tenant, role, keyId, tokenId: keyId };
  };
  const acme = caller('acme');
  /** The oldest first. */
  const ids: string[] = [];

  beforeAll(async () => {
    store = await TestStore.open(await place().fresh());
    storage = new ReviewStorage(store.database);
    const alerts = new AlertsRepository(store.vault, store.ledger);
    reader = new SessionsReader(store.vault, store.sessions, store.ledger, alerts, store.audio);
    const accesses = new AccessesRepository(store.ledger);
    const pipeline = { silentBelow: 0.05 } as PipelineService;
    const [live, changes] = [new LiveSessions(), new ReviewChanges()];
    sessions = new ReviewSessions(storage, reader, alerts, accesses, store.erasure, live, changes, pipeline);
    labels = new Labels(storage, reader, store.sessions, accesses, pipeline, live, changes, new Nodes(undefined));
    exported = new Exports(storage, reader, store.ledger);
    for (let i = 0; i < PEOPLE; i++) {
      const one = session({
        tenant: 'acme',
        startedAt: new Date(BEGIN + i * MINUTE_MS),
        consent: { ...session().consent, subjectRef: `person-${i}` },
        context: { purpose: i === 0 ? 'Coaching' : 'support', setting: 'customerService' },
      });
      ids.push(one.id);
      const recording = store.recorder.open(one);
      recording.result(result(1, { words: `Marmalade number ${i}`, voice: { sad: 0.3 + 0.1 * i } }));
      recording.result(result(2, { words: '100% fine_ly', voice: { angry: 0.9 } }));
      if (i === 2) {
        const alert = {
          rule: 'escalation',
          status: 'raised',
          utteranceIds: ['u2'],
          sinceMs: 4_000,
          detail: 'it grew',
        } as const;
        recording.alert({ id: randomUUID(), ...alert });
      }
      recording.close('ended');
      await recording.settled(30_000);
    }
    await store.record(session({ tenant: 'globex', startedAt: new Date(BEGIN) }), [result(1)]);
  }, 120_000);
  afterAll(async () => {
    await store.close();
  });

  const list = async (query: Record<string, string>, who = acme): Promise<SessionsPage> =>
    sessions.list(who, SessionsQuerySchema.parse(query));
  const idsOf = (page: SessionsPage): string[] => page.items.map(({ id }) => id);
  const newest = (): string[] => [...ids].reverse();

  it.each(['time', 'worth'])('[RV4] pages of the queue by %s tell every session once', async (order) => {
    const told: SessionsPage['items'] = [];
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page: SessionsPage = await list({ order, limit: '2', ...(cursor ? { cursor } : {}) });
      told.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(told.map(({ id }) => id).sort()).toEqual([...ids].sort());
    if (order === 'time') expect(told.map(({ id }) => id)).toEqual(newest());
    else expect(told.map(({ worth }) => worth)).toEqual(told.map(({ worth }) => worth).sort((a, b) => b - a));
    for (const one of told) expect(one).toMatchObject({ utterances: 2, lost: 0, blanked: false });
    await expect(list({ order, cursor: 'bm9uc2Vuc2U' })).rejects.toMatchObject({ code: 'configInvalid' });
  });

  it('[RV3] filters by time, label, sureness, disagreement, alert, session and subject', async () => {
    const [first = '', , third = ''] = ids;
    const at = (i: number): string => new Date(BEGIN + i * MINUTE_MS).toISOString();
    expect(idsOf(await list({ from: at(1), to: at(3) }))).toEqual([ids[2], ids[1]]);
    expect(idsOf(await list({ alert: 'any' }))).toEqual([third]);
    expect(idsOf(await list({ alert: 'escalation' }))).toEqual([third]);
    expect(idsOf(await list({ alert: 'other' }))).toEqual([]);
    expect(idsOf(await list({ session: first }))).toEqual([first]);
    const { subject, labels: counted } = (await list({ session: first })).items[0]!;
    expect(idsOf(await list({ subject }))).toEqual([first]);
    const [label = ''] = Object.keys(counted);
    expect(idsOf(await list({ label, minConfidence: '0', maxConfidence: '1' }))).toContain(first);
    expect(idsOf(await list({ minConfidence: '1' }))).toEqual([]);
    expect(idsOf(await list({ corrected: 'true' }))).toEqual([]);
    expect(idsOf(await list({ corrected: 'false', revoked: 'false' }))).toEqual(newest());
    const [yes, no] = [await list({ incongruent: 'true' }), await list({ incongruent: 'false' })];
    expect([...idsOf(yes), ...idsOf(no)].sort()).toEqual([...ids].sort());
    expect(idsOf(await list({ alert: `x' OR 1=1 --` }))).toEqual([]);
  });

  it('[RV3] finds words, page by page, where signs of SQL are only signs', async () => {
    const page = await list({ text: 'MARMALADE number 4' });
    expect(page.items.map(({ id, matches }) => ({ id, matches }))).toEqual([
      { id: ids[4], matches: [{ utteranceId: 'u1', text: 'Marmalade number 4' }] },
    ]);
    expect(page.searched).toEqual({ utterances: 2 * PEOPLE });
    expect(idsOf(await list({ text: '100% fine_ly', order: 'worth', limit: '100' })).sort()).toEqual([...ids].sort());
    expect(idsOf(await list({ text: '100_ fine' }))).toEqual([]);
    const first = await list({ text: 'marmalade', limit: '4' });
    const second = await list({ text: 'marmalade', limit: '4', cursor: first.nextCursor! });
    expect([...idsOf(first), ...idsOf(second)]).toEqual(newest());
  });

  it('[RV2] [RV5] opens a session, corrects it, and brings it back; filters and aggregates follow', async () => {
    const [id = ''] = ids;
    const named = { session: id, utterance: 'u1' };
    const before = await sessions.result(acme, id, 'u1r1', {});
    const made = await labels.decide(
      acme,
      named,
      { action: 'overridden', label: 'fearful' },
      { reason: 'heard', version: 1 },
    );
    expect(made).toMatchObject({ resultId: 'u1r2', currentVersion: 2, fused: { decision: { label: 'fearful' } } });
    expect(idsOf(await list({ label: 'fearful', corrected: 'true' }))).toEqual([id]);
    await labels.decide(acme, named, { action: 'revoked' }, { reason: 'no', version: 2 });
    expect(idsOf(await list({ revoked: 'true' }))).toEqual([id]);
    const back = await labels.decide(acme, named, { action: 'restored', to: 1 }, { reason: 'yes', version: 3 });
    expect(back.fused).toEqual(before.fused);
    expect(back.history.map(({ action, reason }) => [action, reason])).toEqual([
      ['made', null],
      ['overridden', 'heard'],
      ['revoked', 'no'],
      ['restored', 'yes'],
    ]);
    const timeline = await sessions.timeline(acme, id, { limit: 1 });
    expect(timeline.items.map(({ utteranceId }) => utteranceId)).toEqual(['u1']);
    const rest = await sessions.timeline(acme, id, { limit: 1, cursor: timeline.nextCursor! });
    expect(rest).toMatchObject({ items: [{ utteranceId: 'u2' }], nextCursor: null });
    const events = await sessions.events(acme, id, { limit: 500 });
    expect(events.items.filter(({ event }) => event === 'fusion.revised')).toHaveLength(3);
    expect(await sessions.detail(acme, id)).toMatchObject({
      live: false,
      context: { purpose: 'Coaching' },
      corrected: 1,
    });
    await expect(sessions.detail(caller('globex'), id)).rejects.toMatchObject({ code: 'notFound' });
  });

  it('[RV13] an alert is open until it is over, its label corrected, or somebody has seen to it', async () => {
    const one = session({ tenant: 'alarmed', startedAt: new Date(BEGIN) });
    const who = caller('alarmed');
    const recording = store.recorder.open(one);
    const alertOf = (rule: string, status: 'raised' | 'cleared' | 'withdrawn', utteranceIds = ['u1']): AlertRecord => {
      const id = `00000000-0000-4000-8000-${String(rule.charCodeAt(0)).padStart(12, '0')}`;
      return { id, rule, status, utteranceIds, sinceMs: 0, detail: `detail of ${rule}` };
    };
    const standing = async (): Promise<unknown> => {
      const [row] = (await list({}, who)).items;
      return row && { alerts: row.alerts, rules: row.alertRules, more: row.worth };
    };
    recording.result(result(1));
    recording.result(result(2));
    for (const rule of ['a', 'b', 'c']) recording.alert(alertOf(rule, 'raised'));
    recording.alert(alertOf('d', 'raised', ['u2']));
    // In one batch, and after it was acknowledged as well.
    recording.alert(alertOf('b', 'withdrawn'));
    recording.alert(alertOf('b', 'raised'));
    recording.alert(alertOf('c', 'cleared'));
    recording.close('ended');
    await recording.settled(30_000);
    const { worth } = (await list({}, who)).items[0]!;
    expect(await standing()).toEqual({ alerts: 3, rules: ['a', 'b', 'd'], more: worth });

    const seen = await sessions.acknowledge(who, one.id, alertOf('a', 'raised').id, { note: 'I rang her' });
    expect(seen).toMatchObject({ open: false, acknowledged: { by: 'analyst-key', note: 'I rang her' } });
    const other = caller('alarmed', 'another-key');
    expect(await sessions.acknowledge(other, one.id, alertOf('a', 'raised').id, { note: 'me too' })).toEqual(seen);
    expect(await standing()).toEqual({ alerts: 2, rules: ['b', 'd'], more: expect.closeTo((worth / 4) * 3, 9) });
    const entries = await store.query(`SELECT body FROM ledger WHERE kind = 'alert.acknowledged'`);
    expect(entries).toEqual([
      { body: { sessionId: one.id, alertId: alertOf('a', 'raised').id, rule: 'a', actor: 'analyst-key' } },
    ]);

    const named = { session: one.id, utterance: 'u2' };
    await labels.decide(who, named, { action: 'revoked' }, { reason: 'not she', version: 1 });
    expect(await standing()).toMatchObject({ alerts: 1, rules: ['b'] });
    await labels.decide(who, named, { action: 'restored' }, { reason: 'she after all', version: 2 });
    expect(await standing()).toMatchObject({ alerts: 2, rules: ['b', 'd'] });
    const late = store.recorder.open(one);
    for (const rule of ['a', 'b', 'd']) late.alert(alertOf(rule, 'withdrawn', rule === 'd' ? ['u2'] : ['u1']));
    late.close('ended');
    await late.settled(30_000);
    expect(await standing()).toMatchObject({ alerts: 0, rules: [] });
    expect(idsOf(await list({ alert: 'open' }, who))).toEqual([]);
    expect(idsOf(await list({ alert: 'd' }, who))).toEqual([]);
    expect(idsOf(await list({ alert: 'c' }, who))).toEqual([one.id]);
    const { alertList } = await sessions.detail(who, one.id);
    expect(alertList.map(({ rule, status, detail }) => [rule, status, detail])).toEqual([
      ['a', 'withdrawn', 'detail of a'],
      ['b', 'withdrawn', 'detail of b'],
      ['c', 'cleared', 'detail of c'],
      ['d', 'withdrawn', 'detail of d'],
    ]);
    expect(alertList[0]?.acknowledged).toEqual(seen.acknowledged);
    await expect(sessions.acknowledge(caller('globex'), one.id, seen.id, {})).rejects.toMatchObject({
      code: 'notFound',
    });
  });

  it('[RV8] aggregates by all, day, hour and purpose, and withholds what is told of too few', async () => {
    const of = (by: 'all' | 'day' | 'hour' | 'purpose', range = {}) =>
      storage.run((manager) => new AggregatesRepository(reader).of(manager, 'acme', { by, ...range }));
    const whole = { subjects: PEOPLE, utterances: 2 * PEOPLE };
    expect((await of('all')).groups).toMatchObject([{ key: 'all', ...whole, alerts: { escalation: 0.167 } }]);
    expect((await of('day')).groups).toMatchObject([{ key: '2026-03-01', ...whole }]);
    const from = new Date(BEGIN).toISOString();
    expect(await of('hour', { from, to: new Date(BEGIN + MINUTE_MS).toISOString() })).toMatchObject({
      groups: [{ key: '2026-03-01T10:00:00Z', ...whole }],
    });
    const purposes = await of('purpose');
    expect(purposes.groups).toMatchObject([{ key: 'support', subjects: PEOPLE - 1, alerts: { escalation: 0.2 } }]);
    expect(purposes.withheld).toMatchObject([{ key: 'coaching' }]);
    const [all] = (await of('all')).groups;
    const shares = Object.values(all!.labels).reduce((sum, n) => sum + n, all!.abstained + all!.revoked);
    expect(shares).toBeCloseTo(1, 9);
    // An alert that rests on a label which somebody revoked is none.
    const named = { session: ids[2]!, utterance: 'u2' };
    const revoked = await labels.decide(acme, named, { action: 'revoked' }, { reason: 'in jest', version: 1 });
    expect((await of('all')).groups).toMatchObject([{ alerts: {} }]);
    const version = revoked.currentVersion;
    await labels.decide(acme, named, { action: 'restored' }, { reason: 'not in jest', version });
    expect((await of('day')).groups).toMatchObject([{ alerts: { escalation: 0.167 } }]);
  });

  it('[RV10] exports the same in every format, over more than one piece', async () => {
    const many = caller('many');
    for (let i = 0; i < 12; i++) {
      await store.record(session({ tenant: 'many', startedAt: new Date(BEGIN + i) }), [result(1), result(2)]);
    }
    const get = async (format: 'json' | 'jsonl' | 'csv'): Promise<string> =>
      text(await exported.open(many, { format }));
    const { records } = JSON.parse(await get('json')) as { records: ExportRecord[] };
    expect(records).toHaveLength(24);
    const lines = (await get('jsonl')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as ExportRecord)).toEqual(records);
    expect((await get('csv')).trim().split('\r\n')).toHaveLength(25);
  });

  it('[RV7] writes down who read what: once for a session, a reader and an hour', async () => {
    const [id = ''] = ids;
    const mine = caller('acme', 'another-key');
    for (let i = 0; i < 2; i++) await sessions.timeline(mine, id, { limit: 10 });
    await list({ text: 'nothing of the kind' }, mine);
    expect(
      await store.query(
        `SELECT action, session_id AS id, detail FROM accesses WHERE actor = 'another-key' ORDER BY id`,
      ),
    ).toEqual([
      { action: 'session.read', id, detail: {} },
      { action: 'search', id: null, detail: { utterances: 2 * PEOPLE, found: 0 } },
    ]);
    const { fault } = await store.database.transaction((manager) => store.ledger.verify(manager));
    expect(fault).toBeUndefined();
  });
});
