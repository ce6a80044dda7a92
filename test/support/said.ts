import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from '@jest/globals';
import { readRecording } from '../../src/audio/read-recording.js';
import { CLIPS } from './clips.js';
import { haveCorpora, heldOutClips } from './held-out.js';

/** A Whisper that knows twelve sentences, made for the tests (test/fixtures/whisper-cremad/README.md). */
export const OWN_WHISPER = join(process.cwd(), 'test', 'fixtures', 'whisper-cremad');

/** What the suite judges: that one, or installed weights that UNDERTONE_WHISPER names. */
export const WHISPER = process.env['UNDERTONE_WHISPER'] ?? OWN_WHISPER;
export const isOwn = WHISPER === OWN_WHISPER;

/** What the people of CREMA-D say, by the code in their clips' names (Cao et al. 2014). */
const SENTENCES = JSON.parse(readFileSync(join(OWN_WHISPER, 'sentences.json'), 'utf8')) as Record<string, string>;

/** A clip of one of the sentences, by somebody whom the tests' Whisper has never heard. */
export interface Said {
  readonly name: string;
  readonly sentence: string;
  /** Mono, −1..1, 16 kHz. */
  readonly samples: () => Promise<Float32Array>;
}

/** Every n-th clip of espeak-ng's voices; they lie in the repository. */
export function saidByVoices(n = 1): Said[] {
  const folder = join(CLIPS, 'said');
  const files = readdirSync(folder).filter((_, i) => i % n === 0);
  return files.map((file) => saidIn(join(folder, file), /_(\w{3})\./));
}

/** Every n-th clip of people of CREMA-D whom the voice model has not heard either; none where there are no corpora. */
export async function saidByPeople(n: number): Promise<Said[]> {
  if (!haveCorpora) return [];
  const model = JSON.parse(readFileSync(join(process.cwd(), 'models/acoustic/seven/model.json'), 'utf8')) as {
    training: Record<string, unknown>;
  };
  const clips = (await heldOutClips(model.training, 1)).filter(({ corpus }) => corpus === 'cremad');
  return clips.filter((_, i) => i % n === 0).map(({ file }) => saidIn(file, /_(\w{3})_/));
}

function saidIn(file: string, code: RegExp): Said {
  const name = basename(file);
  const sentence = SENTENCES[code.exec(name)?.[1] ?? ''];
  if (sentence === undefined) throw new Error(`${name} names no sentence`);
  return { name, sentence, samples: () => readRecording(readFileSync(file)) };
}

/**
 * The stable beginning of each version of a transcript.
 * @throws AssertionError when one shrinks or changes, or a later version does not begin with it (LW1, LW2)
 */
export function stableThrough(versions: readonly { text: string; stableChars: number }[]): string[] {
  let stable = '';
  return versions.map(({ text, stableChars }) => {
    expect(stableChars).toBeGreaterThanOrEqual(stable.length);
    expect(text.slice(0, stable.length)).toBe(stable);
    stable = text.slice(0, stableChars);
    return stable;
  });
}

/** How a recogniser did: shares of clips that it wrote exactly, and of words that it got wrong. */
export interface Hits {
  readonly clips: number;
  readonly exact: number;
  readonly wordErrorRate: number;
  /** What was said and what was written instead. */
  readonly wrong: readonly string[];
}

/** `pairs`: what was said, and what was written. Words are compared without case and punctuation, whole clips with both. */
export function hitsOf(pairs: readonly (readonly [said: string, written: string])[]): Hits {
  const missed = pairs.filter(([said, written]) => said !== written);
  const words = pairs.reduce((sum, [said]) => sum + wordsOf(said).length, 0);
  const wrong = pairs.reduce((sum, [said, written]) => sum + distance(wordsOf(said), wordsOf(written)), 0);
  return {
    clips: pairs.length,
    exact: 1 - missed.length / pairs.length,
    wordErrorRate: wrong / words,
    wrong: missed.map(([said, written]) => `${said} → ${written}`),
  };
}

/** Tells the figures of a run that is about figures. */
export function report(who: string, { clips, exact, wordErrorRate, wrong }: Hits): void {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  process.stdout.write(
    `${basename(WHISPER)}, ${clips} clips of ${who}: word error rate ${percent(wordErrorRate)}, exactly right ${percent(exact)}\n` +
      (isOwn ? wrong.map((one) => `  ${one}\n`).join('') : ''),
  );
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];

/** The fewest words to insert, delete and exchange (Levenshtein 1966). */
function distance(from: readonly string[], to: readonly string[]): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (const [i, word] of from.entries()) {
    const next = [i + 1];
    for (const [j, other] of to.entries()) {
      const exchanged = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
