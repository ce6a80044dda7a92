import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LedgerAudit } from '../../src/sessions/ledger-audit.repository.js';
import { startPayload, TestClient } from '../support/client.js';
import { environmentOf, freshDataDir, onEachDatabase } from '../support/databases.js';
import { startServer } from '../support/server.js';
import { TestStore } from '../support/store.js';

/** The whole proof of issue 6 takes 50 kills of 20 sessions; a few show that nothing broke. */
const KILLS = Number(process.env['UNDERTONE_KILLS'] ?? 2);
const SESSIONS = Number(process.env['UNDERTONE_KILL_SESSIONS'] ?? 4);
const SECRET_WORDS = ['marmalade', 'zeppelin'];
const SUBJECT = 'subject-of-the-crash-test';

onEachDatabase('kill -9', (place) => {
  it(
    '[ST2] every result that was acknowledged as stored is there, the ledger holds, and no word stands in the files',
    async () => {
      const options = await place().fresh();
      const env = environmentOf(options);
      const dataDir = env.DATA_DIR;
      const acknowledged = new Map<string, string>();
      for (let kill = 0; kill < KILLS; kill++) {
        const server = await startServer(env);
        const clients = await Promise.all(Array.from({ length: SESSIONS }, () => TestClient.connect(server)));
        await Promise.all(
          clients.map(async (client, i) => {
            const { consent } = startPayload();
            const { sessionId } = await client.start({
              consent: { ...(consent as object), subjectRef: `${SUBJECT}-${i}` },
            });
            client.socket.on('result.stored', ({ resultId, state, ledgerHash }: Record<string, string>) => {
              if (state === 'stored') acknowledged.set(`${sessionId} ${resultId}`, String(ledgerHash));
            });
          }),
        );
        const before = acknowledged.size;
        // At a moment that depends on how far they came: after a few were stored, while more are on their way.
        const wanted = before + 1 + ((kill * 7) % (3 * SESSIONS));
        const killed = once(server.process, 'exit');
        for (let n = 0; server.process.signalCode === null && server.process.exitCode === null; n++) {
          const [word = ''] = SECRET_WORDS.slice(n % SECRET_WORDS.length);
          for (const client of clients) client.socket.emit('text.input', { text: `I hate ${word} number ${n}` });
          await Promise.race([new Promise((resolve) => setTimeout(resolve, 150)), killed]);
          if (acknowledged.size >= wanted) server.process.kill('SIGKILL');
        }
        await killed;
        for (const client of clients) client.socket.disconnect();
      }
      const store = await TestStore.open(options, { keys: { folder: join(dataDir, 'keys') } });
      const rows = await store.query<{ name: string; hash: string }>(
        `SELECT session_id || ' ' || r.id AS name, hash FROM results r JOIN ledger l ON l.seq = r.ledger_seq`,
      );
      const there = new Map(rows.map(({ name, hash }) => [name, hash]));
      expect(acknowledged.size).toBeGreaterThanOrEqual(KILLS);
      expect([...acknowledged].filter(([name, hash]) => there.get(name) !== hash)).toEqual([]);
      const audit = await store.database.transaction((manager) => new LedgerAudit(store.ledger).verify(manager));
      expect(audit.fault).toBeUndefined();
      await store.query('CHECKPOINT').catch(() => undefined);
      await store.close();
      // Of a Postgres that was given the files are not ours to read.
      const files = options.kind === 'embedded' ? options.folder : place().postgres?.folder;
      if (files !== undefined) {
        for (const secret of [...SECRET_WORDS, SUBJECT]) expect(filesWith(files, secret)).toEqual([]);
        // The same search finds what stands in the clear.
        expect(filesWith(files, 'label.made')).not.toEqual([]);
      }
      rmSync(dataDir, { recursive: true, force: true });
    },
    60_000 + KILLS * 60_000,
  );
});

describe('two servers on one embedded folder', () => {
  it('[ST7] the second one stops and says what to do; the first goes on', async () => {
    const dataDir = await freshDataDir();
    const env = { STORAGE: 'on', DATA_DIR: dataDir };
    const first = await startServer(env);
    const client = await TestClient.open(first);
    const refused = startServer(env);
    await expect(refused).rejects.toThrow('ended with 1 before it listened');
    await expect(refused).rejects.toThrow(`${join(dataDir, 'db')} is in use by another server`);
    await expect(refused).rejects.toThrow('DATABASE_URL');
    await client.ask('text.input', { text: 'Still here.' });
    await client.until(({ event }) => event === 'result.stored');
    expect(await first.stop()).toBe(0);
    expect(() => execFileSync('ls', [`${join(dataDir, 'db')}.lock`], { stdio: 'ignore' })).toThrow();
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);
});

function filesWith(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(text));
}
