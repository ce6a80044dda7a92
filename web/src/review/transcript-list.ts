import type { LineEvents } from '../../../src/emotion/line-events.js';
import type { TimelineItem } from '../../../src/review/api.js';
import { byId, el } from '../dom.js';
import { confidenceOf, labelOf, markedWords } from '../result-parts.js';
import { clock, phrase, UNAVAILABLE } from '../words.js';

/** What is heard of an utterance that is not stored yet. */
interface Open {
  readonly startMs: number;
  words: string;
}

/** Everything that was said, one line each: when, the words, and what stands of them. What is being said now comes last. */
export class TranscriptList {
  private readonly list = byId('utterances', HTMLOListElement);
  private readonly open = new Map<string, Open>();
  private items: readonly TimelineItem[] = [];
  private selected: string | undefined;

  constructor(onSelect: (utterance: string) => void) {
    this.list.addEventListener('click', (event) => {
      const id = event.target instanceof Element ? event.target.closest('li')?.dataset['utterance'] : undefined;
      if (id && this.items.some(({ utteranceId }) => utteranceId === id)) onSelect(id);
    });
  }

  show(items: readonly TimelineItem[], selected: string | undefined): void {
    this.items = items;
    this.selected = selected;
    for (const { utteranceId } of items) this.open.delete(utteranceId);
    this.draw();
  }

  clear(): void {
    this.open.clear();
    this.show([], undefined);
  }

  /** An analyst's keyboard is there already, or asks to be. */
  focus(utterance: string): void {
    this.buttonOf(utterance)?.focus();
  }

  readonly heard: {
    readonly [E in 'utterance.start' | 'transcript.partial' | 'transcript.final']: (told: LineEvents[E]) => void;
  } = {
    'utterance.start': ({ utteranceId, startMs }) => {
      if (this.items.some((item) => item.utteranceId === utteranceId)) return;
      this.open.set(utteranceId, { startMs, words: '' });
      this.draw();
    },
    'transcript.partial': ({ utteranceId, text }) => {
      this.said(utteranceId, text);
    },
    'transcript.final': ({ utteranceId, text }) => {
      this.said(utteranceId, text);
    },
  };

  /** The session is over: what is not stored will not be. */
  over(): void {
    this.open.clear();
    this.draw();
  }

  private said(utteranceId: string, text: string): void {
    const open = this.open.get(utteranceId);
    if (!open) return;
    open.words = text;
    this.draw();
  }

  private draw(): void {
    const focused = this.list.contains(document.activeElement)
      ? document.activeElement?.closest<HTMLElement>('li')?.dataset['utterance']
      : undefined;
    const lines = this.items.map((item) => line(item, item.utteranceId === this.selected));
    const open = [...this.open].map(([id, { startMs, words }]) => openLine(id, startMs, words));
    this.list.replaceChildren(...lines, ...open);
    if (focused) this.focus(focused);
  }

  private buttonOf(utterance: string): HTMLElement | null {
    return this.list.querySelector(`[data-utterance="${CSS.escape(utterance)}"] button`);
  }
}

function line(item: TimelineItem, selected: boolean): HTMLElement {
  const { utteranceId, startMs, transcript, result, marks } = item;
  const { decision, incongruence, text } = result;
  const words = transcript
    ? el('span', { class: 'words', lang: transcript.language }, ...markedWords(transcript.text, marks ?? []))
    : el('span', { class: 'words none' }, `No words: ${phrase(UNAVAILABLE, text?.reason ?? 'notProvided')}`);
  const revoked = decision.abstainReason === 'revoked';
  const sure = decision.label ? ` ${confidenceOf(decision)}` : '';
  const button = el(
    'button',
    { type: 'button', 'data-emotion': decision.label ?? 'none', ...(selected ? { 'aria-current': 'true' } : {}) },
    el('span', { class: 'time' }, clock(startMs)),
    words,
    el(
      'span',
      { class: 'verdict-line' },
      el('span', {}, el('b', {}, labelOf(decision).toLowerCase()), sure),
      ...(incongruence.detected ? [el('span', { class: 'apart' }, '≠ voice and words disagree')] : []),
      ...(decision.by === 'person' && !revoked ? [el('span', {}, `version ${result.revision}`)] : []),
    ),
  );
  return el('li', { 'data-utterance': utteranceId }, button);
}

function openLine(utterance: string, startMs: number, words: string): HTMLElement {
  return el(
    'li',
    { 'data-utterance': utterance, class: 'open' },
    el('span', { class: 'time' }, clock(startMs)),
    el('span', { class: 'words unstable' }, words || '…'),
    el('span', { class: 'verdict-line' }, el('span', { class: 'flag on-air' }, 'being said')),
  );
}
