import { In, IsNull, LessThan, Not, type EntityManager, type EntityTarget } from 'typeorm';
import { MODALITIES } from '../emotion/evidence.js';
import { Alert } from './alert.entity.js';
import { AudioPiece } from './audio.entity.js';
import { ConsentRow } from './consent.entity.js';
import { Label } from './label.entity.js';
import type { LedgerRepository } from './ledger.repository.js';
import type { LedgerEvent } from './ledger.js';
import { announce } from './node-messages.js';
import { Result } from './result.entity.js';
import { Session } from './session.entity.js';
import { Subject } from './subject.entity.js';
import { Utterance } from './utterance.entity.js';
import type { Vault } from './vault.service.js';

/** The proof of an erasure: nothing in it leads back to the person. */
export interface ErasureProof {
  readonly subjectId: string;
  readonly erasedAt: Date;
  readonly sessions: number;
  readonly ledgerSeq: number;
  readonly ledgerHash: string;
}

/** What a tenant's retention asks for. */
export interface Retention {
  readonly tenant: string;
  /** Sessions that began before are deleted. */
  readonly sessionsBefore?: Date;
  /** Sessions that began before lose words, cues and scores; their labels stay. */
  readonly wordsBefore?: Date;
  /** Sound that was kept before is deleted. */
  readonly audioBefore?: Date;
}

export interface PurgeReport {
  readonly deletedSessions: number;
  readonly blankedSessions: number;
  /** Utterances that lost their sound by its own retention. */
  readonly deletedAudio: number;
  /** There is more of it: call again. */
  readonly more: boolean;
}

type OfSession = Utterance | Result | Label | Alert;
const OF_SESSION: readonly EntityTarget<OfSession>[] = [Utterance, Result, Label, Alert];
/** Sessions, or utterances' sound, that one transaction deletes or blanks. */
const PURGE_BATCH = 200;

/** Everything that takes something away: erasure of a subject, deletion of a session, retention; and ends what would escape it. */
export class ErasureRepository {
  constructor(
    private readonly vault: Vault,
    private readonly ledger: LedgerRepository,
  ) {}

  /** Destroys the data key, and with it everything that was sealed, copies included. Undefined: nothing to erase. */
  async eraseSubject(
    manager: EntityManager,
    tenant: string,
    subjectId: string,
    now: Date,
  ): Promise<ErasureProof | undefined> {
    const where = { tenant, id: subjectId, erasedAt: IsNull() };
    const subject = await manager.findOne(Subject, { where, lock: { mode: 'pessimistic_write' } });
    if (!subject) return undefined;
    const sessions = await manager.find(Session, { where: { tenant, subjectId }, select: { id: true } });
    await this.blank(
      manager,
      sessions.map(({ id }) => id),
    );
    const consents = await manager.find(ConsentRow, { where: { tenant, subjectId }, select: { id: true } });
    await announce(manager, [
      ...consents.map(
        ({ id: consentId }) => ({ kind: 'withdrawn', tenant, consentId, modalities: MODALITIES }) as const,
      ),
      { kind: 'session', tenant, sessionId: null, change: 'erased' },
    ]);
    await this.endConsents(manager, tenant, subjectId, now);
    const gone = { pseudonym: null, masterKeyId: null, wrappedKey: null, erasedAt: now };
    await manager.update(Subject, { id: subjectId }, gone);
    const body = { subjectId, sessions: sessions.length };
    const [entry] = await this.ledger.append(manager, [{ tenant, kind: 'subject.erased', body }], now);
    if (!entry) throw new Error('one event makes one entry');
    this.vault.forget(subjectId);
    return { ...body, erasedAt: now, ledgerSeq: entry.seq, ledgerHash: entry.hash };
  }

  /** Erases the subject of a consent. */
  async eraseConsenting(
    manager: EntityManager,
    tenant: string,
    consentId: string,
    now: Date,
  ): Promise<ErasureProof | undefined> {
    const consent = await manager.findOneBy(ConsentRow, { tenant, id: consentId });
    return consent ? this.eraseSubject(manager, tenant, consent.subjectId, now) : undefined;
  }

  /** False: this tenant has no such session. */
  async deleteSession(manager: EntityManager, tenant: string, id: string, actor: string, now: Date): Promise<boolean> {
    const { affected } = await manager.delete(Session, { tenant, id });
    if (!affected) return false;
    await announce(manager, [{ kind: 'session', tenant, sessionId: id, change: 'deleted' }]);
    await this.ledger.append(manager, [deletion(tenant, id, actor)], now);
    return true;
  }

  /** Sessions that began before and were never closed: their server was killed. */
  async closeLost(manager: EntityManager, before: Date, now: Date): Promise<void> {
    await manager.update(
      Session,
      { endedAt: IsNull(), startedAt: LessThan(before) },
      { endedAt: now, closeReason: 'lost' },
    );
  }

  /** Does a piece of what retention asks for, the oldest first. */
  async purge(manager: EntityManager, retention: Retention, actor: string, now: Date): Promise<PurgeReport> {
    const { tenant, sessionsBefore, wordsBefore, audioBefore } = retention;
    const gone = sessionsBefore ? await this.oldest(manager, tenant, sessionsBefore, false) : [];
    if (gone.length > 0) await manager.delete(Session, { id: In(gone) });
    const blanked = wordsBefore ? await this.oldest(manager, tenant, wordsBefore, true) : [];
    await this.blank(manager, blanked);
    const deletedAudio = audioBefore ? await this.deleteAudio(manager, tenant, audioBefore) : 0;
    const report = { deletedSessions: gone.length, blankedSessions: blanked.length, deletedAudio };
    const events = gone.map((id) => deletion(tenant, id, actor));
    if (gone.length + blanked.length + deletedAudio > 0)
      events.push({ tenant, kind: 'data.purged', body: { ...report, actor } });
    await this.ledger.append(manager, events, now);
    return { ...report, more: Math.max(gone.length, blanked.length, deletedAudio) === PURGE_BATCH };
  }

  /** Nothing may be read under them any more; what was withdrawn before was withdrawn then. */
  private async endConsents(manager: EntityManager, tenant: string, subjectId: string, now: Date): Promise<void> {
    const since = Object.fromEntries(MODALITIES.map((modality) => [modality, now.toISOString()]));
    await manager
      .createQueryBuilder()
      .update(ConsentRow)
      .set({ sealed: null, withdrawn: () => 'CAST(:since AS jsonb) || withdrawn' })
      .where({ tenant, subjectId })
      .setParameter('since', JSON.stringify(since))
      .execute();
  }

  private async deleteAudio(manager: EntityManager, tenant: string, before: Date): Promise<number> {
    const [{ deleted }] = await manager.query<[{ deleted: number }]>(
      `WITH old AS (
         SELECT session_id, utterance_id FROM audio WHERE tenant = $1 AND created_at < $2 AND piece = 0
         ORDER BY created_at LIMIT ${PURGE_BATCH}
       ), gone AS (
         DELETE FROM audio a USING old WHERE a.session_id = old.session_id AND a.utterance_id = old.utterance_id
         RETURNING a.piece
       ) SELECT count(*) FILTER (WHERE piece = 0)::int AS deleted FROM gone`,
      [tenant, before],
    );
    return deleted;
  }

  private async oldest(manager: EntityManager, tenant: string, before: Date, sealed: boolean): Promise<string[]> {
    const found = await manager.find(Session, {
      where: {
        tenant,
        startedAt: LessThan(before),
        endedAt: Not(IsNull()),
        ...(sealed ? { sealed: Not(IsNull()) } : {}),
      },
      select: { id: true },
      order: { startedAt: 'ASC' },
      take: PURGE_BATCH,
    });
    return found.map(({ id }) => id);
  }

  private async blank(manager: EntityManager, sessionIds: readonly string[]): Promise<void> {
    if (sessionIds.length === 0) return;
    for (const entity of OF_SESSION) await manager.update(entity, { sessionId: In([...sessionIds]) }, { sealed: null });
    await manager.delete(AudioPiece, { sessionId: In([...sessionIds]) });
    await manager.update(Session, { id: In([...sessionIds]) }, { sealed: null });
  }
}

function deletion(tenant: string, sessionId: string, actor: string): LedgerEvent {
  return { tenant, kind: 'session.deleted', body: { sessionId, actor } };
}
