import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { io, type Socket } from 'socket.io-client';
import { ROLES, mayActAs, type Role } from '../../src/common/api-keys.js';
import type {
  EventsPage,
  ExportRecord,
  ResultPage,
  SessionDetail,
  SessionsPage,
  TimelinePage,
} from '../../src/review/api.js';
import type { Aggregates, LedgerCheckAnswer, LedgerPage } from '../../src/review/records-api.js';
import { isSigned, parseCheckpoint } from '../../src/sessions/checkpoint.js';
import { undertone } from '../support/cli.js';
import { consent, TestClient } from '../support/client.js';
import { freshDataDir } from '../support/databases.js';
import { ask, REVIEW_API_KEYS, tokenFor, typed, type TenantName } from '../support/review.js';
import { startServer, type TestServer } from '../support/server.js';

const TEXTS = ['I am so happy today, this is wonderful!', 'This is terrible, I hate it.'];
const analyst = { tenant: 'acme', role: 'analyst' } as const;
const admin = { tenant: 'acme', role: 'admin' } as const;
const stranger = { tenant: 'globex', role: 'admin' } as const;

let dataDir: string;
let server: TestServer;
/** Open all the time, and one that has ended. */
let live: { client: TestClient; id: string };
let ended: { id: string };

beforeAll(async () => {
  dataDir = await freshDataDir();
  server = await startServer({ STORAGE: 'on', DATA_DIR: dataDir, API_KEYS: REVIEW_API_KEYS });
  const one = await typed(server, 'acme', TEXTS);
  await one.client.end();
  ended = one;
  live = await typed(server, 'acme', [TEXTS[0]!], { subject: 'subject-2' });
}, 120_000);
afterAll(async () => {
  await server.stop();
  expect(server.log()).not.toMatch(/wonderful|terrible|subject-1/);
  rmSync(dataDir, { recursive: true, force: true });
});

/** What a route needs to be asked, and the least role; `own`: it names something of a tenant. */
interface Case {
  readonly role: Role | 'public';
  readonly body?: unknown;
  /** Answered to the owner. */
  readonly status: number;
  readonly own?: true;
}

/** Every route of the service. A new one fails the test below until it stands here. */
const ROUTES: Readonly<Record<string, Case>> = {
  'GET /healthz': { role: 'public', status: 200 },
  'GET /readyz': { role: 'public', status: 200 },
  'GET /v1/notice': { role: 'public', status: 200 },
  'POST /v1/tokens': { role: 'client', body: {}, status: 201 },
  'GET /v1/consents/{id}': { role: 'client', status: 200, own: true },
  'POST /v1/consents/{id}/withdraw': { role: 'client', body: { modality: 'nonsense' }, status: 400, own: true },
  'POST /v1/analyses': { role: 'client', body: {}, status: 400 },
  'GET /v1/sessions': { role: 'analyst', status: 200 },
  'GET /v1/sessions/{id}': { role: 'analyst', status: 200, own: true },
  'DELETE /v1/sessions/{id}': { role: 'admin', status: 409, own: true },
  'GET /v1/sessions/{id}/timeline': { role: 'analyst', status: 200, own: true },
  'GET /v1/sessions/{id}/events': { role: 'analyst', status: 200, own: true },
  'GET /v1/sessions/{id}/results/{resultId}': { role: 'analyst', status: 200, own: true },
  'POST /v1/sessions/{id}/utterances/{utteranceId}/label/override': {
    role: 'analyst',
    body: { label: 'sad', reason: 'as heard', version: 99 },
    status: 409,
    own: true,
  },
  'POST /v1/sessions/{id}/utterances/{utteranceId}/label/revoke': {
    role: 'analyst',
    body: { reason: 'as heard', version: 99 },
    status: 409,
    own: true,
  },
  'POST /v1/sessions/{id}/utterances/{utteranceId}/label/restore': {
    role: 'analyst',
    body: { reason: 'as heard', version: 99 },
    status: 409,
    own: true,
  },
  // Nothing was spoken, and nobody agreed to have it kept.
  'GET /v1/sessions/{id}/utterances/{utteranceId}/audio': { role: 'analyst', status: 404, own: true },
  'POST /v1/sessions/{id}/alerts/{alertId}/acknowledge': {
    role: 'analyst',
    body: { note: 'seen' },
    status: 200,
    own: true,
  },
  'GET /v1/aggregates': { role: 'analyst', status: 200 },
  'GET /v1/exports': { role: 'analyst', status: 200 },
  'GET /v1/subjects/{ref}/archive': { role: 'admin', status: 200, own: true },
  'DELETE /v1/subjects/{ref}': { role: 'admin', status: 200, own: true },
  'GET /v1/retention': { role: 'admin', status: 200 },
  'PUT /v1/retention': { role: 'admin', body: { keepSessionsDays: 30, keepWordsDays: null }, status: 200 },
  'POST /v1/retention/purge': { role: 'admin', status: 200 },
  'GET /v1/ledger': { role: 'admin', status: 200 },
  'GET /v1/ledger/verify': { role: 'admin', status: 200 },
  'GET /v1/ledger/checkpoint': { role: 'admin', status: 200 },
};

interface OpenApi {
  paths: Record<string, Record<string, { responses: Record<string, object>; parameters?: { name: string }[] }>>;
}
const openApi = async (): Promise<OpenApi> => (await (await fetch(`${server.url}/docs-json`)).json()) as OpenApi;

describe('routes', () => {
  it('[RV1] are all in OpenAPI, each with its role, and all in this test', async () => {
    const { paths } = await openApi();
    const listed = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(listed.sort()).toEqual(Object.keys(ROUTES).sort());
    for (const [route, { role }] of Object.entries(ROUTES)) {
      const [method = '', path = ''] = route.split(' ');
      const { responses } = paths[path]![method.toLowerCase()]!;
      if (role !== 'public') expect(Object.keys(responses)).toEqual(expect.arrayContaining(['401', '403', '429']));
    }
  });

  it('[RV1] let nobody in below their role, and show no tenant anything of another', async () => {
    const angry = Array.from({ length: 4 }, () => 'I am furious, this is an outrage, I hate you!');
    const throwaway = await typed(server, 'acme', angry, { subject: 'subject-9', alerts: 'callCentre' });
    const detail = await ask<SessionDetail>(server, analyst, 'GET', `/v1/sessions/${throwaway.id}`);
    const path = (route: string): string =>
      route
        .split(' ')[1]!
        .replace('/v1/consents/{id}', `/v1/consents/${detail.body.consent.id}`)
        .replace('{id}', throwaway.id)
        .replace('{alertId}', detail.body.alertList[0]!.id)
        .replace('{utteranceId}', 'u1')
        .replace('{resultId}', 'u1r1')
        .replace('{ref}', 'subject-9');
    const routes = Object.entries(ROUTES).sort(
      ([a], [b]) => Number(a.startsWith('DELETE')) - Number(b.startsWith('DELETE')),
    );
    for (const [route, { role, body, status, own }] of routes) {
      if (role === 'public') continue;
      const method = route.split(' ')[0]!;
      const asked = async (tenant: TenantName, as: Role): Promise<[string, number]> => {
        const answer = await ask(server, { tenant, role: as }, method, path(route), body === undefined ? {} : { body });
        if (answer.status >= 400) expect(answer.headers.get('content-type')).toContain('application/problem+json');
        return [`${route} ${tenant} ${as}`, answer.status];
      };
      const nobody = await fetch(`${server.url}${path(route)}`, { method });
      expect([route, nobody.status]).toEqual([route, 401]);
      for (const as of ROLES) {
        if (mayActAs(as, role)) continue;
        expect(await asked('acme', as)).toEqual([`${route} acme ${as}`, 403]);
      }
      // A withdrawal is judged before it is looked up: there the body is at fault for everybody.
      if (own && status !== 400) expect(await asked('globex', 'admin')).toEqual([`${route} globex admin`, 404]);
      expect(await asked('acme', role)).toEqual([`${route} acme ${role}`, status]);
    }
    const theirs = await ask<SessionsPage>(server, stranger, 'GET', '/v1/sessions');
    expect(theirs.body.items).toEqual([]);
    expect((await ask(server, stranger, 'GET', '/v1/exports?format=jsonl')).text).toBe('');
    expect((await ask<LedgerPage>(server, stranger, 'GET', '/v1/ledger')).body.items.map(({ kind }) => kind)).toEqual(
      expect.not.arrayContaining(['label.made', 'consent.given']),
    );
  });

  it('[RV1] take what looks like SQL, or like no id, for what it is', async () => {
    const sql = "'; DROP TABLE sessions; --";
    const evil = encodeURIComponent(sql);
    const gone = [`/v1/sessions/${evil}`, `/v1/sessions/${evil}/timeline`, `/v1/sessions/${ended.id}/results/${evil}`];
    for (const path of gone) expect([path, (await ask(server, analyst, 'GET', path)).status]).toEqual([path, 404]);
    expect((await ask(server, admin, 'GET', `/v1/subjects/${evil}/archive`)).status).toBe(404);
    for (const name of [
      'from',
      'to',
      'label',
      'incongruent',
      'minConfidence',
      'order',
      'limit',
      'cursor',
      'subject',
      'session',
    ]) {
      const refused = await ask(server, analyst, 'GET', `/v1/sessions?${name}=${evil}`);
      expect([name, refused.status, refused.body['code']]).toEqual([name, 400, 'configInvalid']);
      expect(refused.text).not.toContain('DROP');
    }
    for (const name of ['alert', 'text']) {
      const empty = await ask<SessionsPage>(server, analyst, 'GET', `/v1/sessions?${name}=${evil}`);
      expect([name, empty.status, empty.body.items]).toEqual([name, 200, []]);
    }
    const reason = await ask(server, analyst, 'POST', `/v1/sessions/${ended.id}/utterances/u2/label/revoke`, {
      body: { reason: sql, version: 1 },
    });
    expect(reason.status).toBe(200);
    expect((reason.body as unknown as ResultPage).history.at(-1)?.reason).toBe(sql);
    await ask(server, analyst, 'POST', `/v1/sessions/${ended.id}/utterances/u2/label/restore`, {
      body: { reason: 'it was a test', version: 2 },
    });
    expect((await ask<SessionsPage>(server, analyst, 'GET', '/v1/sessions')).body.items.length).toBeGreaterThan(0);
  });
});

describe('reading', () => {
  it('[RV2] a session: summary, timeline with words and trajectory, an answer in full, events', async () => {
    const { body: detail } = await ask<SessionDetail>(server, analyst, 'GET', `/v1/sessions/${ended.id}`);
    expect(detail).toMatchObject({ utterances: 2, live: false, blanked: false, context: { purpose: 'test' } });
    const { body: timeline } = await ask<TimelinePage>(server, analyst, 'GET', `/v1/sessions/${ended.id}/timeline`);
    expect(timeline.items.map(({ transcript }) => transcript?.text)).toEqual(TEXTS);
    expect(timeline.items[0]).toMatchObject({
      result: {
        author: { kind: 'model' },
        decision: { label: 'happy' },
        text: { top: 'happy' },
        voice: { reason: 'notProvided' },
      },
      trajectory: { utteranceId: 'u1', phase: 'steady' },
    });
    const { body: answer } = await ask<ResultPage>(
      server,
      analyst,
      'GET',
      `/v1/sessions/${ended.id}/results/u1r1?locale=zh`,
    );
    expect(answer).toMatchObject({ words: TEXTS[0], fused: { explanation: { locale: 'zh' } }, currentVersion: 1 });
    const { body: events } = await ask<EventsPage>(server, analyst, 'GET', `/v1/sessions/${live.id}/events`);
    const told = live.client.told
      .map(({ event }) => event)
      .filter((event) => /^(utterance|transcript|emotion|fusion)/.test(event));
    expect(events.items.map(({ event }) => event)).toEqual(told);
    const result = live.client.of('fusion.result')[0]!;
    expect(events.items.find(({ event }) => event === 'fusion.result')?.data['scores']).toEqual(result.scores);
  });

  it('[RV2] [EI5] what a client’s own model read is stored, told again and exported, so that it can be fused again', async () => {
    const modalities = ['text', 'face'] as const;
    const client = await TestClient.connect(server, await tokenFor(server, 'acme', 'client'));
    const { sessionId } = await client.start({ modalities: [...modalities], consent: consent(modalities) });
    const cues = [{ name: 'AU9', detail: 'wrinkled at ann@example.org', toward: 'disgust', weight: 1 }];
    const span = { startMs: 0, endMs: 1_000 };
    await client.ask('evidence.input', {
      modality: 'face',
      ...span,
      scores: { disgust: 0.9, happy: 0.1 },
      reliability: 1,
      cues,
      model: 'acme/face-2',
    });
    await client.ask('text.input', { text: TEXTS[1], ...span });
    await client.end();
    const told = client.of('fusion.result')[0]!;
    expect(told.explanation.summary).toContain('ann@example.org');

    const path = `/v1/sessions/${sessionId}`;
    const { body: page } = await ask<ResultPage>(server, analyst, 'GET', `${path}/results/u1r1`);
    expect(page.face).toMatchObject({ status: 'available', quality: { reliability: 1 }, scores: { disgust: 0.9 } });
    expect(page.fused?.modalities.face).toEqual(told.modalities.face);
    expect(page.fused?.scores).toEqual(told.scores);
    expect(JSON.stringify(page)).toContain('wrinkled at [email]');
    expect(JSON.stringify(page)).not.toContain('ann@example.org');
    const { body: timeline } = await ask<TimelinePage>(server, analyst, 'GET', `${path}/timeline`);
    expect(timeline.items[0]?.result.face).toMatchObject({ top: 'disgust', reliability: 0.5 });
    const { body: events } = await ask<EventsPage>(server, analyst, 'GET', `${path}/events`);
    expect(events.items.find(({ event }) => event === 'emotion.further')?.data).toMatchObject({
      modality: 'face',
      evidence: { reliability: 0.5, top: 'disgust', cues: [{ detail: 'wrinkled at [email]' }] },
    });

    const file = join(dataDir, 'export.jsonl');
    const exported = await ask(server, analyst, 'GET', `/v1/exports?format=jsonl&session=${sessionId}`);
    expect((JSON.parse(exported.text) as ExportRecord).face).toEqual(page.face);
    writeFileSync(file, exported.text);
    const { out } = await undertone('replay', file);
    expect(out).toContain('0 of 1 decisions change');
    expect(out).toContain('1 answers are the same to the last bit');
    const { label, seen } = { label: 'disgust', seen: { version: 1, reason: 'as heard' } };
    const corrected = await ask<ResultPage>(server, analyst, 'POST', `${path}/utterances/u1/label/override`, {
      body: { label, ...seen },
    });
    expect(corrected.body).toMatchObject({ face: page.face, fused: { modalities: { face: { top: 'disgust' } } } });
    expect((await ask(server, admin, 'DELETE', path)).status).toBe(204);
  });

  it('[RV3] finds sessions by label, confidence, and words that it opens', async () => {
    const found = async (query: string): Promise<SessionsPage> =>
      (await ask<SessionsPage>(server, analyst, 'GET', `/v1/sessions?${query}`)).body;
    expect((await found('label=happy&minConfidence=0.2')).items.map(({ id }) => id)).toContain(ended.id);
    expect((await found('label=fearful&minConfidence=0.99')).items).toEqual([]);
    const byWords = await found('text=TERRIBLE');
    expect(byWords.items.map(({ id, matches }) => ({ id, matches }))).toEqual([
      { id: ended.id, matches: [{ utteranceId: 'u2', text: TEXTS[1] }] },
    ]);
    expect(byWords.searched?.utterances).toBeGreaterThanOrEqual(3);
    expect((await found('order=worth')).items.map(({ worth }) => worth)).toEqual(
      (await found('order=worth')).items.map(({ worth }) => worth).sort((a, b) => b - a),
    );
  });

  it('[RV3] finds sessions by the alerts that were raised in them, once for each', async () => {
    const angry = Array.from({ length: 4 }, () => 'I am furious, this is an outrage, I hate you!');
    const one = await typed(server, 'acme', angry, { subject: 'subject-8', alerts: 'callCentre' });
    await one.client.end();
    const raised = one.client.of('alert').filter(({ status }) => status === 'raised');
    expect(raised.length).toBeGreaterThan(0);
    const { body } = await ask<SessionsPage>(server, analyst, 'GET', `/v1/sessions?alert=${raised[0]!.rule}`);
    expect(body.items[0]).toMatchObject({ id: one.id, alerts: raised.length });
    const { body: detail } = await ask<SessionDetail>(server, analyst, 'GET', `/v1/sessions/${one.id}`);
    expect(detail.alertList.map(({ rule, detail }) => ({ rule, detail }))).toEqual(
      raised.map(({ rule, reason }) => ({ rule, detail: reason })),
    );
  });

  it('[RV4] pages by place: what comes in between is told neither twice nor instead of another', async () => {
    const made: string[] = [];
    for (let i = 0; i < 4; i++) {
      const one = await typed(server, 'globex', ['Fine.'], { subject: `page-${i}` });
      made.push(one.id);
      await one.client.end();
    }
    const reader = { tenant: 'globex', role: 'analyst' } as const;
    const first = await ask<SessionsPage>(server, reader, 'GET', '/v1/sessions?limit=2');
    const between = await typed(server, 'globex', ['Fine.'], { subject: 'page-between' });
    const second = await ask<SessionsPage>(
      server,
      reader,
      'GET',
      `/v1/sessions?limit=2&cursor=${first.body.nextCursor}`,
    );
    const told = [...first.body.items, ...second.body.items].map(({ id }) => id);
    expect(told).toEqual([...made].reverse());
    expect(second.body.nextCursor).toBeNull();
    await between.client.end();
  });

  it('[RV7] leaves a trace: once for a session, a reader and an hour', async () => {
    const reads = async (): Promise<number> => {
      const { body } = await ask<LedgerPage>(server, admin, 'GET', '/v1/ledger?limit=500');
      return body.items.filter(({ kind, body }) => kind === 'words.read' && body['sessionId'] === ended.id).length;
    };
    await ask(server, analyst, 'GET', `/v1/sessions/${ended.id}/timeline`);
    const before = await reads();
    expect(before).toBeGreaterThan(0);
    await ask(server, analyst, 'GET', `/v1/sessions/${ended.id}/timeline`);
    expect(await reads()).toBe(before);
    await ask(server, admin, 'GET', `/v1/sessions/${ended.id}/timeline`);
    expect(await reads()).toBe(before + 1);
  });
});

/** An analyst's socket that remembers what it is told. */
async function watcher(
  tenant: TenantName,
  role: Role = 'analyst',
): Promise<{ socket: Socket; told: { event: string; data: Record<string, unknown> }[] }> {
  const socket = io(`${server.url}/v1/review`, {
    auth: { token: await tokenFor(server, tenant, role) },
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
  });
  const told: { event: string; data: Record<string, unknown> }[] = [];
  socket.onAny((event: string, data: Record<string, unknown>) => told.push({ event, data }));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return { socket, told };
}

describe('correcting', () => {
  const label = (id: string, utterance: string, action: string): string =>
    `/v1/sessions/${id}/utterances/${utterance}/label/${action}`;

  it('[RV5] override, revoke and restore are revisions that the client and whoever watches hear at once', async () => {
    const { socket } = await watcher('acme');
    expect(await socket.emitWithAck('session.watch', { sessionId: live.id })).toEqual({ ok: true, live: true });
    const heard = once(socket as never, 'fusion.revised') as Promise<[Record<string, unknown>]>;
    const overridden = await ask<ResultPage>(server, analyst, 'POST', label(live.id, 'u1', 'override'), {
      body: { label: 'sad', reason: 'she was crying', version: 1 },
    });
    expect(overridden.status).toBe(200);
    expect(overridden.body).toMatchObject({
      resultId: 'u1r2',
      cause: 'labelOverride',
      fused: { decision: { label: 'sad', by: 'person' }, scores: { sad: 1 } },
    });
    const expected = { resultId: 'u1r2', supersedes: 'u1r1', cause: 'labelOverride', sessionId: live.id };
    expect((await heard)[0]).toMatchObject(expected);
    await live.client.until(() => live.client.of('fusion.revised').length === 1);
    expect(live.client.of('fusion.revised')[0]).toMatchObject({ ...expected, decision: { label: 'sad' } });
    expect(JSON.stringify(live.client.told)).not.toContain('crying');

    const revoked = await ask<ResultPage>(server, analyst, 'POST', label(live.id, 'u1', 'revoke'), {
      body: { reason: 'nobody can tell' },
      headers: { 'If-Match': overridden.headers.get('etag') ?? '' },
    });
    expect(revoked.body.fused?.decision).toMatchObject({ label: null, abstainReason: 'revoked' });
    const restored = await ask<ResultPage>(server, admin, 'POST', label(live.id, 'u1', 'restore'), {
      body: { reason: 'the model was right', version: 3, to: 1 },
    });
    expect(restored.body.fused).toEqual(JSON.parse(JSON.stringify((await original()).fused)));
    expect(restored.body.history.map(({ action, reason, author }) => [action, reason, author.kind])).toEqual([
      ['made', null, 'model'],
      ['overridden', 'she was crying', 'person'],
      ['revoked', 'nobody can tell', 'person'],
      ['restored', 'the model was right', 'person'],
    ]);
    expect(restored.body.history.map(({ current }) => current)).toEqual([false, false, false, true]);
    const { body: ledger } = await ask<LedgerPage>(server, admin, 'GET', '/v1/ledger?limit=500');
    expect(ledger.items.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['label.overridden', 'label.revoked', 'label.restored']),
    );
    expect((await ask(server, admin, 'GET', '/v1/ledger/verify')).body).toMatchObject({ intact: true });
    socket.disconnect();
  });
  const original = async (): Promise<ResultPage> =>
    (await ask<ResultPage>(server, analyst, 'GET', `/v1/sessions/${live.id}/results/u1r1`)).body;

  it('[RV6] whoever saw another version is told what stands, and nothing is changed; so is whoever names none', async () => {
    const { client, id } = await typed(server, 'acme', TEXTS);
    await client.end();
    const both = await Promise.all(
      ['sad', 'angry'].map((one) =>
        ask(server, analyst, 'POST', label(id, 'u1', 'override'), { body: { label: one, reason: 'x', version: 1 } }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    const late = both.find(({ status }) => status === 409);
    expect(late?.body).toMatchObject({
      code: 'conflict',
      param: 'version',
      detail: expect.stringContaining('Version 2'),
    });
    const unseen = await ask(server, analyst, 'POST', label(id, 'u1', 'revoke'), { body: { reason: 'x' } });
    expect(unseen.body).toMatchObject({ code: 'configInvalid', param: 'version' });
    const { body } = await ask<ResultPage>(server, analyst, 'GET', `/v1/sessions/${id}/results/u1r2`);
    expect(body.history).toHaveLength(2);
    const undone = await ask<ResultPage>(server, analyst, 'POST', label(id, 'u1', 'restore'), {
      body: { reason: 'undo', version: 2 },
    });
    expect(undone.body.fused?.decision).toEqual(body.history[0]?.decision);
  });

  it('[RV5] the trajectory and the summary follow', async () => {
    const { client, id } = await typed(server, 'acme', TEXTS);
    await client.end();
    const timeline = async (): Promise<TimelinePage> =>
      (await ask<TimelinePage>(server, analyst, 'GET', `/v1/sessions/${id}/timeline`)).body;
    const before = await timeline();
    await ask(server, analyst, 'POST', label(id, 'u1', 'override'), {
      body: { label: 'sad', reason: 'x', version: 1 },
    });
    const after = await timeline();
    expect(after.items[0]!.trajectory!.valence).toBeLessThan(before.items[0]!.trajectory!.valence);
    const { body } = await ask<SessionDetail>(server, analyst, 'GET', `/v1/sessions/${id}`);
    expect(body).toMatchObject({ corrected: 1, labels: { sad: expect.any(Number) } });
  });
});

describe('watching', () => {
  it('[RV9] is for analysts, and of sessions of their own tenant', async () => {
    await expect(watcher('acme', 'client')).rejects.toMatchObject({ data: { code: 'forbidden' } });
    const { socket, told } = await watcher('globex');
    expect(await socket.emitWithAck('session.watch', { sessionId: live.id })).toMatchObject({
      ok: false,
      error: { code: 'notFound' },
    });
    expect(await socket.emitWithAck('session.watch', { sessionId: "'; --" })).toMatchObject({
      ok: false,
      error: { code: 'configInvalid' },
    });
    await live.client.ask('text.input', { text: 'Can anybody hear me?' });
    await live.client.until(() => live.client.of('result.stored').length === 2);
    // An answer comes after everything that was told before.
    await socket.emitWithAck('session.unwatch', { sessionId: live.id });
    expect(told).toEqual([]);
    socket.disconnect();
  });

  it('[RV9] hears what the client hears, from then on, and what changes', async () => {
    const { socket, told } = await watcher('acme');
    const { client, id } = await typed(server, 'acme', ['Before anybody watches.'], { subject: 'subject-3' });
    await socket.emitWithAck('session.watch', { sessionId: id });
    await client.ask('text.input', { text: 'Now somebody does.' });
    await client.end();
    await socket.emitWithAck('session.unwatch', { sessionId: id });
    const mine = told.filter(({ data }) => data['sessionId'] === id && data['change'] === undefined);
    const from = client.told.findIndex(({ event, data }) => event === 'utterance.start' && data.utteranceId === 'u2');
    const theirs = client.told.slice(from).filter(({ event }) => event !== 'audio.ack');
    expect(mine).toEqual(theirs);
    const changes = told.filter(({ event, data }) => event === 'sessions.changed' && data['sessionId'] === id);
    expect(changes.map(({ data }) => data['change'])).toEqual(['opened', 'result', 'result', 'closed']);
    socket.disconnect();
  });
});

it('[LG4] a checkpoint is signed while the server runs, as far as the ledger goes', async () => {
  const { text } = await ask(server, admin, 'GET', '/v1/ledger/checkpoint');
  const signed = parseCheckpoint(text);
  expect(isSigned(signed)).toBe(true);
  const { body } = await ask<LedgerCheckAnswer>(server, admin, 'GET', '/v1/ledger/verify');
  expect(signed).toMatchObject({ seq: body.head.seq, hash: body.head.hash });
});

describe('many people', () => {
  it('[RV8] are told of as numbers only where they are five', async () => {
    const reader = { tenant: 'globex', role: 'analyst' } as const;
    const people = async (purpose: string, n: number): Promise<void> => {
      for (let i = 0; i < n; i++) {
        const one = await typed(server, 'globex', [TEXTS[0]!], { subject: `${purpose}-${i}`, purpose });
        await one.client.end();
      }
    };
    await people('support', 5);
    await people('coaching', 4);
    const { body } = await ask<Aggregates>(server, reader, 'GET', '/v1/aggregates?by=purpose');
    expect(body.groups.find(({ key }) => key === 'support')).toMatchObject({
      subjects: 5,
      utterances: 5,
      labels: { happy: 1 },
    });
    expect(body.groups.map(({ key }) => key)).not.toContain('coaching');
    expect(body.withheld).toContainEqual({ key: 'coaching', reason: 'fewer than 5 people' });
    const all = await ask<Aggregates>(server, reader, 'GET', '/v1/aggregates?by=all');
    expect(all.body.groups[0]?.subjects).toBeGreaterThanOrEqual(9);
  });

  it('[RV10] exports are the same in every format, and formulas in a table are text', async () => {
    const one = await typed(server, 'acme', ['=SUM(A1) is what I said'], { subject: 'subject-4' });
    await one.client.end();
    const get = (format: string) => ask(server, analyst, 'GET', `/v1/exports?format=${format}&session=${one.id}`);
    const json = (await get('json')).body as unknown as { records: ExportRecord[] };
    const lines = (await get('jsonl')).text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as ExportRecord);
    expect(lines).toEqual(json.records);
    expect(json.records).toMatchObject([{ sessionId: one.id, utteranceId: 'u1', words: '=SUM(A1) is what I said' }]);
    const timeline = await ask<TimelinePage>(server, analyst, 'GET', `/v1/sessions/${one.id}/timeline`);
    expect(json.records[0]?.result).toEqual(timeline.body.items[0]?.result);
    const csv = (await get('csv')).text;
    expect(csv.split('\r\n')[1]).toContain("'=SUM(A1)");
    expect(csv.split('\r\n')[1]).toContain(String(json.records[0]?.result.decision.confidence));
  });
});

describe('what a person may ask for', () => {
  it('[RV11] an archive of their own, then erasure: it ends their sessions, and numbers and ledger still stand', async () => {
    const one = await typed(server, 'acme', ['Please forget this secret.'], { subject: 'subject-5' });
    const archive = await ask(server, admin, 'GET', '/v1/subjects/subject-5/archive');
    expect(archive.body).toMatchObject({
      subjectRef: 'subject-5',
      consents: [{ consent: { subjectRef: 'subject-5' } }],
      sessions: [{ id: one.id, utterances: [{ transcript: { text: 'Please forget this secret.' } }] }],
    });
    const erased = await ask(server, admin, 'DELETE', '/v1/subjects/subject-5');
    expect(erased.body).toMatchObject({ sessions: 1, ledger: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    await one.client.until(({ event }) => event === 'session.closed');
    expect((await ask(server, admin, 'GET', '/v1/subjects/subject-5/archive')).status).toBe(404);
    const { body } = await ask<TimelinePage>(server, analyst, 'GET', `/v1/sessions/${one.id}/timeline`);
    expect(body).toMatchObject({
      blanked: true,
      items: [{ transcript: null, result: { scores: null, decision: {} } }],
    });
    const late = await ask(server, analyst, 'POST', `/v1/sessions/${one.id}/utterances/u1/label/revoke`, {
      body: { reason: 'x', version: 1 },
    });
    expect(late.status).toBe(410);
    expect((await ask(server, admin, 'GET', '/v1/ledger/verify')).body).toMatchObject({ intact: true });
  });

  it('[RV12] a session that has ended is deleted; retention is set, applied and reported', async () => {
    const { client, id } = await typed(server, 'acme', ['Delete me.'], { subject: 'subject-6' });
    expect((await ask(server, admin, 'DELETE', `/v1/sessions/${id}`)).body).toMatchObject({ code: 'conflict' });
    await client.end();
    expect((await ask(server, admin, 'DELETE', `/v1/sessions/${id}`)).status).toBe(204);
    expect((await ask(server, analyst, 'GET', `/v1/sessions/${id}`)).status).toBe(404);
    const policy = { keepSessionsDays: 30, keepWordsDays: 7 };
    expect((await ask(server, admin, 'PUT', '/v1/retention', { body: policy })).body).toMatchObject(policy);
    expect((await ask(server, admin, 'POST', '/v1/retention/purge')).body).toEqual({
      deletedSessions: 0,
      blankedSessions: 0,
      deletedAudio: 0,
    });
    const wrong = await ask(server, admin, 'PUT', '/v1/retention', {
      body: { keepSessionsDays: 0, keepWordsDays: null },
    });
    expect(wrong.body).toMatchObject({ code: 'configInvalid', param: 'keepSessionsDays' });
  });
});
