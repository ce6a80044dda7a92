import { forgetOldest } from '../common/forget-oldest.js';
import type { Utterance } from '../emotion/utterance.js';
import { sameSpeech, Waiting, type Span } from './waiting.js';

/** Words the client already has. */
export interface ClientText {
  readonly text: string;
  /** The client's name for a typed message. */
  readonly ref?: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly language?: string;
}

/** The same with the time they were spoken. */
export type TimedWords = ClientText & Required<Pick<ClientText, 'startMs' | 'endMs'>>;

/** Pieces of one utterance; the latest count. */
const MAX_PIECES = 100;

/**
 * Words that a client tells of its audio: they wait for the utterance whose time they share, and are one text there.
 * Holds what waits, and of the last utterances what has joined them.
 */
export class ClientWords {
  private readonly waiting = new Waiting<TimedWords>();
  private readonly joined = new Map<string, readonly TimedWords[]>();

  /** `remembered`: so many utterances can still be joined. */
  constructor(private readonly remembered: number) {}

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  add(words: TimedWords): void {
    this.waiting.add(words);
  }

  /** The words of an utterance by now, in order of time; what waits for it joins it. Undefined where there are none. */
  of(utterance: Span & Pick<Utterance, 'id'>): Utterance['clientText'] {
    for (const words of this.waiting.take(utterance)) this.join(utterance.id, words);
    const pieces = this.joined.get(utterance.id) ?? [];
    if (pieces.length === 0) return undefined;
    const language = pieces.find((one) => one.language)?.language;
    return { text: pieces.map(({ text }) => text).join(' '), ...(language ? { language } : {}) };
  }

  /** Takes what ended before `beforeMs` and therefore belongs to no utterance any more. */
  takeStale(beforeMs: number): TimedWords[] {
    return this.waiting.takeStale(beforeMs);
  }

  clear(): void {
    this.waiting.clear();
    this.joined.clear();
  }

  /** Words of the same moment stand in place of those that came before. */
  private join(id: string, words: TimedWords): void {
    const others = (this.joined.get(id) ?? []).filter((one) => !sameSpeech(one, words));
    const pieces = [...others, words].slice(-MAX_PIECES).sort((a, b) => a.startMs - b.startMs);
    this.joined.set(id, pieces);
    forgetOldest(this.joined, this.remembered);
  }
}
