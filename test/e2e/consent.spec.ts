import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newApiKey } from '../../src/common/api-keys.js';
import type { Ack } from '../../src/gateway/protocol.js';
import type { ConsentReceipt } from '../../src/privacy/consent-receipt.js';
import { clip, consent, pcmOf, startPayload, TestClient, tokenOf } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';

const SPEECH = pcmOf(clip('two-sentences.wav')).bytes;
const [acme, other] = [newApiKey('acme', 'client'), newApiKey('other', 'admin')];

let server: TestServer;
beforeAll(async () => {
  server = { ...(await startServer({ API_KEYS: `${acme.entry},${other.entry}` })), apiKey: acme.key };
});
afterAll(async () => {
  await server.stop();
  expect(server.log()).not.toContain('test-subject');
});

interface Started {
  readonly client: TestClient;
  readonly receipt: ConsentReceipt;
}

/** Connects and starts under this consent. */
async function start(given: object, over: object = {}): Promise<Started> {
  const client = await TestClient.connect(server);
  const ack = (await client.ask('session.start', { ...startPayload({ consent: given }), ...over })) as Ack<{
    receipt: ConsentReceipt;
  }>;
  if (!ack.ok) throw Object.assign(new Error(ack.error.message), ack.error);
  return { client, receipt: ack.receipt };
}
const rest = (path: string, body?: object, key = acme.key): Promise<Response> =>
  fetch(`${server.url}/v1/consents/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'X-API-Key': key, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
/** Another moment makes another consent. */
let minutes = 0;
const fresh = (modalities?: readonly string[]): object => ({
  ...consent(modalities),
  grantedAt: new Date(Date.now() - ++minutes * 60_000).toISOString(),
});

describe('the record', () => {
  it('[PV11] comes back as a receipt, and can be asked for by its tenant alone', async () => {
    const given = fresh();
    const { client, receipt } = await start(given);
    expect(receipt).toMatchObject({
      schema: 'ISO/IEC TS 27560:2023',
      piiPrincipalId: 'test-subject',
      purposes: ['test'],
      piiCategories: ['voice', 'text'],
      storage: 'none',
      state: 'given',
    });
    const again = (await (await rest(receipt.recordId)).json()) as ConsentReceipt;
    expect({ ...again, issuedAt: '' }).toEqual({ ...receipt, issuedAt: '' });
    expect((await rest(receipt.recordId, undefined, other.key)).status).toBe(404);
    expect((await rest(`${receipt.recordId}/withdraw`, {}, other.key)).status).toBe(404);
    expect((await rest("x'; DROP TABLE consents; --")).status).toBe(404);
    // Nothing of it reached the session.
    expect(await client.ask('text.input', { text: 'What a lovely surprise!' })).toEqual({ ok: true });
    await client.end();
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'ended' });
    expect(client.of('fusion.result')[0]?.modalities.text.status).toBe('available');
    const second = await start(given);
    expect(second.receipt.recordId).toBe(receipt.recordId);
    await second.client.end();
  });

  it.each([
    ['another notice', { noticeVersion: '1' }, {}, 'consent.noticeVersion'],
    ['no acknowledgement', { acknowledged: undefined }, {}, 'consent.acknowledged'],
    ['another purpose', {}, { context: { purpose: 'advertising', setting: 'personal' } }, 'context.purpose'],
  ])('[PV6] with %s opens nothing, and says what to do', async (_what, wrong, over, param) => {
    await expect(start({ ...fresh(), ...wrong }, over)).rejects.toMatchObject({ param });
  });

  it('[PV6] may be sent anew on the same connection after a refusal', async () => {
    const client = await TestClient.connect(server);
    expect(await client.ask('session.start', startPayload({ consent: {} }))).toMatchObject({ ok: false });
    expect(await client.ask('session.start', startPayload())).toMatchObject({ ok: true });
    await client.end();
  });
});

it('[PV4] that expires ends the session in that moment, and nothing more is read', async () => {
  const { client, receipt } = await start({ ...fresh(), expiresAt: new Date(Date.now() + 5_000).toISOString() });
  expect(await client.ask('text.input', { text: 'What a lovely surprise!' })).toEqual({ ok: true });
  const closed = await client.until(({ event }) => event === 'session.closed');
  expect(closed.data).toMatchObject({ reason: 'consentWithdrawn' });
  expect(await client.ask('text.input', { text: 'And another one!' })).toMatchObject({
    ok: false,
    error: { code: 'sessionExpired' },
  });
  expect(((await (await rest(receipt.recordId)).json()) as ConsentReceipt).state).toBe('expired');
});

describe('a withdrawal', () => {
  it('[PV3] by REST reaches every session of the record before the next frame, and no other', async () => {
    const given = fresh();
    const [one, two, stranger] = [await start(given), await start(given), await start(fresh())];
    const all = [one, two, stranger];
    for (const { client } of all) await client.play(SPEECH.subarray(0, 32 * 900), 640);
    for (const { client } of all) await client.until(({ event }) => event === 'utterance.start');
    const response = await rest(`${one.receipt.recordId}/withdraw`, { modality: 'voice' });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      remaining: ['text'],
      recorded: true,
      erased: false,
      receipt: { state: 'partlyWithdrawn' },
    });
    for (const { client } of all) {
      await client.play(SPEECH.subarray(32 * 900), 6_400);
      await client.end();
    }
    for (const { client } of [one, two]) {
      expect(client.of('consent.withdrawn')).toMatchObject([{ withdrawn: ['voice'], remaining: ['text'] }]);
      expect(client.of('fusion.result')).toHaveLength(2);
      for (const { modalities } of client.of('fusion.result')) {
        expect(modalities.voice).toMatchObject({ status: 'unavailable', reason: 'notConsented' });
      }
    }
    expect(stranger.client.of('consent.withdrawn')).toEqual([]);
    expect(stranger.client.of('fusion.result')[0]?.modalities.voice.status).toBe('available');
  });

  it('[PV3] on one connection ends the sessions of the others', async () => {
    const given = fresh();
    const [one, two] = [await start(given), await start(given)];
    await two.client.play(SPEECH.subarray(0, 32 * 900), 640);
    await two.client.until(({ event }) => event === 'utterance.start');
    expect(await one.client.ask('consent.withdraw', {})).toEqual({
      ok: true,
      remaining: [],
      recorded: true,
      erased: false,
    });
    for (const { client } of [one, two]) {
      const closed = await client.until(({ event }) => event === 'session.closed');
      expect(closed.data).toMatchObject({ reason: 'consentWithdrawn' });
    }
    for (const { decision } of two.client.of('fusion.result')) expect(decision.label).toBeNull();
    // The record stays withdrawn: only a new consent opens a session again.
    await expect(start(given)).rejects.toMatchObject({ code: 'consentRequired', param: 'consent.modalities' });
    const anew = await start(fresh());
    await anew.client.end();
    expect(((await (await rest(one.receipt.recordId)).json()) as ConsentReceipt).state).toBe('withdrawn');
  });

  it('[PV3] can be repeated, and holds for files', async () => {
    const given = fresh();
    const { client, receipt } = await start(given, { modalities: ['text'] });
    await client.end();
    for (let i = 0; i < 2; i++) {
      expect((await rest(`${receipt.recordId}/withdraw`, { modality: 'text' })).status).toBe(200);
    }
    const form = new FormData();
    form.set('consent', JSON.stringify(given));
    form.set('context', '{"purpose":"test","setting":"personal"}');
    form.set('text', 'I am fine.');
    const headers = { 'X-API-Key': acme.key };
    const refused = await fetch(`${server.url}/v1/analyses`, { method: 'POST', headers, body: form });
    expect(refused.status).toBe(403);
    form.set('consent', JSON.stringify(fresh()));
    const read = await fetch(`${server.url}/v1/analyses`, { method: 'POST', headers, body: form });
    expect(await read.json()).toMatchObject({ receipt: { state: 'given' }, utterances: [{ utteranceId: 'u1' }] });
  });

  it('[PV3] with `erase` takes everything, and not a part', async () => {
    const { client, receipt } = await start(fresh());
    expect(await client.ask('consent.withdraw', { modality: 'voice', erase: true })).toMatchObject({
      ok: false,
      error: { code: 'configInvalid', param: 'modality' },
    });
    expect((await rest(`${receipt.recordId}/withdraw`, { erase: 'yes' })).status).toBe(400);
    // Another record of the same person: erasing ends its sessions as well.
    const second = await start(fresh());
    expect(await client.ask('consent.withdraw', { erase: true })).toMatchObject({ ok: true, erased: true });
    const closed = await second.client.until(({ event }) => event === 'session.closed');
    expect(closed.data).toMatchObject({ reason: 'consentWithdrawn' });
  });

  it('[PV3] while the session drains holds for what is still to be read', async () => {
    const { client } = await start(fresh());
    await client.play(SPEECH, 6_400);
    const [ended, withdrawn] = await Promise.all([client.ask('session.end'), client.ask('consent.withdraw', {})]);
    expect(ended).toEqual({ ok: true });
    // It may have ended first.
    if (withdrawn.ok) {
      await client.until(({ event }) => event === 'session.closed');
      for (const { decision } of client.of('fusion.result')) expect(decision.label).toBeNull();
    } else expect(withdrawn.error.code).toBe('sessionExpired');
  });
});

it('[PV6] a notice of one’s own is served, and its version demanded', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'notice-'));
  const file = join(folder, 'notice.yaml');
  await writeFile(
    file,
    'version: "2026-11"\ntext: We read your voice.\ncontroller: { name: Acme, contact: dpo@acme.example }\n',
  );
  const own = await startServer({ NOTICE_FILE: file });
  try {
    expect(await (await fetch(`${own.url}/v1/notice`)).json()).toMatchObject({
      version: '2026-11',
      audioKeepDays: 0,
    });
    await tokenOf(own);
    await expect(TestClient.open(own)).rejects.toMatchObject({ param: 'consent.noticeVersion' });
    const client = await TestClient.open(own, { consent: { ...consent(), noticeVersion: '2026-11' } });
    await client.end();
  } finally {
    await own.stop();
  }
  await writeFile(file, 'text: no version\n');
  await expect(startServer({ NOTICE_FILE: file })).rejects.toThrow('NOTICE_FILE');
  await rm(folder, { recursive: true });
});
