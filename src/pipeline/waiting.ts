import type { Utterance } from '../emotion/utterance.js';

/** A stretch of the session, ms since its first sample. */
export type Span = Pick<Utterance, 'startMs' | 'endMs'>;

/** How much time two spans share, ms; negative where they are apart. */
export function sharedMs(a: Span, b: Span): number {
  return Math.min(a.endMs, b.endMs) - Math.max(a.startMs, b.startMs);
}

/** Two spans are the same speech when they share at least half of the shorter one. */
export function sameSpeech(a: Span, b: Span): boolean {
  const shorter = Math.max(1, Math.min(a.endMs - a.startMs, b.endMs - b.startMs));
  return sharedMs(a, b) >= shorter / 2;
}

/** What a client sent with its time, and waits for the utterance that it belongs to. */
export class Waiting<T extends Span> {
  private all: T[] = [];

  get size(): number {
    return this.all.length;
  }

  add(one: T): void {
    this.all.push(one);
  }

  /** Takes what `wanted` says, in order of time. */
  takeIf(wanted: (one: T) => boolean): T[] {
    const taken = this.all.filter(wanted);
    this.all = this.all.filter((one) => !taken.includes(one));
    return taken.sort((a, b) => a.startMs - b.startMs);
  }

  /** Takes what belongs to this utterance. */
  take(span: Span): T[] {
    return this.takeIf((one) => sameSpeech(one, span));
  }

  /** Takes what ended before `beforeMs` and therefore belongs to no utterance any more. */
  takeStale(beforeMs: number): T[] {
    return this.takeIf(({ endMs }) => endMs <= beforeMs);
  }

  clear(): void {
    this.all = [];
  }
}
