import type { EntityManager } from 'typeorm';
import { Readable } from 'node:stream';
import { WireError } from '../common/errors.js';
import type { Caller } from '../gateway/auth.js';
import type { Consents } from '../gateway/consents.service.js';
import { Access } from '../sessions/access.entity.js';
import { ConsentRow } from '../sessions/consent.entity.js';
import type { ConsentsRepository } from '../sessions/consents.repository.js';
import type { ErasureProof, ErasureRepository } from '../sessions/erasure.repository.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';
import { Result } from '../sessions/result.entity.js';
import { Session } from '../sessions/session.entity.js';
import { Subject } from '../sessions/subject.entity.js';
import { Utterance } from '../sessions/utterance.entity.js';
import type { Vault } from '../sessions/vault.service.js';
import type { ErasureAnswer } from './records-api.js';
import type { ReviewChanges } from './changes.js';
import type { SessionsReader } from './sessions.reader.js';
import type { ReviewStorage } from './storage.service.js';

const MAX_REF = 200;

/** What a person may ask of what is stored of them: all of it, or that it be destroyed. */
export class Subjects {
  constructor(
    private readonly storage: ReviewStorage,
    private readonly reader: SessionsReader,
    private readonly vault: Vault,
    private readonly consents: ConsentsRepository,
    private readonly readings: Consents,
    private readonly erasure: ErasureRepository,
    private readonly ledger: LedgerRepository,
    private readonly changes: ReviewChanges,
  ) {}

  /** Everything stored of one person, in one document. @throws WireError `notFound` */
  async archive({ tenant, keyId }: Caller, ref: string): Promise<Readable> {
    const now = new Date();
    const { subject, ids, consents, reads } = await this.storage.run(async (manager) => {
      const subject = await this.find(manager, tenant, ref);
      const sessions = await manager.find(Session, {
        where: { tenant, subjectId: subject.id },
        order: { startedAt: 'ASC', id: 'ASC' },
        select: { id: true },
      });
      const ids = sessions.map(({ id }) => id);
      const rows = await manager.find(ConsentRow, {
        where: { tenant, subjectId: subject.id },
        order: { grantedAt: 'ASC' },
      });
      const body = { actor: keyId, subjectId: subject.id, sessions: ids.length, archive: true };
      await this.ledger.append(manager, [{ tenant, kind: 'data.exported', body }], now);
      return { subject, ids, consents: rows.map(({ id }) => id), reads: await this.reads(manager, tenant, ids) };
    });
    const records = await Promise.all(consents.map((id) => this.consents.find(tenant, id)));
    const head = {
      exportedAt: now.toISOString(),
      subjectRef: ref,
      knownSince: subject.createdAt.toISOString(),
      consents: records,
      readBy: reads,
    };
    return Readable.from(this.document(head, tenant, ids));
  }

  /** Ends their sessions at this server, then destroys their key. @throws WireError `notFound` */
  async erase(caller: Caller, ref: string): Promise<ErasureAnswer> {
    const { tenant } = caller;
    await this.storage.run((manager) => this.find(manager, tenant, ref));
    const proof = await this.readings.endAll(tenant, ref, () =>
      this.storage.run((manager) => this.destroy(manager, tenant, ref)),
    );
    this.changes.tell(tenant, { sessionId: null, change: 'erased' });
    const { erasedAt, sessions, ledgerSeq, ledgerHash } = proof;
    return { erasedAt: erasedAt.toISOString(), sessions, ledger: { seq: ledgerSeq, hash: ledgerHash } };
  }

  private async destroy(manager: EntityManager, tenant: string, ref: string): Promise<ErasureProof> {
    const { id } = await this.find(manager, tenant, ref);
    const erased = await this.erasure.eraseSubject(manager, tenant, id, new Date());
    if (!erased) throw nobody();
    return erased;
  }

  private async find(manager: EntityManager, tenant: string, ref: string): Promise<Subject> {
    const subject =
      ref.length > MAX_REF
        ? null
        : await manager.findOneBy(Subject, { tenant, pseudonym: this.vault.pseudonymOf(tenant, ref) });
    if (!subject) throw nobody();
    return subject;
  }

  /** Who read what they said, and when; the person is told that, not which key it was. */
  private async reads(manager: EntityManager, tenant: string, ids: readonly string[]): Promise<object[]> {
    if (ids.length === 0) return [];
    const rows = await manager
      .createQueryBuilder(Access, 'access')
      .where('access.tenant = :tenant AND access.sessionId IN (:...ids)', { tenant, ids })
      .orderBy('access.at', 'ASC')
      .take(10_000)
      .getMany();
    return rows.map(({ sessionId, action, at }) => ({ sessionId, action, at: at.toISOString() }));
  }

  private async *document(head: object, tenant: string, ids: readonly string[]): AsyncGenerator<string> {
    yield `${JSON.stringify(head).slice(0, -1)},"sessions":[`;
    for (const [i, id] of ids.entries()) {
      const session = await this.storage.run((manager) => this.session(manager, tenant, id));
      yield `${i === 0 ? '' : ',\n'}${JSON.stringify(session)}`;
    }
    yield '],"audio":[';
    let first = true;
    for (const sessionId of ids) {
      const heard = await this.storage.run((manager) => this.reader.heard(manager, tenant, sessionId));
      for (const utteranceId of heard) {
        const wav = await this.storage.run((manager) => this.reader.wav(manager, tenant, sessionId, utteranceId));
        yield `${first ? '' : ',\n'}${JSON.stringify({ sessionId, utteranceId, wav: wav.toString('base64') })}`;
        first = false;
      }
    }
    yield ']}\n';
  }

  /** One session with every version of every answer. */
  private async session(manager: EntityManager, tenant: string, id: string): Promise<object> {
    const opened = await this.reader.open(manager, tenant, id);
    const {
      live: _live,
      openedBy: _by,
      worth: _worth,
      ...detail
    } = await this.reader.detail(manager, tenant, id, false);
    const utterances = await manager.find(Utterance, { where: { tenant, sessionId: id }, order: { ordinal: 'ASC' } });
    const results = await manager.find(Result, { where: { tenant, sessionId: id }, order: { revision: 'ASC' } });
    const told = [];
    for (const utterance of utterances) {
      const rows = results.filter(({ utteranceId }) => utteranceId === utterance.id);
      const history = rows.length > 0 ? await this.reader.history(manager, opened, rows) : [];
      const versions = rows.map((row, i) => {
        const { author, ...version } = history[i] ?? { author: undefined };
        return { ...version, decidedBy: author?.kind, ...opened.result(row) };
      });
      const { id: utteranceId, startMs, endMs, endReason } = utterance;
      told.push({ utteranceId, startMs, endMs, endReason, ...opened.utterance(utterance), results: versions });
    }
    return { ...detail, utterances: told };
  }
}

const nobody = (): WireError => new WireError('notFound', 'Nothing is stored of such a subject.', { param: 'ref' });
