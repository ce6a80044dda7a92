import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import pg from 'pg';
import type { DataSource } from 'typeorm';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { parseCheckpoint, signCheckpoint, signingKeyOf, type Checkpoint } from '../../src/sessions/checkpoint.js';
import type { DatabaseOptions } from '../../src/sessions/database.service.js';
import { LedgerAudit } from '../../src/sessions/ledger-audit.repository.js';
import { onEachDatabase } from '../support/databases.js';
import { result, session, TestStore } from '../support/store.js';

onEachDatabase('the ledger', (place, name) => {
  let options: DatabaseOptions;
  let store: TestStore;

  beforeAll(async () => {
    options = await place().fresh();
    store = await TestStore.open(options);
    for (let i = 0; i < 3; i++) await store.record(session({ tenant: `tenant-${i}` }), [result(1), result(2)]);
  });
  afterAll(async () => {
    await store.close();
  });

  const audit = (checkpoints: readonly Checkpoint[] = []) =>
    store.database.transaction((manager) => new LedgerAudit(store.ledger).verify(manager, checkpoints));
  /** As somebody who owns the database. */
  const tamper = async (...statements: string[]): Promise<void> => {
    const { source } = store.database as unknown as { source: DataSource };
    await source.transaction(async (manager) => {
      if (options.kind === 'embedded') await manager.query('RESET ROLE');
      await manager.query('ALTER TABLE ledger DISABLE TRIGGER ALL');
      for (const statement of statements) await manager.query(statement);
      await manager.query('ALTER TABLE ledger ENABLE TRIGGER ALL');
      if (options.kind === 'embedded') await manager.query('SET ROLE undertone_app');
    });
  };

  it('[LG2] holds as it was written', async () => {
    const { head, fault, roleMayChange } = await audit();
    // Three consents and six labels.
    expect({ seq: head.seq, fault }).toEqual({ seq: 9, fault: undefined });
    expect(roleMayChange).toBe(options.kind === 'postgres');
  });

  it.each([`UPDATE ledger SET kind = 'x'`, 'DELETE FROM ledger', 'TRUNCATE ledger', 'DELETE FROM ledger WHERE false'])(
    '[LG5] the database refuses: %s',
    async (statement) => {
      if (options.kind === 'postgres' && statement.endsWith('false')) return;
      await expect(store.query(statement)).rejects.toThrow(/only grows|permission denied/);
      expect((await audit()).head.seq).toBe(9);
    },
  );

  it.each([
    ['an entry was changed', `UPDATE ledger SET body = body || '{"label":"happy"}' WHERE seq = 3`, 3, 'its content'],
    ['an entry was deleted', 'DELETE FROM ledger WHERE seq = 4', 4, 'entry 4 is missing'],
    ['a label was changed', `UPDATE results SET label = 'happy' WHERE ledger_seq = 5`, 5, 'its result was changed'],
    [
      'a sealed value was changed',
      `UPDATE results SET sealed = sealed || '\\x00' WHERE ledger_seq = 6`,
      6,
      'its result',
    ],
    ['a result was deleted', 'DELETE FROM results WHERE ledger_seq = 8', 8, 'its result is gone'],
    [
      'a label lost its history',
      `DELETE FROM labels USING results r WHERE r.ledger_seq = 9 AND labels.result_id = r.id AND labels.session_id = r.session_id`,
      9,
      'the history of its label',
    ],
  ])('[LG2] names the entry where %s', async (_, statement, seq, reason) => {
    const { source } = store.database as unknown as { source: DataSource };
    // Each is undone: copies of the tables are put back.
    const tables = ['ledger', 'results', 'labels'];
    await tamper(...tables.map((table) => `CREATE TEMPORARY TABLE kept_${table} AS TABLE ${table}`), statement);
    const { fault } = await audit();
    expect(fault).toEqual({ seq, reason: expect.stringContaining(reason) });
    await tamper(
      'DELETE FROM labels',
      'DELETE FROM results',
      'DELETE FROM ledger',
      ...tables.map((table) => `INSERT INTO ${table} SELECT * FROM kept_${table}`),
      ...tables.map((table) => `DROP TABLE kept_${table}`),
    );
    expect(source.isInitialized && (await audit()).fault).toBeUndefined();
  });

  it('[LG4] a checkpoint shows that the end was cut off, or that all was made anew', async () => {
    const key = signingKeyOf(Buffer.alloc(32, 5));
    const { head } = await audit();
    const made = signCheckpoint(head, key, new Date());
    expect((await audit([made])).fault).toBeUndefined();
    const longer = signCheckpoint({ ...head, seq: head.seq + 1 }, key, new Date());
    expect((await audit([longer])).fault).toEqual({ seq: 10, reason: expect.stringContaining('it is gone') });
    const other = signCheckpoint({ ...head, hash: '0'.repeat(64) }, key, new Date());
    expect((await audit([other])).fault).toEqual({ seq: 9, reason: expect.stringContaining('says otherwise') });
    expect((await audit([{ ...made, at: new Date(0).toISOString() }])).fault?.reason).toContain('no valid signature');
  });

  it('[LG6] several writers keep one chain', async () => {
    const before = (await audit()).head.seq;
    const event = (n: number) => ({ tenant: 'many', kind: 'data.exported', body: { n } }) as const;
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        store.database.transaction((manager) => store.ledger.append(manager, [event(n), event(n)], new Date())),
      ),
    );
    expect(await audit()).toMatchObject({ head: { seq: before + 40 } });
  });

  if (name === 'Postgres') {
    it('[LG5] with a role of its own the server has no right to change it', async () => {
      const owner = await place().fresh();
      const ownerUrl = owner.kind === 'postgres' ? owner.url : '';
      const role = `app_${randomUUID().slice(0, 8)}`;
      const client = new pg.Client({ connectionString: ownerUrl });
      await client.connect();
      await client.query(`CREATE ROLE ${role} LOGIN`);
      await client.end();
      const url = Object.assign(new URL(ownerUrl), { username: role }).href;
      const apart = await TestStore.open({ kind: 'postgres', url, ownerUrl });
      expect(await apart.record(session(), [result(1)])).toMatchObject([{ state: 'stored' }]);
      for (const statement of [
        'DELETE FROM ledger',
        'ALTER TABLE ledger DISABLE TRIGGER ALL',
        'DROP TABLE ledger',
        'DELETE FROM migrations',
      ]) {
        await expect(apart.query(statement)).rejects.toThrow(/permission denied|must be owner/);
      }
      const { roleMayChange } = await apart.database.transaction((manager) =>
        new LedgerAudit(apart.ledger).verify(manager),
      );
      expect(roleMayChange).toBe(false);
      await apart.close();
    });
  }

  it('[LG7] the command proves it, signs it, and names what is broken', async () => {
    const other = await place().fresh();
    const written = await TestStore.open(other);
    await written.record(session(), [result(1)]);
    await written.close();
    const keys = written.keys.folder;
    const env = {
      ...process.env,
      NODE_OPTIONS: '',
      ...(other.kind === 'embedded'
        ? { DATA_DIR: join(other.folder, '..') }
        : { DATABASE_URL: other.url, DATA_DIR: join(keys, '..') }),
      MASTER_KEY: masterKeyOf(keys),
    };
    const run = (...args: string[]): Promise<{ code: number; out: string }> =>
      new Promise((resolve) => {
        execFile(
          process.execPath,
          ['bin/undertone.mjs', 'ledger', ...args],
          { cwd: PROJECT_ROOT, env },
          (error, out, err) => {
            resolve({ code: error ? Number(error.code) : 0, out: out + err });
          },
        );
      });
    const file = join(keys, '..', 'checkpoints.jsonl');
    expect(await run('checkpoint', '--out', file)).toEqual({
      code: 0,
      out: expect.stringContaining('entry 2, signed by'),
    });
    const made = parseCheckpoint(readFileSync(file, 'utf8'));
    expect(made.seq).toBe(2);
    expect(await run('verify', '--checkpoint', file)).toEqual({
      code: 0,
      out: expect.stringContaining('2 entries and 1'),
    });
    const shown = await run('show', '--kind', 'label.made', '--json');
    expect(JSON.parse(shown.out)).toMatchObject({ seq: 2, tenant: 'default', kind: 'label.made', body: {} });
    expect(await run('show', '--kind', 'nonsense')).toMatchObject({ code: 1 });
    writeFileSync(file, JSON.stringify({ ...made, seq: 3 }));
    const { code, out } = await run('verify', '--checkpoint', file);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringContaining('broken at entry 3') });
  }, 240_000);
});

function masterKeyOf(folder: string): string {
  const id = readFileSync(join(folder, 'current'), 'utf8').trim();
  return readFileSync(join(folder, `${id}.key`), 'utf8').trim();
}
