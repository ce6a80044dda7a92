import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { RetentionService } from '../../src/review/retention.service.js';
import { ReviewStorage } from '../../src/review/storage.service.js';
import { freshDataDir } from '../support/databases.js';
import { result, session, TestStore } from '../support/store.js';

const DAY_MS = 86_400_000;
const CALLER = { tenant: 'default', role: 'admin', keyId: 'key-1', tokenId: 'key-1' } as const;
const ago = (days: number): Date => new Date(Date.now() - days * DAY_MS);

let folder: string;
let store: TestStore;
beforeAll(async () => {
  folder = await freshDataDir();
  store = await TestStore.open({ kind: 'embedded', folder: join(folder, 'db') });
}, 60_000);
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});
const retentionOf = (keepAudioDays: number): RetentionService =>
  new RetentionService(new ReviewStorage(store.database), store.erasure, store.ledger, {
    keepAudioDays,
    lostAfterMs: DAY_MS,
  });

it('[RV12] retention deletes old sessions, destroys the words of younger ones, and says how many; of its own tenant alone', async () => {
  for (const startedAt of [ago(40), ago(10), ago(1)]) await store.record(session({ startedAt }), [result(1)]);
  await store.record(session({ startedAt: ago(40), tenant: 'other' }), [result(1)]);
  const retention = retentionOf(30);
  expect(await retention.read(CALLER)).toMatchObject({ keepSessionsDays: null, lastPurge: null });
  await retention.write(CALLER, { keepSessionsDays: 30, keepWordsDays: 7, keepAudioDays: null });
  expect(await retention.purgeAll()).toEqual([
    { tenant: 'default', deletedSessions: 1, blankedSessions: 1, deletedAudio: 0 },
  ]);
  expect(await retention.purgeAll()).toEqual([
    { tenant: 'default', deletedSessions: 0, blankedSessions: 0, deletedAudio: 0 },
  ]);
  expect(await retention.read(CALLER)).toMatchObject({
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
});

it('[RV12] a session whose server was killed is ended once no server can hold it any more, and retention reaches it', async () => {
  const caller = { ...CALLER, tenant: 'killed' };
  for (const startedAt of [ago(40), ago(2), ago(0.5)]) {
    const recording = store.recorder.open(session({ tenant: 'killed', startedAt }));
    recording.result(result(1));
    await recording.settled(30_000);
  }
  const retention = retentionOf(30);
  await retention.write(caller, { keepSessionsDays: 30, keepWordsDays: null, keepAudioDays: null });
  expect(await retention.purgeAll()).toContainEqual({
    tenant: 'killed',
    deletedSessions: 1,
    blankedSessions: 0,
    deletedAudio: 0,
  });
  expect(
    await store.query(
      `SELECT close_reason AS reason, ended_at IS NOT NULL AS ended FROM sessions WHERE tenant = 'killed'
       ORDER BY started_at`,
    ),
  ).toEqual([
    { reason: 'lost', ended: true },
    { reason: null, ended: false },
  ]);
});

it('[RV12] sound is kept for no longer than people were told, by whatever the tenant says, and not at all once the server keeps none', async () => {
  const speak = async (days: number): Promise<void> => {
    const recording = store.recorder.open(session({ tenant: 'sound', startedAt: ago(days) }));
    recording.result(result(1));
    recording.audio({ utteranceId: 'u1', pcm: Buffer.alloc(1_000) });
    recording.close('ended');
    await recording.settled(30_000);
    // As if it had been written then.
    await store.query(
      `UPDATE audio SET created_at = created_at - $1 * interval '1 day' WHERE session_id IN (
      SELECT id FROM sessions WHERE started_at < now() - interval '1 hour') AND created_at > now() - interval '1 hour'`,
      [days],
    );
  };
  const caller = { ...CALLER, tenant: 'sound' };
  for (const days of [0, 10, 40]) await speak(days);
  const keep = (keepAudioDays: number | null) =>
    retentionOf(30).write(caller, { keepSessionsDays: null, keepWordsDays: null, keepAudioDays });
  const purged = (serverDays: number) => retentionOf(serverDays).purge('sound', 'job');
  expect(await keep(365)).toMatchObject({ keepAudioDays: 365, audioDays: 30 });
  expect(await purged(30)).toMatchObject({ deletedAudio: 1 });
  expect(await keep(7)).toMatchObject({ audioDays: 7 });
  expect(await purged(30)).toMatchObject({ deletedAudio: 1 });
  expect(await keep(null)).toMatchObject({ audioDays: 30 });
  expect(await purged(30)).toMatchObject({ deletedAudio: 0 });
  expect(await purged(0)).toMatchObject({ deletedAudio: 1, deletedSessions: 0, blankedSessions: 0 });
});
