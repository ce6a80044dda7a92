import type { SessionsPage, SessionSummary } from '../../../src/review/api.js';
import { byId, say } from '../dom.js';
import { FilterForm } from './filter-form.js';
import type { Command } from './keyboard.js';
import { counted } from './phrases.js';
import { Refresher } from './refresher.js';
import type { ReviewClient } from './review-client.js';
import type { Filters } from './route.js';
import { sessionRow } from './session-row.js';

const PAGE = 25;
/** The API gives no more at once; further ones are fetched with the cursor. */
const MOST_AT_ONCE = 100;
const GATHER_MS = 600;

/** The sessions that match, the most worth an ear first. */
export class QueuePage {
  readonly root = byId('queue', HTMLElement);
  private readonly rows = byId('rows', HTMLOListElement);
  private readonly told = byId('queue-told', HTMLElement);
  private readonly empty = byId('queue-empty', HTMLElement);
  private readonly more = byId('more', HTMLButtonElement);
  private readonly again = byId('again', HTMLButtonElement);
  private readonly form: FilterForm;
  private readonly refresher = new Refresher(() => this.refresh(), GATHER_MS);
  private client: ReviewClient | undefined;
  private filters: Filters = {};
  private sessions: readonly SessionSummary[] = [];
  private cursor: string | null = null;
  private loading: AbortController | undefined;
  /** What was opened last: there the eye comes back to. */
  private opened: string | undefined;

  readonly commands: readonly Command[] = [
    {
      keys: ['j'],
      does: 'next session',
      run: () => {
        this.move(1);
      },
    },
    {
      keys: ['k'],
      does: 'session before',
      run: () => {
        this.move(-1);
      },
    },
    {
      keys: ['/'],
      does: 'search words that were said',
      run: () => {
        this.form.focusSearch();
      },
    },
  ];

  constructor(onFilters: (filters: Filters) => void) {
    this.form = new FilterForm(onFilters);
    this.more.addEventListener('click', () => void this.loadMore());
    this.again.addEventListener('click', () => void this.load());
    this.rows.addEventListener('click', (event) => {
      if (event.target instanceof Element) this.opened = event.target.closest('li')?.dataset['session'];
    });
    this.rows.addEventListener('pointerleave', () => {
      this.refresher.ask();
    });
  }

  async open(client: ReviewClient, filters: Filters): Promise<void> {
    const same = this.client === client && JSON.stringify(filters) === JSON.stringify(this.filters);
    this.client = client;
    this.filters = filters;
    this.form.show(filters);
    this.root.hidden = false;
    if (!same) this.sessions = [];
    await this.load();
    if (this.opened) this.linkOf(this.opened)?.focus();
  }

  close(): void {
    this.loading?.abort();
    this.root.hidden = true;
  }

  /** Something changed. A search reads what people said: it is not repeated without being asked for. */
  changed(): void {
    if (!this.root.hidden && !this.filters.text) this.refresher.ask();
  }

  private async load(): Promise<void> {
    const page = await this.fetch({ limit: PAGE });
    if (page) this.show(page.items, page.nextCursor, page.searched?.utterances);
  }

  private async loadMore(): Promise<void> {
    const page = await this.fetch({ limit: PAGE, ...(this.cursor === null ? {} : { cursor: this.cursor }) });
    if (page) this.show([...this.sessions, ...page.items], page.nextCursor, page.searched?.utterances);
  }

  private async refresh(): Promise<void> {
    if (this.root.hidden || this.filters.text || this.sessions.length > MOST_AT_ONCE) return;
    const page = await this.fetch({ limit: Math.max(PAGE, this.sessions.length) });
    if (page) this.show(this.steady(page.items), page.nextCursor);
  }

  /** Under the pointer and under the keyboard's focus rows keep their places; new ones come first. */
  private steady(items: readonly SessionSummary[]): readonly SessionSummary[] {
    if (!this.rows.matches(':hover') && !this.rows.contains(document.activeElement)) return items;
    const place = new Map(this.sessions.map(({ id }, i) => [id, i]));
    return [...items].sort((a, b) => (place.get(a.id) ?? -1) - (place.get(b.id) ?? -1));
  }

  private async fetch(page: { limit: number; cursor?: string }): Promise<SessionsPage | undefined> {
    this.loading?.abort();
    const loading = new AbortController();
    this.loading = loading;
    this.rows.setAttribute('aria-busy', 'true');
    this.again.hidden = true;
    try {
      return await this.client?.sessions(this.filters, page, loading.signal);
    } catch (error) {
      if (loading.signal.aborted) return undefined;
      say(this.told, `The sessions cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
      this.again.hidden = false;
      return undefined;
    } finally {
      if (this.loading === loading) this.rows.removeAttribute('aria-busy');
    }
  }

  private show(sessions: readonly SessionSummary[], cursor: string | null, searched?: number): void {
    const focused = document.activeElement?.closest<HTMLElement>('#rows li')?.dataset['session'];
    const known = new Set(this.sessions.map(({ id }) => id));
    const now = new Date();
    const rows = sessions.map((session) => {
      const row = sessionRow(session, now);
      row.classList.toggle('fresh', known.size > 0 && !known.has(session.id) && session.endedAt === null);
      return row;
    });
    this.rows.replaceChildren(...rows);
    if (focused) this.linkOf(focused)?.focus();
    this.sessions = sessions;
    this.cursor = cursor;
    this.more.hidden = cursor === null;
    this.more.textContent = searched === undefined ? 'Show more' : 'Search further back';
    const filtered = Object.keys(this.filters).length > 0;
    const read = searched === undefined ? '' : ` · ${counted(searched, 'transcript')} read`;
    say(
      this.told,
      sessions.length === 0 ? '' : `${counted(sessions.length, 'session')}${cursor ? ' so far' : ''}${read}`,
    );
    say(this.empty, sessions.length > 0 ? '' : emptyText(filtered, cursor !== null));
  }

  private move(by: 1 | -1): void {
    const links = [...this.rows.querySelectorAll('a')];
    const at = links.findIndex((link) => link === document.activeElement);
    links[at === -1 ? (by === 1 ? 0 : links.length - 1) : at + by]?.focus();
  }

  private linkOf(session: string): HTMLElement | null {
    return this.rows.querySelector(`[data-session="${CSS.escape(session)}"] a`);
  }
}

function emptyText(filtered: boolean, more: boolean): string {
  if (more) return 'Nothing found so far.';
  if (filtered) return 'No session matches. Clear a filter to see more.';
  return 'No session is stored yet. Open the live page, speak, and it appears here.';
}
