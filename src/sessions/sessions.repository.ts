import { In, IsNull, type EntityManager } from 'typeorm';
import type { Decision, FusedEmotion } from '../emotion/fused.js';
import { isCorrection, type ResultCause } from '../emotion/record.js';
import type { Emotion } from '../emotion/scores.js';
import { relabel } from '../fusion/relabel.js';
import { Alert } from './alert.entity.js';
import type { AudioRepository } from './audio.repository.js';
import type { Batch, Item, OpenedSession, StoredResult } from './batch.js';
import { placeOf } from './columns.js';
import type { ConsentsRepository } from './consents.repository.js';
import { Label, type LabelAction } from './label.entity.js';
import type { LedgerEvent } from './ledger.js';
import type { LedgerRepository } from './ledger.repository.js';
import { announce } from './node-messages.js';
import { Result } from './result.entity.js';
import { attested, contentOf, labelRow, resultRow, untampered } from './result-rows.js';
import type { SealedAlert, SealedResult, SealedSession, SealedUtterance } from './sealed.js';
import { Session } from './session.entity.js';
import { ErasedError, type Vault } from './vault.service.js';
import { Utterance } from './utterance.entity.js';

type ResultItem = Extract<Item, { type: 'result' }>;

/** A decision of a person about an utterance. */
export interface Revision {
  readonly tenant: string;
  readonly sessionId: string;
  readonly utteranceId: string;
  /** The revision that the person saw; another one meanwhile is a conflict. */
  readonly expected: number;
  readonly action: Exclude<LabelAction, 'made'>;
  /** Id of the API key. */
  readonly author: string;
  readonly reason: string;
  /** The version that is brought back. */
  readonly restores?: number;
  /** The new answer, from the one that stands and, when one is restored, from that. */
  derive(current: FusedEmotion, restored: FusedEmotion | undefined): FusedEmotion;
}

/** The answer once a person has named the label; null: none must stand. */
export type Relabel = (fused: FusedEmotion, label: Emotion | null) => FusedEmotion;

/** Somebody else was faster, or there is no such thing. */
export class RevisionError extends Error {
  constructor(readonly reason: 'notFound' | 'conflict' | 'erased') {
    super(`revision: ${reason}`);
    this.name = 'RevisionError';
  }
}

export interface RevisedResult {
  readonly result: Result;
  readonly label: Label;
  readonly fused: FusedEmotion;
  readonly supersedes: string;
  readonly ledgerHash: string;
}

const CAUSE: Readonly<Record<Revision['action'], ResultCause>> = {
  overridden: 'labelOverride',
  revoked: 'labelRevoked',
  restored: 'labelRestored',
};

/** Writes what was found out in a session, always in the caller's transaction and with its ledger entries. */
export class SessionsRepository {
  private relabelled: Relabel = (fused, label) => relabel(fused, label, 0);

  constructor(
    private readonly vault: Vault,
    private readonly consents: ConsentsRepository,
    private readonly ledger: LedgerRepository,
    private readonly audio: AudioRepository,
  ) {}

  /** By the numbers of the fusion that runs here, which whoever corrects labels knows. */
  relabelBy(relabelled: Relabel): void {
    this.relabelled = relabelled;
  }

  /**
   * Writes a batch of one session; one that was written before and not acknowledged is recognised.
   * @throws ErasedError: the subject was erased, and nothing more of it may be kept.
   */
  async write(manager: EntityManager, { session, items }: Batch): Promise<StoredResult[]> {
    const { subjectId, isNew } = await this.sessionRow(manager, session);
    const dataKey = await this.vault.dataKey(manager, session.tenant, subjectId, { lock: true });
    await this.writeAlerts(manager, session, dataKey, items);
    const results = items.filter((item) => item.type === 'result');
    const stored = results.length === 0 ? [] : await this.writeResults(manager, session, dataKey, results);
    const sound = items.filter((item) => item.type === 'audio');
    await this.audio.write(manager, session, dataKey, sound);
    for (const item of items) if (item.type === 'closed') await this.writeClosed(manager, session, item);
    await announce(manager, [...(isNew ? [changeOf(session, 'opened')] : []), ...items.flatMap(told(session))]);
    return stored;
  }

  private async writeClosed(
    manager: EntityManager,
    { id: sessionId, tenant, startedAt }: OpenedSession,
    { at, reason, lost = 0, lostAudio = 0 }: Extract<Item, { type: 'closed' }>,
  ): Promise<void> {
    // The clock may have jumped back.
    const endedAt = at < startedAt ? startedAt : at;
    await manager.update(Session, { id: sessionId }, { endedAt, closeReason: reason, lost });
    const events: LedgerEvent[] = [];
    if (lost > 0) events.push({ tenant, kind: 'results.lost', body: { sessionId, results: lost } });
    if (lostAudio > 0) events.push({ tenant, kind: 'audio.lost', body: { sessionId, utterances: lostAudio } });
    await this.ledger.append(manager, events, at);
  }

  /** A person's decision: a new revision beside the old ones. @throws RevisionError */
  async revise(manager: EntityManager, revision: Revision, now: Date): Promise<RevisedResult> {
    try {
      return await this.revised(manager, revision, now);
    } catch (error) {
      throw error instanceof ErasedError ? new RevisionError('erased') : error;
    }
  }

  /** Locks as writing does, in the same order: the subject, then the utterance. What stands is read once nobody else can change it. */
  private async revised(manager: EntityManager, revision: Revision, now: Date): Promise<RevisedResult> {
    const { tenant, sessionId, utteranceId, action, author, reason } = revision;
    const session = await manager.findOneBy(Session, { id: sessionId, tenant });
    if (!session) throw new RevisionError('notFound');
    const dataKey = await this.vault.dataKey(manager, tenant, session.subjectId, { lock: true });
    const utterance = { tenant, sessionId, id: utteranceId };
    await manager.findOne(Utterance, { where: utterance, lock: { mode: 'pessimistic_write' } });
    const current = await manager.findOneBy(Result, { tenant, sessionId, utteranceId, supersededAt: IsNull() });
    if (!current) throw new RevisionError('notFound');
    if (current.revision !== revision.expected) throw new RevisionError('conflict');
    const before = this.openResult(dataKey, current);
    const fused = revision.derive(before.fused, await this.restored(manager, dataKey, revision));
    const row = resultRow(
      this.vault,
      session,
      dataKey,
      { utteranceId, revision: current.revision + 1, cause: CAUSE[action], at: now },
      { ...before, fused },
    );
    const label: Label = Object.assign(labelRow(row, action, 'person', author), {
      restores: revision.restores ?? null,
      sealed: this.vault.seal(dataKey, placeOf('labels', tenant, sessionId, utteranceId, row.revision), { reason }),
    });
    const [entry] = await this.ledger.append(manager, [attested(row, label)], now);
    if (!entry) throw new Error('one event makes one entry');
    row.ledgerSeq = entry.seq;
    await manager.update(Result, { sessionId, id: current.id }, { supersededAt: now });
    await manager.insert(Result, row);
    await manager.insert(Label, label);
    await announce(manager, [{ kind: 'revised', tenant, sessionId, utteranceId, revision: row.revision }]);
    return { result: row, label, fused, supersedes: current.id, ledgerHash: entry.hash };
  }

  /** What a result was made from and what it said. @throws TamperedError also where the clear columns say something else. */
  openResult(dataKey: Uint8Array, row: Result): SealedResult {
    if (!row.sealed) throw new ErasedError();
    const content = this.vault.open(dataKey, placeOf('results', row.tenant, row.sessionId, row.id), row.sealed);
    return untampered(row, content as SealedResult);
  }

  private async restored(
    manager: EntityManager,
    dataKey: Buffer,
    { tenant, sessionId, utteranceId, restores }: Revision,
  ): Promise<FusedEmotion | undefined> {
    if (restores === undefined) return undefined;
    const row = await manager.findOneBy(Result, { tenant, sessionId, utteranceId, revision: restores });
    if (!row) throw new RevisionError('notFound');
    return this.openResult(dataKey, row).fused;
  }

  private async sessionRow(
    manager: EntityManager,
    opened: OpenedSession,
  ): Promise<{ readonly subjectId: string; readonly isNew: boolean }> {
    const { id, tenant, consent, clientRef, context } = opened;
    const found = await manager.findOneBy(Session, { id, tenant });
    if (found) return { subjectId: found.subjectId, isNew: false };
    const { id: consentId, subjectId } = await this.consents.keepRow(manager, tenant, consent, opened.startedAt);
    const dataKey = await this.vault.dataKey(manager, tenant, subjectId);
    const content: SealedSession = { context, ...(clientRef === undefined ? {} : { clientRef }) };
    const row = {
      id,
      tenant,
      subjectId,
      consentId,
      source: opened.source,
      modalities: [...opened.modalities],
      language: opened.language,
      openedBy: opened.openedBy,
      startedAt: opened.startedAt,
      endedAt: null,
      closeReason: null,
      lost: 0,
      sealed: this.vault.seal(dataKey, placeOf('sessions', tenant, id), content),
    };
    await manager.insert(Session, row);
    return { subjectId, isNew: true };
  }

  private async writeAlerts(
    manager: EntityManager,
    { id: sessionId, tenant }: OpenedSession,
    dataKey: Buffer,
    items: readonly Item[],
  ): Promise<void> {
    const rows = new Map<string, Partial<Alert>>();
    for (const item of items) {
      if (item.type !== 'alert') continue;
      const { detail, utteranceIds, status, ...alert } = item.alert;
      const content: SealedAlert = { detail };
      const sealed = this.vault.seal(dataKey, placeOf('alerts', tenant, alert.id), content);
      const first = { ...alert, utteranceIds: [...utteranceIds], tenant, sessionId, createdAt: item.at, sealed };
      // It is as it was raised, and stands as it was told last.
      const overAt = status === 'raised' ? null : item.at;
      rows.set(alert.id, { ...first, ...rows.get(alert.id), status, overAt });
    }
    if (rows.size === 0) return;
    const insert = manager.createQueryBuilder().insert().into(Alert);
    await insert
      .values([...rows.values()])
      .orUpdate(['status', 'over_at'], ['id'])
      .execute();
  }

  private async writeResults(
    manager: EntityManager,
    session: OpenedSession,
    dataKey: Buffer,
    items: readonly ResultItem[],
  ): Promise<StoredResult[]> {
    // A correction waits from here on, or is among those that are there.
    await this.writeUtterances(manager, session, dataKey, items);
    const there = await manager.findBy(Result, {
      sessionId: session.id,
      utteranceId: In(items.map(({ result }) => result.utterance.id)),
    });
    const named = this.namedByPeople(dataKey, there);
    const rows: Result[] = [];
    const names = new Map<string, Result>();
    for (const { result, at } of items) {
      const { cause, utterance } = result;
      const of = (row: Result): boolean => row.utteranceId === utterance.id;
      const written = there.find((row) => of(row) && row.cause === cause && row.createdAt.getTime() === at.getTime());
      if (written) {
        names.set(result.resultId, written);
        continue;
      }
      const revision = Math.max(result.revision, ...[...there, ...rows].filter(of).map((row) => row.revision + 1));
      const content = this.standing(contentOf(result), named.get(utterance.id));
      const made = { utteranceId: utterance.id, revision, cause, at };
      const row = resultRow(this.vault, session, dataKey, made, content);
      names.set(result.resultId, row);
      rows.push(row);
    }
    if (rows.length > 0) await this.insertResults(manager, session, rows, items.at(-1)?.at ?? session.startedAt);
    const hashes = await this.ledger.hashes(
      manager,
      [...names.values()].map(({ ledgerSeq }) => ledgerSeq),
    );
    return [...names].map(([resultId, { id: storedAs, ledgerSeq }]) => {
      return { resultId, storedAs, ledgerSeq, ledgerHash: hashes.get(ledgerSeq) ?? '' };
    });
  }

  /** What a person said of utterances, where that stands. */
  private namedByPeople(dataKey: Buffer, there: readonly Result[]): ReadonlyMap<string, Decision> {
    const corrected = new Set(there.filter(({ cause }) => isCorrection(cause)).map(({ utteranceId }) => utteranceId));
    const stand = there.filter((row) => row.supersededAt === null && row.sealed && corrected.has(row.utteranceId));
    const decisions = stand.map((row) => [row.utteranceId, this.openResult(dataKey, row).fused.decision] as const);
    return new Map(decisions.filter(([, { by }]) => by !== undefined));
  }

  /** The line may not have known what a person said when it made this answer: that still stands (RV5). */
  private standing(made: SealedResult, named: Decision | undefined): SealedResult {
    return named ? { ...made, fused: this.relabelled(made.fused, named.label) } : made;
  }

  private async insertResults(
    manager: EntityManager,
    session: OpenedSession,
    rows: Result[],
    now: Date,
  ): Promise<void> {
    const made = rows.map((row) => ({
      row,
      label: labelRow(row, 'made', 'model', row.models.fusion?.name ?? 'fusion'),
    }));
    const links = await this.ledger.append(
      manager,
      made.map(({ row, label }) => attested(row, label)),
      now,
    );
    for (const [i, row] of rows.entries()) row.ledgerSeq = links[i]?.seq ?? 0;
    await this.supersede(manager, session, rows);
    await manager.insert(Result, rows);
    await manager.insert(
      Label,
      made.map(({ label }) => label),
    );
  }

  /** The revisions before these, in the database or earlier in the same batch, no longer stand. */
  private async supersede(manager: EntityManager, session: OpenedSession, rows: readonly Result[]): Promise<void> {
    for (const row of rows) {
      const { utteranceId, revision, createdAt } = row;
      const after = rows.find((other) => other.utteranceId === utteranceId && other.revision > revision);
      row.supersededAt = after?.createdAt ?? null;
      const where = { sessionId: session.id, utteranceId, supersededAt: IsNull() };
      await manager.update(Result, where, { supersededAt: createdAt });
    }
  }

  private async writeUtterances(
    manager: EntityManager,
    { id: sessionId, tenant }: OpenedSession,
    dataKey: Buffer,
    items: readonly ResultItem[],
  ): Promise<void> {
    const rows = new Map<string, object>();
    for (const { at, result } of items) {
      const { utterance, transcript } = result;
      const { id, ref, startMs, endMs, endReason } = utterance;
      const content: SealedUtterance = { ...(ref === undefined ? {} : { ref }), ...(transcript && { transcript }) };
      rows.set(id, {
        sessionId,
        id,
        tenant,
        ordinal: Number(id.replace(/\D/g, '')),
        startMs,
        endMs,
        endReason,
        language: transcript?.language ?? null,
        wordsFrom: transcript?.source ?? null,
        createdAt: at,
        sealed: this.vault.seal(dataKey, placeOf('utterances', tenant, sessionId, id), content),
      });
    }
    await manager
      .createQueryBuilder()
      .insert()
      .into(Utterance)
      .values([...rows.values()])
      .orUpdate(['language', 'words_from', 'sealed'], ['session_id', 'id'])
      .execute();
  }
}

type Change = 'opened' | 'closed' | 'result' | 'alert';

function changeOf({ id, tenant }: OpenedSession, change: Change, utteranceId?: string) {
  return {
    kind: 'session',
    tenant,
    sessionId: id,
    change,
    ...(utteranceId === undefined ? {} : { utteranceId }),
  } as const;
}

/** What other nodes are told of an item. */
function told(session: OpenedSession): (item: Item) => ReturnType<typeof changeOf>[] {
  return (item) => {
    if (item.type === 'audio') return [];
    return [changeOf(session, item.type, item.type === 'result' ? item.result.utterance.id : undefined)];
  };
}
