import { tokenise } from './words.js';

/** Words of an utterance that is still spoken. */
export interface PartialText {
  readonly text: string;
  /** So many characters of the text stay as they are, whatever comes. */
  readonly stableChars: number;
}

/**
 * LocalAgreement-2 (Macháček, Dabre & Bojar 2023, "Turning Whisper into a real-time transcription system"): the audio of an
 * utterance is transcribed anew as it grows, and the words on which two consecutive hypotheses agree are stable. Words of which
 * the recogniser itself is not sure need a third hypothesis that agrees. Stable text never shrinks and never changes; only what
 * follows it does.
 */
export class LocalAgreement {
  private stable = '';
  /** What the latest hypothesis says after the stable text. */
  private rest = '';
  /** And what the one before said there. */
  private earlier = '';

  /** A hypothesis of all the audio so far; of its first `sureChars` characters the recogniser is sure. */
  push(hypothesis: string, sureChars = hypothesis.length): PartialText {
    const rest = continuation(this.stable, hypothesis);
    const two = agreement(this.rest, rest);
    const sure = lastWordEnd(rest, Math.min(two, sureChars - (hypothesis.length - rest.length)));
    const agreed = Math.max(sure, Math.min(two, agreement(this.earlier, rest)));
    this.stable += rest.slice(0, agreed);
    this.earlier = this.rest.slice(agreed);
    this.rest = rest.slice(agreed);
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

/** End of the last word that ends within so many characters. */
function lastWordEnd(text: string, chars: number): number {
  return tokenise(text).reduce((last, { end }) => (end <= chars ? end : last), 0);
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
