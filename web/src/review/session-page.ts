import type { Locale } from '../../../src/emotion/fused.js';
import { EMOTIONS } from '../../../src/emotion/scores.js';
import type { TimelineItem } from '../../../src/review/api.js';
import { byId, save, say } from '../dom.js';
import type { Notes } from '../notes.js';
import { confidenceOf, labelOf } from '../result-parts.js';
import { clock } from '../words.js';
import { Corrections, type Target } from './corrections.js';
import { DetailPanel } from './detail-panel.js';
import type { Command } from './keyboard.js';
import type { Moment } from './moment.js';
import { counted, shortId } from './phrases.js';
import { ReasonDialog } from './reason-dialog.js';
import { Refresher } from './refresher.js';
import type { ReviewClient } from './review-client.js';
import { hashOf } from './route.js';
import { SessionHead } from './session-head.js';
import type { TimelineChart } from './timeline-chart.js';
import { Toast } from './toast.js';
import { SoundPlayer } from './sound-player.js';
import { TranscriptList } from './transcript-list.js';

const GATHER_MS = 120;

/** One session: its course over time, what was said, and one utterance of it in full. */
export class SessionPage {
  readonly root = byId('session', HTMLElement);
  readonly transcript = new TranscriptList((id) => {
    this.select(id);
  });
  private readonly head = new SessionHead(
    (id) => {
      this.select(id);
    },
    (alert) => void this.seen(alert),
  );
  private readonly toast = new Toast();
  private readonly detail = new DetailPanel({
    override: (label) => {
      this.correct((client, target) => this.corrections.override(client, target, label));
    },
    revoke: () => {
      this.correct((client, target) => this.corrections.revoke(client, target));
    },
    undo: () => {
      this.correct((client, target) => this.corrections.restore(client, target));
    },
    restore: (version) => {
      this.correct((client, target) => this.corrections.restore(client, target, version));
    },
    step: (by) => {
      this.move(by);
    },
  });
  private readonly sound = new SoundPlayer();
  private readonly corrections: Corrections;
  private readonly refresher = new Refresher(() => this.load(), GATHER_MS);
  private readonly announce = byId('announce', HTMLElement);
  private readonly locales = [...this.root.querySelectorAll<HTMLButtonElement>('[data-locale]')];
  private chart: TimelineChart | undefined;
  private client: ReviewClient | undefined;
  private session: string | undefined;
  private items: readonly TimelineItem[] = [];
  private selected: string | undefined;
  private locale: Locale = 'en';
  /** Counts what was asked for, so that a late answer to an earlier question is not shown. */
  private asked = 0;

  readonly commands: readonly Command[] = [
    {
      keys: ['j'],
      does: 'next utterance',
      run: () => {
        this.move(1);
      },
    },
    {
      keys: ['k'],
      does: 'utterance before',
      run: () => {
        this.move(-1);
      },
    },
    {
      keys: ['p'],
      does: 'listen, where the sound is kept',
      run: () => void this.sound.toggle(),
    },
    {
      keys: EMOTIONS.map((_, i) => String(i + 1)),
      shown: '1 – 7',
      does: `it is ${EMOTIONS.join(', ')}`,
      run: (key) => {
        this.detail.press(key);
      },
    },
    {
      keys: ['r'],
      does: 'revoke the label, with a reason',
      run: (key) => {
        this.detail.press(key);
      },
    },
    {
      keys: ['u'],
      does: 'undo the last correction',
      run: (key) => {
        this.detail.press(key);
      },
    },
    {
      keys: ['q'],
      does: 'back to the queue',
      run: () => {
        byId('back', HTMLAnchorElement).click();
      },
    },
  ];

  constructor(private readonly notes: Notes) {
    this.corrections = new Corrections(
      new ReasonDialog(),
      this.toast,
      notes,
      () => this.load(),
      (made) => {
        if (!this.client) return;
        if (made.session === this.session) this.select(made.utterance);
        void this.corrections.restore(this.client, made);
      },
    );
    for (const button of this.locales) {
      button.addEventListener('click', () => {
        this.speak(button.dataset['locale'] === 'zh' ? 'zh' : 'en');
      });
    }
    for (const format of ['json', 'csv'] as const) {
      byId(`export-${format}`, HTMLButtonElement).addEventListener('click', () => void this.export(format));
    }
  }

  async open(client: ReviewClient, session: string, utterance: string | undefined): Promise<void> {
    this.client = client;
    if (this.session !== session) {
      this.session = session;
      this.items = [];
      this.transcript.clear();
      this.detail.hide();
      this.head.clear();
      byId('session-empty', HTMLElement).hidden = true;
      this.selected = utterance;
    }
    this.root.hidden = false;
    this.head.focus();
    const [{ TimelineChart: Chart }] = await Promise.all([import('./timeline-chart.js'), this.load()]);
    if (!this.chart) {
      this.chart = new Chart((id) => {
        this.select(id);
      });
      byId('timeline', HTMLElement).append(this.chart.root);
    }
    this.chart.show(this.items.map(momentOf), this.selected);
  }

  close(): void {
    this.root.hidden = true;
    this.session = undefined;
    this.sound.withdraw();
    this.toast.hide();
  }

  /** Something of this session changed, or perhaps of every one. */
  changed(session: string | null): void {
    if (this.session !== undefined && (session ?? this.session) === this.session) this.refresher.ask();
  }

  // ── What is shown ─────────────────────────────────────────────────────────────────────────────────────────────────

  private async load(): Promise<void> {
    const { client, session } = this;
    if (!client || session === undefined) return;
    try {
      const [about, timeline] = await Promise.all([client.session(session), client.timeline(session)]);
      if (session !== this.session) return;
      const before = this.items;
      this.items = timeline.items;
      this.head.show(about, timeline.alerts);
      if (about.endedAt) this.transcript.over();
      if (!this.items.some(({ utteranceId }) => utteranceId === this.selected)) this.selected = tellingOf(this.items);
      this.tell(before);
      this.draw();
      await this.complete();
    } catch (error) {
      if (session !== this.session) return;
      this.head.problem(error instanceof Error ? error.message : String(error));
    }
  }

  private draw(): void {
    say(byId('session-empty', HTMLElement), this.items.length === 0 ? 'Nothing was said yet.' : '');
    this.chart?.show(this.items.map(momentOf), this.selected);
    this.transcript.show(this.items, this.selected);
    const index = this.items.findIndex(({ utteranceId }) => utteranceId === this.selected);
    const item = this.items[index];
    if (item && this.session) this.detail.show(this.session, item, `${index + 1} of ${this.items.length}`);
    else this.detail.hide();
    this.offerSound(item);
    byId('previous', HTMLButtonElement).disabled = index <= 0;
    byId('next', HTMLButtonElement).disabled = index === this.items.length - 1;
  }

  private offerSound(item: TimelineItem | undefined): void {
    const { client, session } = this;
    if (!client || session === undefined || !item?.audio) this.sound.withdraw();
    else this.sound.offer(`${session} ${item.utteranceId}`, () => client.sound(session, item.utteranceId));
  }

  /** The selected utterance's whole answer, which only its own page has. */
  private async complete(): Promise<void> {
    const { client, session } = this;
    const item = this.current();
    if (!client || session === undefined || !item) return;
    const asked = ++this.asked;
    try {
      const result = await client.result(session, item.result.resultId, this.locale);
      if (asked === this.asked) this.detail.complete(result);
    } catch (error) {
      if (asked === this.asked) this.notes.tell('error', error instanceof Error ? error.message : String(error));
    }
  }

  /** Reads out what somebody else changed, and what came in. */
  private tell(before: readonly TimelineItem[]): void {
    if (before.length === 0) return;
    const known = new Map(before.map(({ utteranceId, result }) => [utteranceId, result.revision]));
    const news = this.items.filter(({ utteranceId, result }) => known.get(utteranceId) !== result.revision);
    if (news.length === 0) return;
    const told = news.map(({ startMs, result }) => `${clock(startMs)}: ${labelOf(result.decision)}`);
    this.announce.textContent = `${counted(news.length, 'utterance')} changed. ${told.join('. ')}.`;
  }

  // ── What an analyst does ──────────────────────────────────────────────────────────────────────────────────────────

  private current(): TimelineItem | undefined {
    return this.items.find(({ utteranceId }) => utteranceId === this.selected);
  }

  private select(utterance: string): void {
    if (this.session === undefined || utterance === this.selected) return;
    this.selected = utterance;
    history.replaceState(null, '', hashOf({ page: 'session', session: this.session, utterance }));
    this.draw();
    void this.complete();
  }

  private move(by: 1 | -1): void {
    const index = this.items.findIndex(({ utteranceId }) => utteranceId === this.selected);
    const item = this.items[index + by];
    if (!item) return;
    this.select(item.utteranceId);
    if (this.detail.root.contains(document.activeElement)) return;
    this.transcript.focus(item.utteranceId);
  }

  private correct(how: (client: ReviewClient, target: Target) => Promise<void>): void {
    const item = this.current();
    if (!this.client || this.session === undefined || !item) return;
    void how(this.client, { session: this.session, utterance: item.utteranceId, version: item.result.revision });
  }

  private speak(locale: Locale): void {
    this.locale = locale;
    for (const button of this.locales) button.setAttribute('aria-pressed', String(button.dataset['locale'] === locale));
    void this.complete();
  }

  private async seen(alert: string): Promise<void> {
    const { client, session } = this;
    if (!client || session === undefined) return;
    try {
      await client.acknowledge(session, alert);
    } catch (error) {
      this.notes.tell('error', error instanceof Error ? error.message : String(error));
    }
    await this.load();
  }

  private async export(format: 'json' | 'csv'): Promise<void> {
    const { client, session } = this;
    if (!client || session === undefined) return;
    try {
      save(await client.exported(session, format), `undertone-session-${shortId(session)}.${format}`);
    } catch (error) {
      this.notes.tell('error', error instanceof Error ? error.message : String(error));
    }
  }
}

/** Where to begin: where voice and words are furthest apart and the answer is least sure, of those that nobody decided. */
function tellingOf(items: readonly TimelineItem[]): string | undefined {
  const worth = ({ result: { decision, incongruence } }: TimelineItem): number =>
    decision.by === 'person' ? -1 : incongruence.score * (1 - decision.confidence);
  return [...items].sort((a, b) => worth(b) - worth(a))[0]?.utteranceId;
}

function momentOf({ utteranceId, startMs, endMs, transcript, result, trajectory }: TimelineItem): Moment {
  const { decision, dimensions, incongruence, voice, text } = result;
  const words = transcript ? `: ${transcript.text}` : '';
  return {
    id: utteranceId,
    startMs,
    endMs,
    label: decision.label,
    fused: dimensions,
    ...(voice?.dimensions ? { voice: voice.dimensions } : {}),
    ...(text?.dimensions ? { text: text.dimensions } : {}),
    course: trajectory ?? dimensions,
    incongruent: incongruence.detected,
    title: `${clock(startMs)} ${labelOf(decision)}, ${confidenceOf(decision)}${words}`,
  };
}
