import { MoreThan, type EntityManager } from 'typeorm';
import { Access } from '../sessions/access.entity.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';

export interface Reader {
  readonly tenant: string;
  /** Id of the API key. */
  readonly keyId: string;
}

export type ReadAction = 'session.read' | 'session.watch' | 'search';

/** Reading the same session again within this time is the same reading, ms. */
const SAME_READING_MS = 3_600_000;

/** Who read what a person said: a row, and an entry of the ledger. */
export class AccessesRepository {
  constructor(private readonly ledger: LedgerRepository) {}

  /** Once for a session, a reader and an hour. */
  async session(
    manager: EntityManager,
    reader: Reader,
    sessionId: string,
    action: ReadAction,
    at: Date,
  ): Promise<void> {
    const { tenant, keyId: actor } = reader;
    const since = new Date(at.getTime() - SAME_READING_MS);
    if (await manager.existsBy(Access, { tenant, actor, action, sessionId, at: MoreThan(since) })) return;
    await manager.insert(Access, { tenant, actor, action, sessionId, at, detail: {} });
    await this.ledger.append(manager, [{ tenant, kind: 'words.read', body: { actor, action, sessionId } }], at);
  }

  /** Every time: somebody listened to a voice. */
  async heard(
    manager: EntityManager,
    { tenant, keyId: actor }: Reader,
    sessionId: string,
    utteranceId: string,
    at: Date,
  ): Promise<void> {
    await manager.insert(Access, { tenant, actor, action: 'audio.heard', sessionId, at, detail: { utteranceId } });
    const body = { actor, sessionId, utteranceId };
    await this.ledger.append(manager, [{ tenant, kind: 'audio.heard', body }], at);
  }

  /** Once for a request: it opened many. */
  async search(manager: EntityManager, reader: Reader, detail: Record<string, number>, at: Date): Promise<void> {
    const { tenant, keyId: actor } = reader;
    await manager.insert(Access, { tenant, actor, action: 'search', sessionId: null, at, detail });
    await this.ledger.append(
      manager,
      [{ tenant, kind: 'words.read', body: { actor, action: 'search', ...detail } }],
      at,
    );
  }
}
