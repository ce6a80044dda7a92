import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newApiKey } from '../../src/common/api-keys.js';
import { LedgerRepository } from '../../src/sessions/ledger.repository.js';
import { consent, startPayload, TestClient } from '../support/client.js';
import { freshDataDir } from '../support/databases.js';
import { startServer } from '../support/server.js';
import { TestStore } from '../support/store.js';

const SPOKEN = 'My zebra is awful, call 415 555 2671.';
const acme = newApiKey('acme', 'admin');

/** Every byte of every file under a folder. */
const bytesUnder = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => readFileSync(join(file.parentPath, file.name))),
  );

it('[PV13] what was said is never on the disk in the clear; after an erasure its key is gone, its consents open nothing, and the ledger stands', async () => {
  const data = await freshDataDir();
  const env = { STORAGE: 'on', DATA_DIR: data, API_KEYS: acme.entry };
  const server = { ...(await startServer(env)), apiKey: acme.key };
  // Somebody guesses a key: the ledger is told when the server stops.
  await fetch(`${server.url}/v1/tokens`, { method: 'POST', headers: { 'X-API-Key': 'ut_guess' } });
  const [given, earlier] = [
    consent(['text']),
    { ...consent(['text']), grantedAt: new Date(Date.now() - 60_000).toISOString() },
  ];
  const before = await TestClient.open(server, { modalities: ['text'], consent: earlier });
  await before.end();
  const client = await TestClient.connect(server);
  const ack = await client.ask('session.start', startPayload({ modalities: ['text'], consent: given }));
  expect(ack).toMatchObject({ ok: true, receipt: { storage: 'encrypted', state: 'given' } });
  await client.ask('text.input', { text: SPOKEN });
  await client.until(({ event }) => event === 'fusion.result');
  const { receipt } = ack as unknown as { receipt: { recordId: string } };
  const rest = (path: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/v1/consents/${receipt.recordId}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'X-API-Key': acme.key, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  await client.end();
  expect(await (await rest('')).json()).toMatchObject({ piiPrincipalId: 'test-subject' });
  const erased = await rest('/withdraw', { erase: true });
  expect(erased.status).toBe(200);
  expect(await erased.json()).toMatchObject({
    remaining: [],
    recorded: true,
    erased: true,
    receipt: { state: 'erased' },
  });
  expect(await (await rest('')).json()).toMatchObject({ state: 'erased', purposes: [] });
  // A client that saved a record of the person cannot go on with it; with a new one the person is somebody new.
  for (const saved of [given, earlier]) {
    await expect(TestClient.open(server, { modalities: ['text'], consent: saved })).rejects.toMatchObject({
      code: 'consentRequired',
      param: 'consent',
    });
  }
  expect(await server.stop()).toBe(0);

  const disk = bytesUnder(join(data, 'db'));
  for (const secret of ['zebra', 'awful', '2671', 'test-subject']) expect(disk.includes(secret)).toBe(false);
  const store = await TestStore.open(
    { kind: 'embedded', folder: join(data, 'db') },
    { keys: { folder: join(data, 'keys') } },
  );
  try {
    expect(await store.query('SELECT pseudonym, wrapped_key AS key FROM subjects')).toEqual([
      { pseudonym: null, key: null },
    ]);
    expect(await store.query('SELECT id FROM results WHERE sealed IS NOT NULL')).toEqual([]);
    const kinds = await store.query<{ kind: string }>('SELECT DISTINCT kind FROM ledger ORDER BY kind');
    expect(kinds.map(({ kind }) => kind)).toEqual([
      'consent.given',
      'consent.withdrawn',
      'label.made',
      'login.failed',
      'subject.erased',
    ]);
    const check = await store.database.transaction((manager) => new LedgerRepository().verify(manager));
    expect(check.fault).toBeUndefined();
  } finally {
    await store.close();
    rmSync(data, { recursive: true });
  }
});
