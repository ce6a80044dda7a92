import { tokenise } from './words.js';

/** Words of an utterance that is still spoken. */
export interface PartialText {
  readonly text: string;
  /** So many characters of the text stay as they are, whatever comes. */
  readonly stableChars: number;
}

/**
 * LocalAgreement-2 (Macháček, Dabre & Bojar 2023, "Turning Whisper into a real-time transcription system"): the audio of an
 * utterance is transcribed anew as it grows, and the words on which two consecutive hypotheses agree are stable. Stable text
 * never shrinks and never changes; only what follows it does.
 */
export class LocalAgreement {
  private stable = '';
  /** What the latest hypothesis says after the stable text. */
  private rest = '';

  /** A hypothesis of all the audio so far. */
  push(hypothesis: string): PartialText {
    const rest = continuation(this.stable, hypothesis);
    const agreed = rest.slice(0, agreement(this.rest, rest));
    this.stable += agreed;
    this.rest = rest.slice(agreed.length);
    return { text: this.stable + this.rest, stableChars: this.stable.length };
  }

  /** What was told to stay. */
  get stableText(): string {
    return this.stable;
  }
}

/**
 * The hypothesis of the whole utterance with its beginning as it was told: where it takes back stable words, these stay, and
 * what follows the words in their place is appended. The hypothesis itself wherever that begins with `stable`.
 */
export function extend(stable: string, hypothesis: string): string {
  return stable + continuation(stable, hypothesis);
}

/** Characters up to the end of the last word that both begin with, word for word and with the same signs between them. */
function agreement(a: string, b: string): number {
  const others = tokenise(b);
  let agreed = 0;
  for (const [i, { end }] of tokenise(a).entries()) {
    if (others[i]?.end !== end || a.slice(agreed, end) !== b.slice(agreed, end)) break;
    agreed = end;
  }
  return agreed;
}

/** What a hypothesis says after the stable text, or after the words that stand in its place. */
function continuation(stable: string, hypothesis: string): string {
  const end = hypothesis.startsWith(stable) ? stable.length : coveredBy(stable, hypothesis);
  return hypothesis.slice(end);
}

/**
 * Up to which word end a hypothesis stands in the place of the stable text: the beginning with the least edit distance to it
 * (Levenshtein, character by character, one row at a time); among equals the longest, for words said twice are worse than
 * words left out.
 */
function coveredBy(stable: string, hypothesis: string): number {
  let row = Array.from({ length: hypothesis.length + 1 }, (_, j) => j);
  for (let i = 0; i < stable.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < hypothesis.length; j++) {
      const replaced = (row[j] ?? 0) + (stable[i] === hypothesis[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  const cost = (end: number): number => row[end] ?? Infinity;
  return tokenise(hypothesis).reduce((best, { end }) => (cost(end) <= cost(best) ? end : best), 0);
}
