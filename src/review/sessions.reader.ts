import { In, IsNull, LessThanOrEqual, MoreThan, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { wavOf } from '../common/wav.js';
import { furtherOf, type FurtherModality } from '../emotion/evidence.js';
import { isCorrection, type Correction } from '../emotion/record.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import type { AudioRepository } from '../sessions/audio.repository.js';
import { ConsentRow } from '../sessions/consent.entity.js';
import { Label } from '../sessions/label.entity.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';
import { Result } from '../sessions/result.entity.js';
import { Session } from '../sessions/session.entity.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import { Utterance } from '../sessions/utterance.entity.js';
import { ErasedError, type Vault } from '../sessions/vault.service.js';
import type { AlertsRepository } from './alerts.repository.js';
import type {
  EventsPage,
  ExportRecord,
  HistoryItem,
  ResultPage,
  SessionDetail,
  TimelineItem,
  TimelinePage,
} from './api.js';
import { cursorOf, placeOf } from './cursor.js';
import { noAudio, noResult, noSession, noUtterance, utteranceOf } from './ids.js';
import { OpenedSession, revisionOf, timelineItem } from './opened-session.js';
import { QueueRepository } from './queue.repository.js';
import { retold } from './retold-events.js';
import { trajectoryOf } from './trajectory.js';

type Evidenced = Pick<ExportRecord, 'words' | 'voice' | 'text' | FurtherModality | 'fused'>;

const PlaceSchema = z.tuple([z.int().min(0)]);

/** What is stored of one session, opened. Every method works in the caller's transaction and within the tenant. */
export class SessionsReader {
  private readonly queue = new QueueRepository();

  constructor(
    private readonly vault: Vault,
    private readonly sessions: SessionsRepository,
    private readonly ledger: LedgerRepository,
    private readonly alerts: AlertsRepository,
    private readonly audio: AudioRepository,
  ) {}

  /** @throws WireError `notFound` */
  async open(manager: EntityManager, tenant: string, id: string): Promise<OpenedSession> {
    const row = await manager.findOneBy(Session, { id, tenant });
    if (!row) throw noSession();
    return this.opened(manager, row);
  }

  async opened(manager: EntityManager, row: Session): Promise<OpenedSession> {
    const dataKey = await this.vault.dataKey(manager, row.tenant, row.subjectId).catch((error: unknown) => {
      if (error instanceof ErasedError) return undefined;
      throw error;
    });
    return new OpenedSession(row, dataKey, this.vault, this.sessions);
  }

  /** @throws WireError `notFound` */
  async detail(manager: EntityManager, tenant: string, id: string, live: boolean): Promise<SessionDetail> {
    const session = await this.open(manager, tenant, id);
    const summary = await this.queue.one(manager, tenant, id);
    const { consentId, openedBy } = session.row;
    const consent = await manager.findOneByOrFail(ConsentRow, { tenant, id: consentId });
    if (!summary) throw noSession();
    const own = session.own();
    return {
      ...summary,
      live,
      clientRef: own?.clientRef ?? null,
      context: own ? { purpose: own.context.purpose, setting: own.context.setting } : null,
      openedBy,
      consent: {
        id: consent.id,
        modalities: consent.modalities,
        noticeVersion: consent.noticeVersion,
        grantedAt: consent.grantedAt.toISOString(),
        expiresAt: consent.expiresAt?.toISOString() ?? null,
        withdrawn: consent.withdrawn,
      },
      alertList: await this.alerts.of(manager, session),
    };
  }

  /** @throws WireError `notFound` */
  async timeline(
    manager: EntityManager,
    tenant: string,
    id: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<TimelinePage> {
    const session = await this.open(manager, tenant, id);
    const [after] = cursor === undefined ? [0] : placeOf(PlaceSchema, cursor);
    const utterances = await manager.find(Utterance, {
      where: { sessionId: id, tenant, ordinal: MoreThan(after) },
      order: { ordinal: 'ASC' },
      take: limit + 1,
    });
    const page = utterances.slice(0, limit);
    const last = page.at(-1);
    return {
      sessionId: id,
      blanked: session.row.sealed === null,
      items: last ? await this.items(manager, session, page, { trajectory: true }) : [],
      alerts: await this.alerts.of(manager, session),
      nextCursor: last && utterances.length > limit ? cursorOf([last.ordinal]) : null,
    };
  }

  /** A page ends after an utterance, with as many events as it takes. @throws WireError `notFound` */
  async events(
    manager: EntityManager,
    tenant: string,
    id: string,
    { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<EventsPage> {
    const session = await this.open(manager, tenant, id);
    const [after] = cursor === undefined ? [0] : placeOf(PlaceSchema, cursor);
    // An utterance is at least one event.
    const utterances = await manager.find(Utterance, {
      where: { sessionId: id, tenant, ordinal: MoreThan(after) },
      order: { ordinal: 'ASC' },
      take: limit,
    });
    const ids = utterances.map((utterance) => utterance.id);
    const rows = await manager.find(Result, {
      where: { sessionId: id, tenant, utteranceId: In(ids) },
      order: { revision: 'ASC' },
    });
    const items: EventsPage['items'] = [];
    for (const utterance of utterances) {
      const told = retold(
        session,
        utterance,
        rows.filter(({ utteranceId }) => utteranceId === utterance.id),
      );
      if (items.length > 0 && items.length + told.length > limit) {
        return { sessionId: id, items, nextCursor: cursorOf([utterance.ordinal - 1]) };
      }
      items.push(...told);
    }
    const last = utterances.at(-1);
    return { sessionId: id, items, nextCursor: last && utterances.length === limit ? cursorOf([last.ordinal]) : null };
  }

  /** Utterances with what stands of them. The trajectory is gone through from the beginning of the session. */
  async items(
    manager: EntityManager,
    session: OpenedSession,
    utterances: readonly Utterance[],
    { trajectory = false } = {},
  ): Promise<TimelineItem[]> {
    const current = await this.standing(manager, session, utterances);
    const heard = await this.audio.kept(manager, session.row.tenant, session.row.id);
    const course = trajectory ? await this.course(manager, session, utterances.at(-1)?.ordinal ?? 0) : new Map();
    return current.map(({ utterance, row, label }) => {
      const point = (course.get(utterance.id) as TimelineItem['trajectory'] | undefined) ?? null;
      return timelineItem(session, utterance, row, label, { audio: heard.has(utterance.id), trajectory: point });
    });
  }

  /** The same with the evidence, for exports. */
  async records(
    manager: EntityManager,
    session: OpenedSession,
    utterances: readonly Utterance[],
  ): Promise<(TimelineItem & Evidenced)[]> {
    const current = await this.standing(manager, session, utterances);
    return current.map(({ utterance, row, label }) => {
      const content = session.result(row);
      const { words, voice, text, fused } = (content ?? {}) as Partial<Evidenced>;
      const further = furtherOf(content ?? {}) as Partial<Evidenced>;
      const evidence = {
        words: words ?? null,
        voice: voice ?? null,
        text: text ?? null,
        ...further,
        fused: fused ?? null,
      };
      return { ...timelineItem(session, utterance, row, label, { audio: false, trajectory: null }), ...evidence };
    });
  }

  private async standing(
    manager: EntityManager,
    session: OpenedSession,
    utterances: readonly Utterance[],
  ): Promise<{ readonly utterance: Utterance; readonly row: Result; readonly label: Label | undefined }[]> {
    const { id: sessionId, tenant } = session.row;
    const ids = utterances.map(({ id }) => id);
    const results = await manager.findBy(Result, { sessionId, tenant, utteranceId: In(ids), supersededAt: IsNull() });
    const labels = await manager.findBy(Label, { sessionId, tenant, utteranceId: In(ids) });
    const labelOf = new Map(labels.map((label) => [label.resultId, label]));
    const current = new Map(results.map((row) => [row.utteranceId, row]));
    return utterances.flatMap((utterance) => {
      const row = current.get(utterance.id);
      return row ? [{ utterance, row, label: labelOf.get(row.id) }] : [];
    });
  }

  /** @throws WireError `notFound` */
  async result(manager: EntityManager, tenant: string, sessionId: string, resultId: string): Promise<ResultPage> {
    const utteranceId = utteranceOf(resultId);
    const session = await this.open(manager, tenant, sessionId);
    const rows = await this.revisions(manager, tenant, sessionId, utteranceId);
    const row = rows.find(({ id }) => id === resultId);
    const utterance = await manager.findOneBy(Utterance, { sessionId, tenant, id: utteranceId });
    if (!row || !utterance) throw noResult();
    const content = session.result(row);
    const { startMs, endMs } = utterance;
    const { revision, cause, createdAt, supersededAt } = row;
    return {
      sessionId,
      utteranceId,
      startMs,
      endMs,
      resultId,
      revision,
      cause,
      createdAt: createdAt.toISOString(),
      supersededAt: supersededAt?.toISOString() ?? null,
      currentVersion: rows.find((one) => one.supersededAt === null)?.revision ?? revision,
      words: content?.words ?? null,
      transcript: (session.utterance(utterance)?.transcript as ResultPage['transcript'] | undefined) ?? null,
      voice: (content?.voice as ResultPage['voice'] | undefined) ?? null,
      text: (content?.text as ResultPage['text'] | undefined) ?? null,
      ...(furtherOf(content ?? {}) as Pick<ResultPage, FurtherModality>),
      fused: (content?.fused as ResultPage['fused'] | undefined) ?? null,
      history: await this.history(manager, session, rows),
    };
  }

  /** Every version of an utterance's answer with its author, the oldest first. */
  async history(manager: EntityManager, session: OpenedSession, rows: readonly Result[]): Promise<HistoryItem[]> {
    const [first] = rows;
    if (!first) throw noUtterance();
    const { sessionId, utteranceId, tenant } = first;
    const labels = await manager.findBy(Label, { sessionId, utteranceId, tenant });
    const hashes = await this.ledger.hashes(
      manager,
      rows.map(({ ledgerSeq }) => ledgerSeq),
    );
    return rows.map((row) => {
      const label = labels.find(({ version }) => version === row.revision);
      return {
        ...revisionOf(row, label),
        action: label?.action ?? 'made',
        reason: label ? session.reason(label) : null,
        restores: label?.restores ?? null,
        current: row.supersededAt === null,
        ledger: { seq: row.ledgerSeq, hash: hashes.get(row.ledgerSeq) ?? '' },
      };
    });
  }

  /** A person's decision as it is stored; undefined where its words are gone, or it is none. */
  async correction(
    manager: EntityManager,
    tenant: string,
    sessionId: string,
    resultId: string,
  ): Promise<Correction | undefined> {
    const session = await this.open(manager, tenant, sessionId);
    const row = await manager.findOneBy(Result, { tenant, sessionId, id: resultId });
    const fused = row && session.result(row)?.fused;
    if (!fused || !isCorrection(row.cause)) return undefined;
    return { utteranceId: row.utteranceId, revision: row.revision, fused, cause: row.cause };
  }

  /** What a client was told of one utterance. */
  async told(manager: EntityManager, tenant: string, id: string, utteranceId: string): Promise<EventsPage['items']> {
    const session = await this.open(manager, tenant, id);
    const utterance = await manager.findOneBy(Utterance, { sessionId: id, tenant, id: utteranceId });
    return utterance ? retold(session, utterance, await this.revisions(manager, tenant, id, utteranceId)) : [];
  }

  /** The sound of one utterance as a wav file. @throws WireError `notFound` */
  async wav(manager: EntityManager, tenant: string, id: string, utteranceId: string): Promise<Buffer> {
    const pcm = await (await this.open(manager, tenant, id)).audio(manager, this.audio, utteranceId);
    if (!pcm) throw noAudio();
    return wavOf(pcm, SAMPLE_RATE);
  }

  /** Utterances of a session whose sound is kept. */
  heard(manager: EntityManager, tenant: string, id: string): Promise<ReadonlySet<string>> {
    return this.audio.kept(manager, tenant, id);
  }

  revisions(manager: EntityManager, tenant: string, sessionId: string, utteranceId: string): Promise<Result[]> {
    return manager.find(Result, { where: { tenant, sessionId, utteranceId }, order: { revision: 'ASC' } });
  }

  private async course(
    manager: EntityManager,
    session: OpenedSession,
    upTo: number,
  ): Promise<Map<string, TimelineItem['trajectory']>> {
    const { id: sessionId, tenant } = session.row;
    const utterances = await manager.find(Utterance, {
      where: { sessionId, tenant, ordinal: LessThanOrEqual(upTo) },
      order: { ordinal: 'ASC' },
      select: { id: true, endMs: true, ordinal: true, sessionId: true },
    });
    const results = await manager.findBy(Result, { sessionId, tenant, supersededAt: IsNull() });
    const current = new Map(results.map((row) => [row.utteranceId, row]));
    return trajectoryOf(
      utterances.flatMap(({ id, endMs }) => {
        const row = current.get(id);
        const fused = row && session.result(row)?.fused;
        return fused ? [{ utteranceId: id, endMs, fused }] : [];
      }),
    );
  }
}
