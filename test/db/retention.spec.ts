import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionService } from '../../src/review/retention.service.js';
import { ReviewStorage } from '../../src/review/storage.service.js';
import { freshDataDir } from '../support/databases.js';
import { result, session, TestStore } from '../support/store.js';

const DAY_MS = 86_400_000;
const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);

it('[RV12] retention deletes old sessions, destroys the words of younger ones, and says how many; of its own tenant alone', async () => {
  const folder = await freshDataDir();
  const store = await TestStore.open({ kind: 'embedded', folder: join(folder, 'db') });
  for (const startedAt of [ago(40), ago(10), ago(1)]) await store.record(session({ startedAt }), [result(1)]);
  await store.record(session({ startedAt: ago(40), tenant: 'other' }), [result(1)]);
  const retention = new RetentionService(new ReviewStorage(store.database), store.erasure, store.ledger, {
    keepAudioDays: 30,
  });
  const caller = { tenant: 'default', role: 'admin', keyId: 'key-1', tokenId: 'key-1' } as const;
  expect(await retention.read(caller)).toMatchObject({ keepSessionsDays: null, lastPurge: null });
  await retention.write(caller, { keepSessionsDays: 30, keepWordsDays: 7, keepAudioDays: null });
  expect(await retention.purgeAll()).toEqual([
    { tenant: 'default', deletedSessions: 1, blankedSessions: 1, deletedAudio: 0 },
  ]);
  expect(await retention.purgeAll()).toEqual([
    { tenant: 'default', deletedSessions: 0, blankedSessions: 0, deletedAudio: 0 },
  ]);
  expect(await retention.read(caller)).toMatchObject({
    lastPurge: { deletedSessions: 1, blankedSessions: 1, deletedAudio: 0 },
  });
  expect(
    await store.query(
      `SELECT s.tenant, r.sealed IS NULL AS blanked, r.label IS NOT NULL AS labelled FROM sessions s
       JOIN results r ON r.session_id = s.id ORDER BY s.tenant, s.started_at`,
    ),
  ).toEqual([
    { tenant: 'default', blanked: true, labelled: expect.any(Boolean) },
    { tenant: 'default', blanked: false, labelled: expect.any(Boolean) },
    { tenant: 'other', blanked: false, labelled: expect.any(Boolean) },
  ]);
  const { fault } = await store.database.transaction((manager) => store.ledger.verify(manager));
  expect(fault).toBeUndefined();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
