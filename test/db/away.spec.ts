import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { DatabaseAwayError } from '../../src/sessions/database-errors.js';
import type { EmbeddedDatabase } from '../../src/sessions/embedded-database.js';
import type { Kept } from '../../src/sessions/recorder.service.js';
import { onEachDatabase } from '../support/databases.js';
import { result, session, TestStore } from '../support/store.js';

onEachDatabase('a database that goes away', (place, name) => {
  if (name === 'Postgres' && process.env['UNDERTONE_TEST_DATABASE_URL']) {
    it.skip('needs a Postgres that may be stopped', () => undefined);
    return;
  }
  /** Takes the database away without a word; returns what brings it back. */
  const takeAway = async (store: TestStore): Promise<() => Promise<void>> => {
    const control = place().postgres?.control;
    if (control) {
      await control.stop('immediate');
      return () => control.start();
    }
    const { embedded } = store.database as unknown as { embedded: EmbeddedDatabase };
    const { worker } = embedded as unknown as { worker: Worker };
    const gone = once(worker, 'exit');
    await worker.terminate();
    await gone;
    return () => Promise.resolve();
  };

  it('[ST5] sessions go on, results wait, and are written when it returns; over the bound they fail at once', async () => {
    const one = result(1);
    const bytes = 2 * JSON.stringify(one).length + 1_500;
    const store = await TestStore.open(await place().fresh(), { maxBytes: 3 * bytes });
    const kept: Kept[] = [];
    const live = store.recorder.open(session(), (told) => kept.push(told));
    live.result(one);
    await live.settled(60_000);
    const bringBack = await takeAway(store);
    for (let n = 2; n <= 6; n++) live.result(result(n));
    expect(kept.filter(({ state }) => state === 'failed')).toEqual([
      { state: 'failed', resultId: 'u5r1', reason: 'bufferFull' },
      { state: 'failed', resultId: 'u6r1', reason: 'bufferFull' },
    ]);
    if (place().postgres) await expect(store.query('SELECT 1')).rejects.toThrow(DatabaseAwayError);
    await bringBack();
    live.close('ended');
    expect(await live.settled(60_000)).toEqual({ stored: 4, failed: 2, pending: 0 });
    expect(await store.query('SELECT id FROM results ORDER BY id')).toEqual(
      ['u1r1', 'u2r1', 'u3r1', 'u4r1'].map((id) => ({ id })),
    );
    expect(await store.query('SELECT lost FROM sessions')).toEqual([{ lost: 2 }]);
    expect(await store.query(`SELECT body->>'results' AS n FROM ledger WHERE kind = 'results.lost'`)).toEqual([
      { n: '2' },
    ]);
    const check = await store.database.transaction((manager) => store.ledger.verify(manager));
    expect(check.fault).toBeUndefined();
    await store.close();
  }, 180_000);

  it('[ST15] a full disk is a database that is away: nothing is lost within the bound, and all is written once there is room', async () => {
    const one = result(1);
    const bytes = 2 * JSON.stringify(one).length + 1_500;
    const store = await TestStore.open(await place().fresh(), { maxBytes: 2 * bytes });
    const { source } = store.database as unknown as { source: DataSource };
    /** What Postgres answers where it cannot extend a file: a real full disk would stop the tests beside this one. */
    const asOwner = async (...statements: string[]): Promise<void> => {
      await source.transaction(async (manager) => {
        if (name === 'embedded') await manager.query('RESET ROLE');
        for (const statement of statements) await manager.query(statement);
        if (name === 'embedded') await manager.query('SET ROLE undertone_app');
      });
    };
    await asOwner(
      `CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`,
      'CREATE TRIGGER full_disk BEFORE INSERT ON results FOR EACH STATEMENT EXECUTE FUNCTION full_disk()',
    );
    const kept: Kept[] = [];
    const live = store.recorder.open(session(), (told) => kept.push(told));
    for (let n = 1; n <= 3; n++) live.result(result(n));
    expect(kept).toEqual([{ state: 'failed', resultId: 'u3r1', reason: 'bufferFull' }]);
    await expect(
      store.database.transaction((manager) =>
        store.sessions.write(manager, {
          session: session(),
          items: [{ type: 'result', at: new Date(), result: one }],
        }),
      ),
    ).rejects.toThrow('could not extend file');
    expect((await live.settled(300)).pending).toBe(2);
    await asOwner('DROP TRIGGER full_disk ON results', 'DROP FUNCTION full_disk');
    live.close('ended');
    expect(await live.settled(60_000)).toEqual({ stored: 2, failed: 1, pending: 0 });
    expect(await store.query('SELECT id FROM results ORDER BY id')).toEqual([{ id: 'u1r1' }, { id: 'u2r1' }]);
    await store.close();
  });
});
