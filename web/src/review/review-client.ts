import type { Locale } from '../../../src/emotion/fused.js';
import type {
  Override,
  Restore,
  ResultPage,
  Revoke,
  SessionDetail,
  SessionsPage,
  TimelineItem,
  TimelinePage,
} from '../../../src/review/api.js';
import type { Rest } from './rest.js';
import type { Filters } from './route.js';

const DAY_MS = 86_400_000;

/** The routes of docs/review.md that the page needs. */
export class ReviewClient {
  constructor(private readonly rest: Rest) {}

  sessions(filters: Filters, page: { limit: number; cursor?: string }, signal: AbortSignal): Promise<SessionsPage> {
    const { days, label, incongruent, confidenceBelow, alert, revoked, text } = filters;
    const query = queryOf({
      order: 'worth',
      limit: page.limit,
      cursor: page.cursor,
      from: days === undefined ? undefined : new Date(Date.now() - days * DAY_MS).toISOString(),
      label,
      incongruent,
      maxConfidence: confidenceBelow,
      alert: alert && 'open',
      revoked,
      text,
    });
    return this.rest.get(`v1/sessions${query}`, signal);
  }

  session(id: string): Promise<SessionDetail> {
    return this.rest.get(sessionPath(id));
  }

  /** All utterances, page by page. */
  async timeline(id: string): Promise<Omit<TimelinePage, 'nextCursor'>> {
    const items: TimelineItem[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await this.rest.get<TimelinePage>(`${sessionPath(id)}/timeline${queryOf({ limit: 500, cursor })}`);
      items.push(...page.items);
      if (page.nextCursor === null) return { ...page, items };
      cursor = page.nextCursor;
    }
  }

  /** One answer, what it rests on, and every version of its utterance. */
  result(session: string, result: string, locale: Locale): Promise<ResultPage> {
    return this.rest.get(`${sessionPath(session)}/results/${encodeURIComponent(result)}${queryOf({ locale })}`);
  }

  override(session: string, utterance: string, body: Override): Promise<ResultPage> {
    return this.rest.post(`${labelPath(session, utterance)}/override`, body);
  }

  revoke(session: string, utterance: string, body: Revoke): Promise<ResultPage> {
    return this.rest.post(`${labelPath(session, utterance)}/revoke`, body);
  }

  restore(session: string, utterance: string, body: Restore): Promise<ResultPage> {
    return this.rest.post(`${labelPath(session, utterance)}/restore`, body);
  }

  acknowledge(session: string, alert: string): Promise<unknown> {
    return this.rest.post(`${sessionPath(session)}/alerts/${encodeURIComponent(alert)}/acknowledge`, {});
  }

  /** The sound of an utterance as wav. Each request is written down as a listening. */
  sound(session: string, utterance: string): Promise<Blob> {
    return this.rest.file(`${sessionPath(session)}/utterances/${encodeURIComponent(utterance)}/audio`);
  }

  exported(session: string, format: 'json' | 'csv'): Promise<Blob> {
    return this.rest.file(`v1/exports${queryOf({ format, session })}`);
  }
}

function sessionPath(id: string): string {
  return `v1/sessions/${encodeURIComponent(id)}`;
}

function labelPath(session: string, utterance: string): string {
  return `${sessionPath(session)}/utterances/${encodeURIComponent(utterance)}/label`;
}

export function queryOf(values: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined) query.set(name, String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
