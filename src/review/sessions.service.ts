import { In, type EntityManager } from 'typeorm';
import { z } from 'zod';
import { WireError } from '../common/errors.js';
import { explainAgain } from '../fusion/explain-again.js';
import type { Caller } from '../gateway/auth.js';
import type { LiveSessions } from '../gateway/live-sessions.js';
import type { PipelineService } from '../pipeline/pipeline.service.js';
import type { ErasureRepository } from '../sessions/erasure.repository.js';
import { Session } from '../sessions/session.entity.js';
import { Utterance } from '../sessions/utterance.entity.js';
import type { AccessesRepository } from './accesses.repository.js';
import type { AlertsRepository } from './alerts.repository.js';
import {
  SEARCHED_UTTERANCES,
  type Acknowledge,
  type EventsPage,
  type ResultPage,
  type ResultQuery,
  type SessionDetail,
  type SessionSummary,
  type SessionsPage,
  type SessionsQuery,
  type StoredAlert,
  type TimelinePage,
} from './api.js';
import { cursorOf, placeOf } from './cursor.js';
import { alertId, noAlert, noSession, sessionId, utteranceId } from './ids.js';
import { QueueRepository, type QueuePlace } from './queue.repository.js';
import type { ReviewChanges } from './changes.js';
import type { SessionsReader } from './sessions.reader.js';
import type { ReviewStorage } from './storage.service.js';

/** worth or null, started, id, and before when everything of the list began. */
const PlaceSchema = z.tuple([z.number().nullable(), z.iso.datetime(), z.uuid(), z.iso.datetime()]);
/** Characters of a transcript that are told where a text was found. */
const MATCH_CHARS = 160;

interface Page {
  readonly items: SessionSummary[];
  readonly last: SessionSummary | undefined;
  readonly more: boolean;
  /** Utterances whose words were looked at. */
  readonly opened?: number;
}

/** What analysts ask of sessions: the queue, one session, its timeline and results. */
export class ReviewSessions {
  private readonly queue = new QueueRepository();

  constructor(
    private readonly storage: ReviewStorage,
    private readonly reader: SessionsReader,
    private readonly alerts: AlertsRepository,
    private readonly accesses: AccessesRepository,
    private readonly erasure: ErasureRepository,
    private readonly live: LiveSessions,
    private readonly changes: ReviewChanges,
    private readonly pipeline: PipelineService,
  ) {}

  list(caller: Caller, { order, limit, cursor, text, ...filter }: SessionsQuery): Promise<SessionsPage> {
    const { tenant } = caller;
    const now = new Date();
    const [worth, startedAt, id, asOf] = cursor === undefined ? [] : placeOf(PlaceSchema, cursor);
    const after = startedAt && id ? { startedAt, id, ...(worth === null ? {} : { worth: worth ?? 0 }) } : undefined;
    if (after && (order === 'worth') !== 'worth' in after) throw wrongOrder();
    // What begins while a reader turns pages comes before them, or is left out: nothing is told twice.
    const began = asOf ?? now.toISOString();
    const to = filter.to !== undefined && filter.to < began ? filter.to : began;
    const request = { tenant, filter: order === 'worth' ? { ...filter, to } : filter, order };
    return this.storage.run(async (manager) => {
      const found: Page =
        text === undefined
          ? await this.page(manager, { ...request, limit, after })
          : await this.search(manager, caller, { ...request, limit, after, text }, now);
      const { items, last, more } = found;
      const place = last && [order === 'worth' ? last.worth : null, last.startedAt, last.id, began];
      return {
        items,
        nextCursor: more && place ? cursorOf(place) : null,
        ...(found.opened === undefined ? {} : { searched: { utterances: found.opened } }),
      };
    });
  }

  detail(caller: Caller, named: string): Promise<SessionDetail> {
    const id = sessionId(named);
    const { tenant } = caller;
    const isLive = this.live.find(tenant, id) !== undefined;
    return this.storage.run((manager) => this.reader.detail(manager, tenant, id, isLive));
  }

  timeline(caller: Caller, named: string, page: { limit: number; cursor?: string | undefined }): Promise<TimelinePage> {
    return this.reading(caller, named, (manager, id) => this.reader.timeline(manager, caller.tenant, id, page));
  }

  events(caller: Caller, named: string, page: { limit: number; cursor?: string | undefined }): Promise<EventsPage> {
    return this.reading(caller, named, (manager, id) => this.reader.events(manager, caller.tenant, id, page));
  }

  async result(caller: Caller, named: string, resultId: string, { locale }: ResultQuery): Promise<ResultPage> {
    const page = await this.reading(caller, named, (manager, id) => {
      return this.reader.result(manager, caller.tenant, id, resultId);
    });
    if (!page.fused || locale === undefined || locale === page.fused.explanation.locale) return page;
    return { ...page, fused: explainAgain(page.fused, locale, this.pipeline.silentBelow) as ResultPage['fused'] };
  }

  /** The sound of an utterance, wav; who listened is written down every time. @throws WireError `notFound` */
  listen(caller: Caller, named: string, utterance: string): Promise<Buffer> {
    const [id, wanted] = [sessionId(named), utteranceId(utterance)];
    return this.storage.run(async (manager) => {
      const wav = await this.reader.wav(manager, caller.tenant, id, wanted);
      await this.accesses.heard(manager, caller, id, wanted, new Date());
      return wav;
    });
  }

  /** Idempotent: who was first stays. @throws WireError `notFound`, `sessionExpired` */
  async acknowledge(caller: Caller, named: string, alert: string, { note }: Acknowledge): Promise<StoredAlert> {
    const { tenant, keyId: actor } = caller;
    const [id, wanted] = [sessionId(named), alertId(alert)];
    const seen = await this.storage.run(async (manager) => {
      const session = await this.reader.open(manager, tenant, id);
      await this.alerts.acknowledge(manager, session, wanted, { actor, note }, new Date());
      return this.alerts.of(manager, await this.reader.open(manager, tenant, id));
    });
    this.changes.tell(tenant, { sessionId: id, change: 'alert' });
    const one = seen.find((each) => each.id === wanted);
    if (!one) throw noAlert();
    return one;
  }

  /** Runs something that opens words, and notes who read them. */
  reading<T>(caller: Caller, named: string, read: (manager: EntityManager, id: string) => Promise<T>): Promise<T> {
    const id = sessionId(named);
    return this.storage.run(async (manager) => {
      const answer = await read(manager, id);
      await this.accesses.session(manager, caller, id, 'session.read', new Date());
      return answer;
    });
  }

  /** @throws WireError `notFound`; `conflict` while it lasts */
  async remove({ tenant, keyId }: Caller, named: string): Promise<void> {
    const id = sessionId(named);
    const isOpen = this.live.find(tenant, id) !== undefined;
    await this.storage.run(async (manager) => {
      const row = await manager.findOneBy(Session, { tenant, id });
      if (!row) throw noSession();
      if (isOpen || row.endedAt === null) {
        throw new WireError(
          'conflict',
          'This session is still open: end it, or withdraw its consent, and delete it then.',
        );
      }
      await this.erasure.deleteSession(manager, tenant, id, keyId, new Date());
    });
    this.changes.tell(tenant, { sessionId: id, change: 'deleted' });
  }

  private async page(manager: EntityManager, request: Parameters<QueueRepository['page']>[1]): Promise<Page> {
    const rows = await this.queue.page(manager, { ...request, limit: request.limit + 1 });
    const items = rows.slice(0, request.limit);
    return { items, last: items.at(-1), more: rows.length > request.limit };
  }

  /** Goes through the sessions in their order and opens their transcripts, until the page or the bound is full. */
  private async search(
    manager: EntityManager,
    caller: Caller,
    request: Parameters<QueueRepository['page']>[1] & { readonly text: string },
    now: Date,
  ): Promise<Page> {
    const { tenant } = caller;
    const wanted = folded(request.text);
    const items: SessionSummary[] = [];
    let opened = 0;
    let last: SessionSummary | undefined;
    let after: QueuePlace | undefined = request.after;
    let more = true;
    while (more && items.length < request.limit && opened < SEARCHED_UTTERANCES) {
      const page = await this.page(manager, { ...request, limit: 25, after });
      more = page.more;
      for (const [i, summary] of page.items.entries()) {
        // A session is opened whole or not at all; the first one always is.
        if (opened > 0 && opened + summary.utterances > SEARCHED_UTTERANCES) {
          more = true;
          opened = Math.max(opened, SEARCHED_UTTERANCES);
          break;
        }
        opened += summary.utterances;
        const matches = summary.blanked ? [] : await this.matches(manager, tenant, summary.id, wanted);
        last = summary;
        if (matches.length > 0) items.push({ ...summary, matches });
        if (items.length === request.limit) {
          more ||= i < page.items.length - 1;
          break;
        }
      }
      after = last && placeOfSummary(last, request.order);
      if (page.items.length === 0) more = false;
    }
    await this.accesses.search(manager, caller, { utterances: opened, found: items.length }, now);
    return { items, last, more, opened };
  }

  private async matches(
    manager: EntityManager,
    tenant: string,
    id: string,
    wanted: string,
  ): Promise<NonNullable<SessionSummary['matches']>> {
    const session = await this.reader.open(manager, tenant, id);
    const utterances = await manager.find(Utterance, {
      where: { tenant, sessionId: In([id]) },
      order: { ordinal: 'ASC' },
    });
    return utterances.flatMap((utterance) => {
      const text = session.utterance(utterance)?.transcript?.text;
      if (text === undefined || !folded(text).includes(wanted)) return [];
      const at = Math.max(0, folded(text).indexOf(wanted) - MATCH_CHARS / 2);
      return [{ utteranceId: utterance.id, text: text.slice(at, at + MATCH_CHARS) }];
    });
  }
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

function placeOfSummary({ worth, startedAt, id }: SessionSummary, order: 'time' | 'worth'): QueuePlace {
  return { startedAt, id, ...(order === 'worth' ? { worth } : {}) };
}

const wrongOrder = (): WireError =>
  new WireError('configInvalid', 'The cursor belongs to another order.', { param: 'cursor' });
