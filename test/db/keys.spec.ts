import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { addKey, readKeyFolder } from '../../src/common/key-folder.js';
import { newDataKey } from '../../src/privacy/envelope.js';
import { masterKeyId } from '../../src/privacy/master-keys.js';
import { KeysAwayError } from '../../src/privacy/transit-keys.js';
import { rotateKeys } from '../../src/sessions/key-rotation.js';
import { onEachDatabase } from '../support/databases.js';
import { startFakeTransit } from '../support/fake-transit.js';
import { newKeys, result, session, TestStore } from '../support/store.js';

onEachDatabase('master keys', (place) => {
  const sealed = (store: TestStore): Promise<{ sealed: Buffer }[]> =>
    store.query('SELECT sealed FROM results ORDER BY session_id, id');
  const inUse = async (store: TestStore): Promise<string[]> => {
    const rows = await store.query<{ id: string }>('SELECT DISTINCT master_key_id AS id FROM subjects');
    return rows.map(({ id }) => id);
  };
  const read = (store: TestStore): Promise<unknown> =>
    store.database.transaction(async (manager) => {
      const [row] = await manager.query<{ id: string; tenant: string }[]>('SELECT id, tenant FROM subjects');
      store.vault.forget(row!.id);
      return store.vault.dataKey(manager, row!.tenant, row!.id);
    });

  it('[PV9] rotate without rewriting data, are proved by the ledger, and leave the former key without use', async () => {
    const options = await place().fresh();
    const keys = newKeys();
    let store = await TestStore.open(options, { keys });
    const one = session();
    await store.record(one, [result(1)]);
    const before = await sealed(store);
    const pseudonym = store.vault.pseudonymOf(one.tenant, one.consent.subjectRef);
    const [first] = await inUse(store);

    const rotation = await rotateKeys(store, keys, store.ledger);
    expect(rotation).toEqual({ masterKeyId: expect.not.stringMatching(first!), former: [first], moved: 2 });
    expect(await inUse(store)).toEqual([rotation!.masterKeyId]);
    expect(await sealed(store)).toEqual(before);
    const [entry] = await store.query<{ kind: string; body: object }>(
      'SELECT kind, body FROM ledger ORDER BY seq DESC LIMIT 1',
    );
    expect(entry).toMatchObject({ kind: 'keys.rotated', body: { former: [first], moved: 2 } });
    await store.close();

    await rename(join(keys.folder, `${first}.key`), join(keys.folder, `${first}.gone`));
    store = await TestStore.open(options, { keys });
    expect(await read(store)).toHaveLength(32);
    expect(store.vault.pseudonymOf(one.tenant, one.consent.subjectRef)).toBe(pseudonym);
    await store.close();
  });

  it('[PV9] of a rotation that was stopped are taken up again, without another key', async () => {
    const keys = newKeys();
    const store = await TestStore.open(await place().fresh(), { keys });
    await store.record(session(), [result(1)]);
    const made = await addKey(keys.folder, masterKeyId);
    expect((await rotateKeys(store, keys, store.ledger))?.masterKeyId).toBe(made);
    expect((await readKeyFolder(keys.folder, masterKeyId)).keys.size).toBe(2);
    await store.close();
  });

  it('[PV9] of the environment are moved to when it gives a new one; the folder’s then only open', async () => {
    const keys = newKeys();
    const options = await place().fresh();
    let store = await TestStore.open(options, { keys });
    await store.record(session(), [result(1)]);
    await store.close();
    const current = newDataKey();
    store = await TestStore.open(options, { keys: { ...keys, current } });
    expect(await rotateKeys(store, { ...keys, current }, store.ledger)).toMatchObject({
      masterKeyId: masterKeyId(current),
      moved: 2,
    });
    expect(await rotateKeys(store, { ...keys, current }, store.ledger)).toBeUndefined();
    expect(await read(store)).toHaveLength(32);
    await store.close();
  });

  it('[PV9] go over to a keeper, whose versions are followed, without rewriting data', async () => {
    const transit = await startFakeTransit();
    const keys = newKeys();
    const options = await place().fresh();
    let store = await TestStore.open(options, { keys });
    await store.record(session(), [result(1)]);
    await store.close();
    const kept = { ...keys, keeper: transit.options };
    store = await TestStore.open(options, { keys: kept });
    expect(await read(store)).toHaveLength(32);
    expect(await rotateKeys(store, kept, store.ledger)).toMatchObject({
      masterKeyId: 'transit:transit/undertone:v1',
      moved: 2,
    });
    expect(await rotateKeys(store, kept, store.ledger)).toBeUndefined();
    transit.rotate();
    expect(await rotateKeys(store, kept, store.ledger)).toMatchObject({ moved: 2 });
    await store.close();
    // The local key is needed no more, but without the keeper nothing opens.
    store = await TestStore.open(options, { keys: { ...newKeys(), keeper: transit.options } });
    expect(await read(store)).toHaveLength(32);
    transit.mood = 'sealed';
    await expect(read(store)).rejects.toThrow(KeysAwayError);
    transit.mood = 'serve';
    expect(await store.record(session(), [result(1)])).toMatchObject([{ state: 'stored' }]);
    await store.close();
    await expect(TestStore.open(options, { keys })).rejects.toThrow('KMS_URL');
    transit.close();
  });

  it('[PV9] that were lost stop the start by name, and no new one is made', async () => {
    const options = await place().fresh();
    const keys = newKeys();
    const store = await TestStore.open(options, { keys });
    await store.record(session(), [result(1)]);
    const [first] = await inUse(store);
    await store.close();
    const empty = newKeys();
    const opening = TestStore.open(options, { keys: empty });
    await expect(opening).rejects.toThrow(first);
    await expect(opening).rejects.toThrow('no new key was made');
    await expect(readdir(empty.folder)).rejects.toThrow('ENOENT');
    const wrong = { ...empty, current: newDataKey() };
    await expect(TestStore.open(options, { keys: wrong })).rejects.toThrow(first);
  });

  it('[PV9] that a command made while the server ran are found by the server', async () => {
    const keys = newKeys();
    const store = await TestStore.open(await place().fresh(), { keys });
    await store.record(session(), [result(1)]);
    const other = new (store.vault.constructor as new (source: typeof keys) => typeof store.vault)(keys);
    await store.database.transaction((manager) => other.prepare(manager));
    await rotateKeys({ database: store.database, vault: other }, keys, store.ledger);
    expect(await read(store)).toHaveLength(32);
    await store.close();
  });
});
