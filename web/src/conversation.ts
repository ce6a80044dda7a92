import type { FusionResult } from '../../src/emotion/line-events.js';
import type { StampedEvents } from '../../src/gateway/protocol.js';
import { CourseStrip } from './course-strip.js';
import { byId, el } from './dom.js';
import { UtteranceCard } from './utterance-card.js';

/** The list of cards, newest first, kept by the session's events; each final result is also read out. */
export class Conversation {
  private readonly list = byId('cards', HTMLOListElement);
  private readonly empty = byId('empty', HTMLElement);
  private readonly announce = byId('announce', HTMLElement);
  private readonly template = byId('card', HTMLTemplateElement);
  private readonly cards = new Map<string, UtteranceCard>();
  private readonly course = new CourseStrip();

  readonly handlers: Partial<StampedEvents> = {
    'utterance.start': ({ utteranceId, startMs, ref }) => {
      const card = new UtteranceCard(this.template, startMs, ref !== undefined);
      this.cards.set(utteranceId, card);
      this.list.prepend(card.root);
      this.empty.hidden = true;
    },
    'emotion.voice': (event) => this.cards.get(event.utteranceId)?.voice(event),
    'emotion.text': (event) => this.cards.get(event.utteranceId)?.text(event),
    'transcript.partial': (event) => this.cards.get(event.utteranceId)?.partial(event),
    'transcript.final': (event) => this.cards.get(event.utteranceId)?.words(event),
    'fusion.result': (event) => {
      this.show(event);
    },
    'fusion.revised': (event) => {
      this.show(event);
    },
    'utterance.end': (event) => this.cards.get(event.utteranceId)?.ended(event),
    'session.trajectory': ({ points }) => {
      this.course.show(points);
    },
    alert: (alert) => {
      this.course.alert(alert);
    },
    'session.closed': () => {
      this.over();
    },
  };

  /** No more results come for what is still open. Later sessions count utterances anew. */
  over(): void {
    if (this.cards.size === 0) return;
    for (const card of this.cards.values()) card.abandoned();
    this.cards.clear();
    this.course.clear();
    this.list.prepend(el('li', { class: 'divider' }, 'end of session'));
  }

  private show(result: FusionResult): void {
    this.cards.get(result.utteranceId)?.result(result);
    this.announce.textContent = result.explanation.summary;
  }
}
