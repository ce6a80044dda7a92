import type { Utterance } from '../emotion/utterance.js';

/** Words the client already has, with the time they were spoken. */
export interface TimedWords {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly language?: string;
}

type Span = Pick<Utterance, 'startMs' | 'endMs'>;

/** Two spans are the same speech when they share at least half of the shorter one. */
export function sameSpeech(a: Span, b: Span): boolean {
  const shared = Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
  const shorter = Math.max(1, Math.min(a.endMs - a.startMs, b.endMs - b.startMs));
  return shared >= shorter / 2;
}

/** Transcripts that wait for the utterance they belong to. */
export class ClientWords {
  private waiting: TimedWords[] = [];

  get size(): number {
    return this.waiting.length;
  }

  add(words: TimedWords): void {
    this.waiting.push(words);
  }

  /** Takes the words of this utterance, in order of time, joined to one text. */
  take(span: Span): Utterance['clientText'] {
    const mine = this.waiting.filter((words) => sameSpeech(words, span)).sort((a, b) => a.startMs - b.startMs);
    if (mine.length === 0) return undefined;
    this.waiting = this.waiting.filter((words) => !mine.includes(words));
    const language = mine.find((words) => words.language)?.language;
    return { text: mine.map((words) => words.text).join(' '), ...(language ? { language } : {}) };
  }

  /** Takes what ended before `beforeMs` and therefore belongs to no utterance any more. */
  takeStale(beforeMs: number): TimedWords[] {
    const stale = this.waiting.filter((words) => words.endMs <= beforeMs);
    this.waiting = this.waiting.filter((words) => words.endMs > beforeMs);
    return stale;
  }

  clear(): void {
    this.waiting = [];
  }
}
