import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import pg from 'pg';
import { io, type Socket } from 'socket.io-client';
import { parseApiKey } from '../../src/common/api-keys.js';
import { SOUND_NOTICE } from '../../src/privacy/notice.js';
import type { ResultPage, SessionDetail, TimelinePage } from '../../src/review/api.js';
import type { LedgerPage } from '../../src/review/records-api.js';
import { clip, consent, pcmOf, TestClient } from '../support/client.js';
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.js';
import { ask, REVIEW_API_KEYS, REVIEW_KEYS, tokenFor, typed } from '../support/review.js';
import { startServer, type TestServer } from '../support/server.js';

const analyst = { tenant: 'acme', role: 'analyst' } as const;
const admin = { tenant: 'acme', role: 'admin' } as const;
const TOKEN_SECRET = 'a secret of both nodes, long enough';
const notice = SOUND_NOTICE.version;

const missing = noPostgres();
const onPostgres = missing === undefined ? describe : describe.skip;

onPostgres(`two servers on one Postgres${missing === undefined ? '' : ` (needs ${missing})`}`, () => {
  let postgres: TestPostgres;
  let url: string;
  let dataDir: string;
  let a: TestServer;
  let b: TestServer;

  beforeAll(async () => {
    postgres = await startPostgres();
    url = await postgres.newDatabase();
    dataDir = mkdtempSync(join(tmpdir(), 'undertone-nodes-'));
    const env = {
      STORAGE: 'on',
      DATABASE_URL: url,
      DATA_DIR: dataDir,
      API_KEYS: REVIEW_API_KEYS,
      TOKEN_SECRET,
      AUDIO_KEEP_DAYS: '30',
    };
    // One after the other: both would make the first master key.
    a = await startServer(env);
    b = await startServer(env);
  }, 240_000);
  afterAll(async () => {
    await Promise.all([a.stop(), b.stop()]);
    await postgres.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const connected = async (server: TestServer, token: string): Promise<Socket> => {
    const options = { transports: ['websocket'], reconnection: false, forceNew: true };
    const socket = io(`${server.url}/v1/review`, { auth: { token }, ...options });
    await once(socket as never, 'connect');
    return socket;
  };
  const speak = async (over: object): Promise<string> => {
    const client = await TestClient.connect(a, await tokenFor(a, 'acme', 'client'));
    const { sessionId } = await client.start({
      consent: { ...consent(), noticeVersion: notice, subjectRef: 'speaker', ...over },
    });
    await client.play(pcmOf(clip('two-sentences.wav')).bytes, 6_400);
    await client.end();
    return sessionId;
  };

  it('[PV3] a consent that is withdrawn at one ends its session at the other', async () => {
    const { client, id } = await typed(a, 'acme', ['Good morning.'], { subject: 'leaving', notice });
    const { body } = await ask<SessionDetail>(b, analyst, 'GET', `/v1/sessions/${id}`);
    const answer = await ask(b, analyst, 'POST', `/v1/consents/${body.consent.id}/withdraw`, { body: {} });
    expect(answer.body).toMatchObject({ remaining: [], recorded: true });
    await client.until(({ event }) => event === 'session.closed');
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'consentWithdrawn' });
    const erased = await typed(a, 'acme', ['Good morning.'], { subject: 'forgotten', notice });
    expect((await ask(b, admin, 'DELETE', '/v1/subjects/forgotten')).status).toBe(200);
    await erased.client.until(({ event }) => event === 'session.closed');
  });

  it('[RV5] [RV9] what is corrected at one is heard at the other, and what is said there as well once it is stored', async () => {
    const { client, id } = await typed(a, 'acme', ['What a lovely day!'], { notice });
    const socket = await connected(b, await tokenFor(b, 'acme', 'analyst'));
    const told: { event: string; data: Record<string, unknown> }[] = [];
    socket.onAny((event: string, data: Record<string, unknown>) => told.push({ event, data }));
    expect(await socket.emitWithAck('session.watch', { sessionId: id })).toEqual({ ok: true, live: false });
    const heard = once(socket as never, 'fusion.result') as Promise<[Record<string, unknown>]>;
    await client.ask('text.input', { text: 'I am so angry now!' });
    const [result] = await heard;
    await client.until(() => client.of('fusion.result').length === 2);
    const [, own] = client.of('fusion.result');
    expect(result).toMatchObject({ sessionId: id, utteranceId: 'u2', scores: own!.scores });

    const revised = once(socket as never, 'fusion.revised') as Promise<[Record<string, unknown>]>;
    const label = `/v1/sessions/${id}/utterances/u1/label/override`;
    const body = { label: 'sad', reason: 'by ear', version: 1 };
    expect((await ask<ResultPage>(b, analyst, 'POST', label, { body })).status).toBe(200);
    await client.until(({ event }) => event === 'fusion.revised');
    const expected = { resultId: 'u1r2', supersedes: 'u1r1', cause: 'labelOverride', decision: { label: 'sad' } };
    expect(client.of('fusion.revised')).toMatchObject([expected]);
    expect((await revised)[0]).toMatchObject(expected);
    await client.end();
    const changes = told.filter(({ event }) => event === 'sessions.changed').map(({ data }) => data['change']);
    expect(changes).toEqual(expect.arrayContaining(['result', 'revised']));
    socket.disconnect();
  });

  it('[ST13] sound is kept where the consent says so, can be listened to, and who did is written down', async () => {
    expect(await (await fetch(`${a.url}/v1/notice`)).json()).toMatchObject({ version: notice, audioKeepDays: 30 });
    const unkept = await speak({});
    const kept = await speak({ keepAudio: true });
    const timeline = async (id: string) =>
      (await ask<TimelinePage>(b, analyst, 'GET', `/v1/sessions/${id}/timeline`)).body.items;
    expect((await timeline(unkept)).map(({ audio }) => audio)).toEqual([false, false]);
    expect((await ask(b, analyst, 'GET', `/v1/sessions/${unkept}/utterances/u1/audio`)).status).toBe(404);
    const items = await timeline(kept);
    expect(items.map(({ audio }) => audio)).toEqual([true, true]);
    const response = await fetch(`${b.url}/v1/sessions/${kept}/utterances/u1/audio`, {
      headers: { 'X-API-Key': REVIEW_KEYS.acme.analyst.key },
    });
    expect(response.headers.get('content-type')).toBe('audio/wav');
    const wav = Buffer.from(await response.arrayBuffer());
    expect([wav.toString('latin1', 0, 4), wav.readUInt32LE(24)]).toEqual(['RIFF', 16_000]);
    const [{ startMs, endMs }] = items as [TimelinePage['items'][number]];
    expect((wav.length - 44) / 32).toBeCloseTo(endMs - startMs, 0);
    const { body: ledger } = await ask<LedgerPage>(b, admin, 'GET', '/v1/ledger?limit=500');
    expect(ledger.items.filter(({ kind }) => kind === 'audio.heard').map(({ body }) => body)).toEqual([
      { actor: parseApiKey(REVIEW_KEYS.acme.analyst.entry).id, sessionId: kept, utteranceId: 'u1' },
    ]);
    const archive = await ask<{ audio: { sessionId: string; wav: string }[] }>(
      b,
      admin,
      'GET',
      '/v1/subjects/speaker/archive',
    );
    expect(archive.body.audio).toMatchObject([{ sessionId: kept, wav: wav.toString('base64') }, { sessionId: kept }]);
    await ask(b, admin, 'DELETE', '/v1/subjects/speaker');
    expect((await ask(b, analyst, 'GET', `/v1/sessions/${kept}/utterances/u1/audio`)).status).toBe(404);
  });

  it('[RV9] who watches is let go when their token ends', async () => {
    const { id: keyId } = parseApiKey(REVIEW_KEYS.acme.analyst.entry);
    const token = await new SignJWT({ tenant: 'acme', role: 'analyst' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('undertone')
      .setSubject(keyId)
      .setJti(randomUUID())
      .setExpirationTime(new Date(Date.now() + 3_000))
      .sign(new TextEncoder().encode(TOKEN_SECRET));
    const socket = await connected(b, token);
    // Not by `once`: to that an `error` is a failure.
    const told = new Promise((resolve) => socket.once('error', resolve));
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    expect(await told).toMatchObject({ code: 'unauthorized' });
    await gone;
  });

  it('[RV14] a row that somebody changed is an error, never garbage', async () => {
    const { client, id } = await typed(a, 'acme', ['Nobody may change this.'], { subject: 'changed', notice });
    await client.end();
    const db = new pg.Client({ connectionString: url });
    await db.connect();
    await db.query(`UPDATE results SET sealed = set_byte(sealed, 50, get_byte(sealed, 50) # 1) WHERE session_id = $1`, [
      id,
    ]);
    await db.end();
    const answer = await ask(b, analyst, 'GET', `/v1/sessions/${id}/results/u1r1`);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({ code: 'tampered', retryable: false });
    expect((await ask(b, admin, 'GET', '/v1/ledger/verify')).body).toMatchObject({ intact: false });
  });

  it('[RV14] while the database is away REST says so; afterwards everything goes on, withdrawals of other nodes too', async () => {
    if (!postgres.control) return;
    const { client, id } = await typed(a, 'acme', ['Before the night.'], { subject: 'night', notice });
    const { body } = await ask<SessionDetail>(b, analyst, 'GET', `/v1/sessions/${id}`);
    await postgres.control.stop('immediate');
    const away = await ask(b, analyst, 'GET', '/v1/sessions');
    expect(away.headers.get('content-type')).toContain('application/problem+json');
    expect(away).toMatchObject({ status: 503, body: { code: 'storageAway', retryable: true } });
    expect(Number(away.headers.get('retry-after'))).toBeGreaterThan(0);
    await postgres.control.start();
    const withdraw = () => ask(b, analyst, 'POST', `/v1/consents/${body.consent.id}/withdraw`, { body: {} });
    for (let answer = await withdraw(); answer.body['recorded'] !== true; answer = await withdraw());
    await client.until(({ event }) => event === 'session.closed');
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'consentWithdrawn' });
  });
});
