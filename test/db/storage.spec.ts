import { randomUUID } from 'node:crypto';
import { describe, expect, it, jest } from '@jest/globals';
import { IsNull, type DataSource } from 'typeorm';
import { SerialQueue } from '../../src/common/serial-queue.js';
import type { Emotion } from '../../src/emotion/scores.js';
import { fuse } from '../../src/fusion/evidence.fixture.js';
import { relabel } from '../../src/fusion/relabel.js';
import { TamperedError } from '../../src/privacy/envelope.js';
import type { OpenedSession } from '../../src/sessions/batch.js';
import { placeOf } from '../../src/sessions/columns.js';
import { Label } from '../../src/sessions/label.entity.js';
import { Result } from '../../src/sessions/result.entity.js';
import { SCHEMA } from '../../src/sessions/schema.js';
import type { SealedLabel, SealedResult } from '../../src/sessions/sealed.js';
import { Session } from '../../src/sessions/session.entity.js';
import type { Kept, Recording } from '../../src/sessions/recorder.service.js';
import { RevisionError } from '../../src/sessions/sessions.repository.js';
import { Utterance } from '../../src/sessions/utterance.entity.js';
import { onEachDatabase } from '../support/databases.js';
import { newKeys, result, session, TestStore } from '../support/store.js';

onEachDatabase('storage', (place) => {
  let store: TestStore;
  /** Opening takes seconds: one database for most, and a tenant for each test. */
  let one: OpenedSession;

  beforeAll(async () => {
    store = await TestStore.open(await place().fresh(), { maxBytes: 4_000_000 });
  });
  beforeEach(() => {
    one = session({ tenant: randomUUID() });
  });
  afterAll(async () => {
    await store.close();
  });

  const rowsOf = (what: string, table: string, where = 'true'): Promise<Record<string, unknown>[]> =>
    store.query(`SELECT ${what} FROM ${table} WHERE tenant = $1 AND ${where} ORDER BY 1`, [one.tenant]);
  const keyOf = (sessionId = one.id): Promise<Buffer> =>
    store.database.transaction(async (manager) => {
      const { subjectId } = await manager.findOneByOrFail(Session, { id: sessionId });
      return store.vault.dataKey(manager, one.tenant, subjectId);
    });
  const read = async (id: string): Promise<SealedResult> => {
    const dataKey = await keyOf();
    const row = await store.database.transaction((manager) =>
      manager.findOneByOrFail(Result, { sessionId: one.id, id }),
    );
    return store.sessions.openResult(dataKey, row);
  };

  const revise = (expected: number, action: 'overridden' | 'revoked' | 'restored', label: Emotion | null = null) =>
    store.database.transaction((manager) =>
      store.sessions.revise(
        manager,
        {
          tenant: one.tenant,
          sessionId: one.id,
          utteranceId: 'u1',
          expected,
          action,
          author: 'analyst-key',
          reason: `why ${action}`,
          ...(action === 'restored' ? { restores: 1 } : {}),
          derive: (current, restored) => restored ?? relabel(current, label, 0),
        },
        new Date(),
      ),
    );
  const late = (revision: number, over: Partial<Parameters<typeof result>[1]> = {}) =>
    result(1, { revision, cause: 'transcriptRevised', ...over });

  it('[ST1] migrates up, down and up again, to the schema that the entities describe', async () => {
    const options = await place().fresh();
    const other = await TestStore.open(options);
    const source = (other.database as unknown as { source: DataSource }).source;
    await source.query('RESET ROLE');
    const tables = async (): Promise<string[]> => {
      const rows = await source.query<{ name: string }[]>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    };
    const up = await tables();
    expect(up).toEqual([...source.entityMetadatas.map(({ tableName }) => tableName), 'migrations'].sort());
    for (let i = 0; i < SCHEMA.migrations.length; i++) await source.undoLastMigration();
    expect(await tables()).toEqual(['migrations']);
    await source.runMigrations();
    expect(await tables()).toEqual(up);
    expect(await driftOf(source)).toEqual([]);
    await source.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'OfTomorrow')`);
    await other.close();
    await expect(TestStore.open(options)).rejects.toThrow(/newer Undertone \(OfTomorrow\)/);
  });

  it('[ST2] keeps what was found out, so that the same answer can be made again bit for bit', async () => {
    const told = result(1, { words: "I'm fine, really" });
    const [kept] = await store.record(one, [told, result(2)]);
    const [entry] = await store.query<{ hash: string }>('SELECT hash FROM ledger WHERE seq = $1', [
      kept?.state === 'stored' ? kept.ledgerSeq : 0,
    ]);
    expect(kept).toMatchObject({ state: 'stored', resultId: 'u1r1', storedAs: 'u1r1', ledgerHash: entry?.hash });
    const { voice, text, words = '', fused } = await read('u1r1');
    expect(fused).toEqual(told.fused);
    expect(JSON.stringify(fuse({ voice, text }, { words }))).toBe(JSON.stringify(told.fused));
    const dataKey = await keyOf();
    await store.database.transaction(async (manager) => {
      const { endedAt, closeReason } = await manager.findOneByOrFail(Session, { id: one.id });
      expect({ endedAt, closeReason }).toEqual({ endedAt: expect.any(Date), closeReason: 'ended' });
      const said = await manager.findOneByOrFail(Utterance, { sessionId: one.id, id: 'u1' });
      expect(store.vault.open(dataKey, placeOf('utterances', one.tenant, one.id, 'u1'), said.sealed!)).toEqual({
        transcript: told.transcript,
      });
    });
  });

  it('[ST2] recognises what it has written before', async () => {
    const items = [1, 2].map((n) => ({ type: 'result', at: new Date(), result: result(n) }) as const);
    const write = () => store.database.transaction((manager) => store.sessions.write(manager, { session: one, items }));
    const first = await write();
    expect(await write()).toEqual(first);
    expect(await rowsOf('id', 'results')).toEqual([{ id: 'u1r1' }, { id: 'u2r1' }]);
    expect(await rowsOf('kind', 'ledger')).toEqual([
      { kind: 'consent.given' },
      { kind: 'label.made' },
      { kind: 'label.made' },
    ]);
  });

  it('[ST2] keeps every revision, and one of them stands', async () => {
    await store.record(one, [result(1), late(2, { words: 'no' })]);
    await store.record(one, [late(3, { words: 'well' })]);
    expect(await rowsOf('id', 'results')).toEqual([{ id: 'u1r1' }, { id: 'u1r2' }, { id: 'u1r3' }]);
    await store.database.transaction(async (manager) => {
      const standing = await manager.findBy(Result, { tenant: one.tenant, supersededAt: IsNull() });
      expect(standing.map(({ id }) => id)).toEqual(['u1r3']);
    });
  });

  it('[ST3] a person overrides, revokes and restores: every version stays, with author and reason', async () => {
    await store.record(one, [result(1)]);
    const before = await read('u1r1');
    expect(await revise(1, 'overridden', 'angry')).toMatchObject({ result: { id: 'u1r2' }, supersedes: 'u1r1' });
    await expect(revise(1, 'overridden', 'angry')).rejects.toEqual(new RevisionError('conflict'));
    await revise(2, 'revoked');
    expect((await revise(3, 'restored')).fused).toEqual(before.fused);
    expect((await read('u1r4')).fused).toEqual(before.fused);
    const dataKey = await keyOf();
    const labels = await store.database.transaction((manager) =>
      manager.find(Label, { where: { tenant: one.tenant }, order: { version: 'ASC' } }),
    );
    expect(
      labels.map(({ action, author, label, sealed, version }) => {
        const place = placeOf('labels', one.tenant, one.id, 'u1', version);
        const { reason } = sealed ? (store.vault.open(dataKey, place, sealed) as SealedLabel) : { reason: null };
        return { action, author, label, reason };
      }),
    ).toEqual([
      { action: 'made', author: before.fused.models.fusion?.name, label: before.fused.decision.label, reason: null },
      { action: 'overridden', author: 'analyst-key', label: 'angry', reason: 'why overridden' },
      { action: 'revoked', author: 'analyst-key', label: null, reason: 'why revoked' },
      { action: 'restored', author: 'analyst-key', label: before.fused.decision.label, reason: 'why restored' },
    ]);
    // The line does not know of it, and counts on: nothing is lost.
    const [kept] = await store.record(one, [late(2)]);
    expect(kept).toMatchObject({ resultId: 'u1r2', storedAs: 'u1r5' });
    expect((await read('u1r5')).fused).toEqual(late(2).fused);
  });

  it('[RV5] what a person said stands over what the line made before it knew', async () => {
    await store.record(one, [result(1)]);
    await revise(1, 'overridden', 'fearful');
    const made = late(2, { words: 'well, really', voice: { angry: 0.9 } });
    const again = late(3, { voice: { disgust: 0.9 } });
    const kept = await store.record(one, [made, again]);
    expect(kept).toMatchObject([{ storedAs: 'u1r3' }, { storedAs: 'u1r4' }]);
    const { fused, words, voice } = await read('u1r3');
    expect({ words, voice }).toEqual({ words: 'well, really', voice: made.voice });
    expect(fused).toEqual(relabel(made.fused, 'fearful', 0));
    expect((await read('u1r4')).fused).toEqual(relabel(again.fused, 'fearful', 0));
    await revise(4, 'revoked');
    await store.record(one, [late(4)]);
    expect((await read('u1r6')).fused.decision).toMatchObject({ label: null, abstainReason: 'revoked', by: 'person' });
  });

  it('[RV5] [RV6] a correction and a revision that come at once: one is first, and both are kept', async () => {
    for (let n = 0; n < 5; n++) {
      one = session({ tenant: randomUUID() });
      await store.record(one, [result(1)]);
      const corrected = revise(1, 'overridden', 'fearful').then(
        () => true,
        (error: unknown) => {
          expect(error).toEqual(new RevisionError('conflict'));
          return false;
        },
      );
      const items = [{ type: 'result', at: new Date(), result: late(2) }] as const;
      await store.database.transaction((manager) => store.sessions.write(manager, { session: one, items }));
      const wasFirst = await corrected;
      expect(await rowsOf('id, label', 'results', 'superseded_at IS NULL')).toEqual([
        wasFirst ? { id: 'u1r3', label: 'fearful' } : { id: 'u1r2', label: late(2).fused.decision.label },
      ]);
    }
  });

  it('[RV6] what was blanked or erased can no longer be corrected, nor an answer of it brought back', async () => {
    await store.record(one, [result(1), late(2)]);
    const { tenant } = one;
    const wordsBefore = new Date(Date.now() + 1_000);
    await store.database.transaction((manager) =>
      store.erasure.purge(manager, { tenant, wordsBefore }, 'job', new Date()),
    );
    await expect(revise(2, 'overridden', 'sad')).rejects.toEqual(new RevisionError('erased'));
    await expect(revise(2, 'restored')).rejects.toEqual(new RevisionError('erased'));
    expect(await rowsOf('id', 'results')).toEqual([{ id: 'u1r1' }, { id: 'u1r2' }]);
  });

  it('[ST2] two revisions of one millisecond are two, whether they are written together or not', async () => {
    const added = (revision: number, voice: object) => late(revision, { cause: 'evidenceAdded', voice });
    const kept: Kept[] = [];
    const recording = store.recorder.open(one, (told) => kept.push(told));
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    recording.result(result(1));
    recording.result(added(2, { angry: 0.9 }));
    recording.result(added(3, { happy: 0.9 }));
    clock.mockRestore();
    recording.close('ended');
    await recording.settled(30_000);
    expect(kept).toMatchObject(['u1r1', 'u1r2', 'u1r3'].map((id) => ({ state: 'stored', resultId: id, storedAs: id })));
    expect((await read('u1r3')).fused).toEqual(added(3, { happy: 0.9 }).fused);
  });

  it('[ST4] a tampered value is an error, and a value moved to another row is one too', async () => {
    await store.record(one, [result(1), result(2)]);
    const tamper = (sql: string) => store.query(sql, [one.tenant]);
    await expect(read('u1r1')).resolves.toHaveProperty('fused');
    await tamper(`UPDATE results SET label = 'happy' WHERE id = 'u1r1' AND tenant = $1`);
    await expect(read('u1r1')).rejects.toThrow(TamperedError);
    await tamper(
      `UPDATE results r SET sealed = o.sealed FROM results o
       WHERE r.tenant = $1 AND o.session_id = r.session_id AND r.id = 'u2r1' AND o.id = 'u1r1'`,
    );
    await expect(read('u2r1')).rejects.toThrow(TamperedError);
    await tamper(`UPDATE results SET sealed = set_byte(sealed, 60, get_byte(sealed, 60) # 1) WHERE tenant = $1`);
    await expect(read('u2r1')).rejects.toThrow(TamperedError);
    await tamper(
      'UPDATE subjects SET wrapped_key = set_byte(wrapped_key, 40, get_byte(wrapped_key, 40) # 1) WHERE tenant = $1',
    );
    const [{ id } = {}] = await rowsOf('id', 'subjects');
    store.vault.forget(String(id));
    await expect(read('u1r1')).rejects.toThrow(TamperedError);
  });

  it('[ST6] after an erasure nothing can be opened, nothing more is written, and aggregates and ledger still stand', async () => {
    await store.record(one, [result(1)]);
    const [{ consent_id: consentId } = {}] = await rowsOf('consent_id', 'sessions');
    const erase = () =>
      store.database.transaction((manager) =>
        store.erasure.eraseConsenting(manager, one.tenant, String(consentId), new Date()),
      );
    const proof = await erase();
    expect(proof).toMatchObject({ sessions: 1, ledgerHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await erase()).toBeUndefined();
    await expect(keyOf()).rejects.toThrow('This subject was erased.');
    expect(await store.record(one, [result(2)])).toEqual([{ state: 'failed', resultId: 'u2r1', reason: 'erased' }]);
    for (const table of ['sessions', 'utterances', 'results', 'labels', 'alerts', 'consents']) {
      expect(await rowsOf('*', table, 'sealed IS NOT NULL')).toEqual([]);
    }
    expect(await rowsOf('wrapped_key, pseudonym', 'subjects')).toEqual([{ wrapped_key: null, pseudonym: null }]);
    expect(await rowsOf('label IS NOT NULL AS labelled', 'results')).toHaveLength(1);
    const check = await store.database.transaction((manager) => store.ledger.verify(manager));
    expect(check.fault).toBeUndefined();
    // The same person who comes again is somebody new.
    const again = { ...one, id: randomUUID(), consent: { ...one.consent, grantedAt: '2026-02-01T00:00:00Z' } };
    expect(await store.record(again, [result(1)])).toMatchObject([{ state: 'stored' }]);
  });

  it('[ST6] an erasure ends every consent of the subject: none of them opens anything again, only a new one does', async () => {
    const given = (grantedAt: string) => store.consents.keep(one.tenant, { ...one.consent, grantedAt }, new Date());
    const [first, second] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
    const { id } = await given(first);
    await store.consents.withdraw(one.tenant, (await given(second)).id, ['voice'], new Date('2026-01-03T00:00:00Z'));
    const now = new Date();
    await store.database.transaction((manager) => store.erasure.eraseConsenting(manager, one.tenant, id, now));
    for (const [grantedAt, voice] of [
      [first, now.toISOString()],
      [second, '2026-01-03T00:00:00.000Z'],
    ] as const) {
      const record = await given(grantedAt);
      expect(record.consent).toBeUndefined();
      expect(record.withdrawn).toMatchObject({ voice, text: now.toISOString() });
    }
    expect((await given('2026-02-01T00:00:00Z')).consent).toBeDefined();
  });

  it('[ST6] a consent that comes while its subject is erased is erased with it, or of somebody new', async () => {
    for (let n = 1; n <= 10; n++) {
      const given = (minute: number) =>
        store.consents.keep(
          one.tenant,
          { ...one.consent, grantedAt: `2026-01-${10 + n}T00:0${minute}:00Z` },
          new Date(),
        );
      const { id } = await given(0);
      const erase = store.database.transaction((manager) =>
        store.erasure.eraseConsenting(manager, one.tenant, id, new Date()),
      );
      await Promise.all([erase, given(1)]);
    }
    expect(
      await store.query(
        `SELECT c.id FROM consents c JOIN subjects s ON s.id = c.subject_id
         WHERE c.tenant = $1 AND (c.sealed IS NULL) <> (s.wrapped_key IS NULL)`,
        [one.tenant],
      ),
    ).toEqual([]);
  });

  it('[ST8] without the master key nothing starts, and no new key is made', async () => {
    const options = await place().fresh();
    const keys = newKeys();
    const other = await TestStore.open(options, { keys });
    await other.record(one, [result(1)]);
    await other.close();
    await expect(TestStore.open(options, { keys: newKeys() })).rejects.toThrow(/master key [0-9a-f]{16}/);
    const wrong = { ...newKeys(), current: Buffer.alloc(32, 7) };
    await expect(TestStore.open(options, { keys: wrong })).rejects.toThrow(/master key/);
    const back = await TestStore.open(options, { keys });
    expect(await back.query('SELECT id FROM results')).toEqual([{ id: 'u1r1' }]);
    await back.close();
  });

  it('[ST9] a clock that jumps back turns no order round', async () => {
    const [late, early] = [new Date('2031-01-01T00:00:00Z'), new Date('2030-01-01T00:00:00Z')];
    for (const [n, at] of [late, early].entries()) {
      await store.database.transaction((manager) =>
        store.sessions.write(manager, { session: one, items: [{ type: 'result', at, result: result(n + 1) }] }),
      );
    }
    const closed = { type: 'closed', at: early, reason: 'ended' } as const;
    await store.database.transaction((manager) =>
      store.sessions.write(manager, { session: { ...one, startedAt: late }, items: [closed] }),
    );
    expect(await rowsOf('ended_at AS at', 'sessions')).toEqual([{ at: late }]);
    const entries = await store.database.transaction((manager) =>
      store.ledger.list(manager, 2, { tenant: one.tenant }),
    );
    expect(entries.map(({ at, body }) => ({ at, id: body['resultId'] }))).toEqual([
      { at: late, id: 'u2r1' },
      { at: late, id: 'u1r1' },
    ]);
    expect(await rowsOf('id, created_at AS at', 'results')).toEqual([
      { id: 'u1r1', at: late },
      { id: 'u2r1', at: early },
    ]);
  });

  it('[ST10] text that looks like SQL, NUL and half characters are only text', async () => {
    const evil = `'; DROP TABLE results; --\0\uD800 $1 %s \\ "`;
    const odd = {
      ...one,
      clientRef: evil,
      consent: { ...one.consent, subjectRef: evil, noticeVersion: evil, purposes: [evil] },
      context: { purpose: evil, setting: evil },
    };
    const recording = store.recorder.open(odd);
    const told = result(1, { words: evil });
    recording.result({ ...told, utterance: { ...told.utterance, ref: evil } });
    recording.alert({
      id: randomUUID(),
      rule: 'angry',
      status: 'raised',
      utteranceIds: ['u1'],
      sinceMs: 0,
      detail: evil,
    });
    recording.close('ended');
    expect(await recording.settled(30_000)).toEqual({ stored: 1, failed: 0, pending: 0 });
    expect((await read('u1r1')).words).toBe(evil);
    expect(await rowsOf('rule', 'alerts')).toEqual([{ rule: 'angry' }]);
  });

  describe('sound', () => {
    const pcm = Buffer.alloc(600_000, 7);
    const soundOf = async (utteranceId = 'u1'): Promise<Buffer | undefined> => {
      const dataKey = await keyOf();
      const where = { tenant: one.tenant, sessionId: one.id, utteranceId };
      return store.database.transaction((manager) => store.audio.read(manager, dataKey, where));
    };
    const recorded = async (of = store): Promise<Recording> => {
      const recording = of.recorder.open(one);
      recording.result(result(1));
      recording.audio({ utteranceId: 'u1', pcm });
      recording.close('ended');
      await recording.settled(30_000);
      return recording;
    };

    it('[ST13] is kept in sealed pieces; one that is changed, moved or gone is an error', async () => {
      await recorded();
      expect((await soundOf())?.equals(pcm)).toBe(true);
      expect(await soundOf('u2')).toBeUndefined();
      expect(await rowsOf(`piece, pieces, position('\\x07070707'::bytea IN sealed) AS plain`, 'audio')).toEqual(
        [0, 1, 2].map((piece) => ({ piece, pieces: 3, plain: 0 })),
      );
      // The same batch again.
      await recorded();
      expect((await soundOf())?.equals(pcm)).toBe(true);
      const tamper = (sql: string) => store.query(sql, [one.tenant]);
      await tamper('UPDATE audio SET piece = 2 - piece + 10 WHERE tenant = $1');
      await expect(soundOf()).rejects.toThrow(TamperedError);
      await tamper('UPDATE audio SET piece = 12 - piece WHERE tenant = $1');
      expect((await soundOf())?.equals(pcm)).toBe(true);
      await tamper('DELETE FROM audio WHERE tenant = $1 AND piece = 2');
      await expect(soundOf()).rejects.toThrow(TamperedError);
    });

    it('[ST13] goes with an erasure, a deletion, and by its own age', async () => {
      await recorded();
      const retention = { tenant: one.tenant, audioBefore: new Date(Date.now() + 1_000) };
      const purge = () =>
        store.database.transaction((manager) => store.erasure.purge(manager, retention, 'job', new Date()));
      expect(await purge()).toMatchObject({ deletedAudio: 1, deletedSessions: 0, more: false });
      expect(await rowsOf('*', 'audio')).toEqual([]);
      expect(await rowsOf(`body->>'deletedAudio' AS n`, 'ledger', `kind = 'data.purged'`)).toEqual([{ n: '1' }]);
      await recorded();
      const [{ consent_id: consentId } = {}] = await rowsOf('consent_id', 'sessions');
      await store.database.transaction((manager) =>
        store.erasure.eraseConsenting(manager, one.tenant, String(consentId), new Date()),
      );
      expect(await rowsOf('*', 'audio')).toEqual([]);
    });

    it('[ST13] is dropped first where there is too little room, and the ledger says so; when withdrawn as well', async () => {
      const small = await TestStore.open(await place().fresh(), { maxBytes: 2_000_000 });
      const recording = small.recorder.open(one);
      for (const n of [1, 2]) {
        recording.result(result(n));
        recording.audio({ utteranceId: `u${n}`, pcm: Buffer.alloc(900_000, n) });
      }
      recording.audio({ utteranceId: 'u3', pcm });
      recording.dropAudio();
      recording.close('ended');
      expect(await recording.settled(30_000)).toEqual({ stored: 2, failed: 0, pending: 0 });
      expect(await small.query('SELECT utterance_id FROM audio')).toEqual([]);
      expect(await small.query(`SELECT body->>'utterances' AS n FROM ledger WHERE kind = 'audio.lost'`)).toEqual([
        { n: '2' },
      ]);
      await small.close();
    });
  });

  it('[ST11] deletes and blanks by age, in pieces, and the ledger says so', async () => {
    const aged = (startedAt: string): OpenedSession => ({ ...one, id: randomUUID(), startedAt: new Date(startedAt) });
    const [old, middle, fresh] = [aged('2025-01-01'), aged('2025-06-01'), aged('2025-12-01')];
    for (const each of [old, middle, fresh]) await store.record(each, [result(1)]);
    const { tenant } = one;
    const [sessionsBefore, wordsBefore] = [new Date('2025-03-01'), new Date('2025-09-01')];
    const purge = () =>
      store.database.transaction((manager) =>
        store.erasure.purge(manager, { tenant, sessionsBefore, wordsBefore }, 'job', new Date()),
      );
    expect(await purge()).toEqual({ deletedSessions: 1, blankedSessions: 1, deletedAudio: 0, more: false });
    expect(await purge()).toEqual({ deletedSessions: 0, blankedSessions: 0, deletedAudio: 0, more: false });
    expect(await rowsOf('sealed IS NULL AS blank, session_id AS id', 'results')).toEqual([
      { blank: false, id: fresh.id },
      { blank: true, id: middle.id },
    ]);
    expect(await rowsOf(`body->>'sessionId' AS id`, 'ledger', `kind = 'session.deleted'`)).toEqual([{ id: old.id }]);
    const remove = (of: string) =>
      store.database.transaction((manager) => store.erasure.deleteSession(manager, of, fresh.id, 'admin', new Date()));
    expect(await remove('somebody-else')).toBe(false);
    expect(await remove(tenant)).toBe(true);
    expect(await rowsOf('session_id AS id', 'labels')).toEqual([{ id: middle.id }]);
  });
});

/** What it would take to bring the tables to what the entities say. */
async function driftOf(source: DataSource): Promise<unknown[]> {
  const runner = source.createQueryRunner();
  const query = runner.query.bind(runner) as (...asked: unknown[]) => Promise<unknown>;
  // TypeORM reads a schema with several queries at once on one connection, which pg is about to take no more.
  const queue = new SerialQueue();
  runner.query = ((...asked: unknown[]) => queue.add(() => query(...asked))) as typeof runner.query;
  const createQueryRunner = source.createQueryRunner.bind(source);
  source.createQueryRunner = () => runner;
  try {
    return (await source.driver.createSchemaBuilder().log()).upQueries;
  } finally {
    source.createQueryRunner = createQueryRunner;
  }
}
