import type { TranscriptOutcome } from './transcript.js';

/** Words that the recogniser itself doubted must not lead it astray again. */
const MIN_CONFIDENCE = 0.5;

/** The last words of a session, as a prompt for what comes next. */
export class EarlierWords {
  private words: readonly string[] = [];

  constructor(private readonly most: number) {}

  get prompt(): string {
    return this.words.join(' ');
  }

  add(heard: TranscriptOutcome): void {
    if (this.most === 0 || 'status' in heard || heard.confidence < MIN_CONFIDENCE) return;
    this.words = [...this.words, ...heard.text.split(/\s+/u)].filter(Boolean).slice(-this.most);
  }
}
