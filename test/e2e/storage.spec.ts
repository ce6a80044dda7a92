import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { clip, pcmOf, startPayload, TestClient } from '../support/client.js';
import { freshDataDir } from '../support/databases.js';
import { API_KEY, startServer, type TestServer } from '../support/server.js';
import { TestStore } from '../support/store.js';

describe('a server that stores', () => {
  let dataDir: string;
  let server: TestServer;
  beforeAll(async () => {
    dataDir = await freshDataDir();
    server = await startServer({ STORAGE: 'on', DATA_DIR: dataDir });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('[ST2] says of each result of a stream and of a file what became of it, and it is there after a restart', async () => {
    const client = await TestClient.connect(server);
    const session = await client.start();
    expect(session.storage).toBe('on');
    const { bytes } = pcmOf(clip('two-sentences.wav'));
    await client.play(bytes, 6_400);
    await client.ask('text.input', { text: 'This is fine, thank you.', ref: 'message-1' });
    await client.end();
    const results = client.of('fusion.result').map(({ resultId }) => resultId);
    const stored = client.of('result.stored');
    expect(results).toHaveLength(3);
    expect(stored.map(({ resultId, state }) => ({ resultId, state }))).toEqual(
      results.map((resultId) => ({ resultId, state: 'stored' })),
    );
    expect(client.of('session.closed')[0]?.totals).toMatchObject({ results: { stored: 3, failed: 0, pending: 0 } });

    const form = new FormData();
    form.set('text', 'I am so angry with you!');
    const { consent, context } = startPayload();
    form.set('consent', JSON.stringify(consent));
    form.set('context', JSON.stringify(context));
    const response = await fetch(`${server.url}/v1/analyses`, {
      method: 'POST',
      headers: { 'X-API-Key': API_KEY },
      body: form,
    });
    const answer = (await response.json()) as { sessionId: string; stored: { state: string; ledgerHash: string }[] };
    expect(answer).toMatchObject({ sessionId: expect.any(String), stored: [{ state: 'stored', resultId: 'u1r1' }] });

    expect(await server.stop()).toBe(0);
    const store = await TestStore.open(
      { kind: 'embedded', folder: join(dataDir, 'db') },
      { keys: { folder: join(dataDir, 'keys') } },
    );
    const rows = await store.query<{ id: string; hash: string }>(
      `SELECT r.id, l.hash FROM results r JOIN ledger l ON l.seq = r.ledger_seq WHERE session_id = $1 ORDER BY l.seq`,
      [session.sessionId],
    );
    expect(rows).toEqual(stored.map((one) => ({ id: one.resultId, hash: 'ledgerHash' in one ? one.ledgerHash : '' })));
    expect(
      await store.query(
        `SELECT source, close_reason AS reason, ended_at >= started_at AS ended FROM sessions ORDER BY source`,
      ),
    ).toEqual([
      { source: 'file', reason: 'ended', ended: true },
      { source: 'stream', reason: 'ended', ended: true },
    ]);
    await store.close();
  });
});

describe('a server that stores nothing', () => {
  it('[ST12] says so in its notice and in every session', async () => {
    const server = await startServer({ STORAGE: 'off' });
    try {
      const notice = (await (await fetch(`${server.url}/v1/notice`)).json()) as { text: string };
      expect(notice.text).toContain('Neither of them is kept');
      const client = await TestClient.connect(server);
      expect((await client.start()).storage).toBe('off');
      await client.ask('text.input', { text: 'Nobody will remember this.' });
      await client.end();
      expect(client.of('fusion.result')).toHaveLength(1);
      expect(client.of('result.stored')).toEqual([]);
      expect(client.of('session.closed')[0]?.totals).not.toHaveProperty('results');
    } finally {
      await server.stop();
    }
  });
});
