import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { emotionOf, notOfTheSeven } from '../corpora/labels.js';
import { readTable, type Row } from '../corpora/manifest.js';
import type { Clip, Dropped } from '../corpora/corpora.js';
import type { Pair, Words } from './pairs.js';

/**
 * Lines of `text TAB label`. The label is an emotion, or its place in the file `labels.txt` beside, as GoEmotions has it; a line with
 * several is left out. A first line that has no emotion is a header.
 * @throws Error naming the line
 */
export async function readWords(file: string): Promise<Words[]> {
  const names = (await readLines(join(dirname(file), 'labels.txt')).catch(() => [])).map((name) => name.trim());
  const words = (await readLines(file)).flatMap((line, i): Words[] => {
    const [text = '', label = ''] = line.split('\t');
    if (line.trim() === '' || label.includes(',')) return [];
    const emotion = emotionOf(/^\d+$/.test(label) ? (names[Number(label)] ?? '') : label);
    if (emotion) return [{ id: lineId(file, i), text, emotion }];
    if (i === 0) return [];
    throw new Error(`${file}, line ${i + 1}: "${label}" is none of ${EMOTIONS.join(', ')}, and no place in labels.txt`);
  });
  if (words.length === 0) throw new Error(`${file} has no rows of text and label`);
  return words;
}

/**
 * Sentences whose wording is neutral: one a line, or `code TAB sentence` as CREMA-D lists its twelve. A line `sentence` or
 * `code TAB sentence` is a header.
 * @throws Error
 */
export async function readNeutral(file: string): Promise<Words[]> {
  const sentences = (await readLines(file)).flatMap((line, i): Words[] => {
    const [text = '', code] = line.split('\t').reverse();
    if (text.trim() === '' || text.trim() === 'sentence') return [];
    return [{ id: lineId(file, i), text: text.trim(), emotion: 'neutral', ...(code && { code }) }];
  });
  if (sentences.length === 0) throw new Error(`${file} has no sentences`);
  return sentences;
}

export interface GivenPairs {
  readonly pairs: readonly Pair<Clip>[];
  readonly dropped: readonly Dropped[];
}

/**
 * Pairs that somebody recorded: a table with the columns path, text and label (or emotion); `speaker` is used where there is one. A
 * row whose label is none of the seven emotions is left out and named.
 * @throws Error, ManifestError
 */
export async function readPairs(file: string, root: string): Promise<GivenPairs> {
  const rows = (await readTable(file)).map(withLowerNames);
  const columns = Object.keys(rows[0] ?? {});
  for (const column of ['path', 'text']) {
    if (!columns.includes(column)) throw new Error(`${file} has no column "${column}"`);
  }
  const label = ['label', 'emotion'].find((name) => columns.includes(name));
  if (!label) throw new Error(`${file} has no column "label"`);
  const dropped: Dropped[] = [];
  const pairs = rows.flatMap((row, i): Pair<Clip>[] => {
    const { path = '', text = '', speaker } = row;
    const emotion = emotionOf(row[label] ?? '');
    if (!emotion) {
      dropped.push({ path, reason: notOfTheSeven(row[label] ?? '') });
      return [];
    }
    const clip = { corpus: 'given', file: join(root, path), path, speaker: `given/${speaker ?? path}`, emotion };
    return [{ kind: 'given', clip, words: { id: lineId(file, i + 1), text, emotion, take: 0 }, truth: emotion }];
  });
  if (pairs.length === 0) throw new Error(`${file} has no row with one of the seven emotions`);
  return { pairs, dropped };
}

function withLowerNames(row: Row): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
}

async function readLines(file: string): Promise<string[]> {
  const content = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`${file} cannot be read`, { cause });
  });
  return content.split(/\r?\n/);
}

/** The file and the number of the line, from 1. */
function lineId(file: string, index: number): string {
  return `${basename(file)}:${index + 1}`;
}
