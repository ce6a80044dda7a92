import { readFile } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { messageOf } from '../../src/common/errors.js';
import type { Emotion } from '../../src/emotion/scores.js';
import { genderOf, known, UNKNOWN_SPEAKER, type Clip, type Corpus, type Dropped, type Votes } from './clip.js';
import { CORPORA } from './conventions.js';
import { emotionOf, notOfTheSeven } from './labels.js';

/** A manifest that cannot be used; the message names the file and what is wrong. */
export class ManifestError extends Error {}

export type Row = Readonly<Record<string, string>>;

/** What a column may be called, its own name first. */
const COLUMNS = {
  path: ['path', 'file', 'filename', 'file_name', 'filepath', 'file_path', 'wav', 'audio'],
  speaker: ['speaker', 'speaker_id', 'actor', 'actor_id', 'spk'],
  emotion: ['emotion', 'label', 'emotion_label', 'emo', 'class'],
  corpus: ['corpus', 'dataset', 'database', 'source'],
  gender: ['gender', 'sex'],
  language: ['language', 'lang'],
  sentence: ['sentence', 'sentence_id', 'statement'],
  intensity: ['intensity', 'level'],
} as const;
type Column = keyof typeof COLUMNS;

/** The six that the crowd of CREMA-D could choose from, in the order of its votes. */
const VOTED: readonly Emotion[] = ['angry', 'disgust', 'fearful', 'happy', 'neutral', 'sad'];

/**
 * Reads a manifest: a table with a header and at least `path`, `speaker` and `emotion`; `corpus`, `gender`, `language`, `sentence`,
 * `intensity` and `votes` (six counts, in the order ang;dis;fea;hap;neu;sad unless the column's name says another) are optional. The
 * columns may have the other names of COLUMNS, in any case. A row whose emotion is empty or none of the seven is dropped and named.
 * @throws ManifestError
 */
export async function readClips(manifest: string, root: string): Promise<Corpus> {
  const rows = await readTable(manifest);
  const columns = columnsOf(rows, manifest);
  const votes = votesOf(rows);
  const fallback = basename(resolve(root));
  const clips: Clip[] = [];
  const dropped: Dropped[] = [];
  for (const row of rows) {
    const value = (column: Column): string => row[columns[column] ?? ''] ?? '';
    const path = value('path').replaceAll('\\', '/');
    const [label, corpus] = [value('emotion'), value('corpus') || fallback];
    const emotion = emotionOf(label);
    if (!emotion) {
      dropped.push({ path, reason: notOfTheSeven(label) });
      continue;
    }
    clips.push({
      corpus,
      file: isAbsolute(path) ? path : join(root, path),
      path,
      speaker: `${corpus}/${value('speaker') || UNKNOWN_SPEAKER}`,
      emotion,
      ...known({
        gender: genderOf(value('gender')),
        language: value('language') || CORPORA[corpus]?.language,
        sentence: value('sentence'),
        intensity: value('intensity'),
        votes: votes.in(row),
      }),
    });
  }
  if (clips.length === 0) throw new ManifestError(`${manifest} has no row with one of the seven emotions`);
  return { clips, dropped, notes: votes.notes.map((note) => `${manifest}: ${note}`) };
}

/**
 * Rows of a table with a header, parted by tabs, commas or semicolons: whichever its header has, in this order.
 * @throws ManifestError
 */
export async function readTable(file: string): Promise<Row[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ManifestError(`${file} cannot be read`, { cause });
  });
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const delimiter = ['\t', ',', ';'].find((mark) => header.includes(mark)) ?? ',';
  try {
    // Tables grown by hand mix line ends.
    const record_delimiter = ['\r\n', '\n', '\r'];
    return parse<Record<string, string>>(text, {
      columns: true,
      skip_empty_lines: true,
      trim: true,
      bom: true,
      delimiter,
      quote: delimiter === '\t' ? null : '"', // between tabs a quotation mark is one
      relax_quotes: true, // and within words elsewhere
      record_delimiter,
    });
  } catch (cause) {
    throw new ManifestError(`${file} is not a table: ${messageOf(cause)}`, { cause });
  }
}

/** The table's own name of each column. */
function columnsOf(rows: readonly Row[], manifest: string): Readonly<Partial<Record<Column, string>>> {
  const [first] = rows;
  if (!first) throw new ManifestError(`${manifest} has no rows`);
  const names = Object.keys(first);
  const find = (accepted: readonly string[]) =>
    accepted.map((word) => names.find((name) => name.toLowerCase() === word)).find((name) => name !== undefined);
  const columns = Object.fromEntries(Object.entries(COLUMNS).map(([column, accepted]) => [column, find(accepted)]));
  for (const column of ['path', 'speaker', 'emotion']) {
    if (columns[column] === undefined) throw new ManifestError(`${manifest} has no column "${column}"`);
  }
  return columns;
}

/** How the votes of a row are read: from the first column with `votes` in its name that has six counts in some row. */
function votesOf(rows: readonly Row[]): { in: (row: Row) => Votes | undefined; notes: string[] } {
  const names = Object.keys(rows[0] ?? {}).filter((name) => /votes/i.test(name));
  const name = names.find((one) => rows.some((row) => countsIn(row[one])));
  if (name === undefined) {
    const filled = names.filter((one) => rows.some((row) => row[one]));
    const notes = filled.map((one) => `no row has votes in "${one}"; they are written like 6;2;0;0;1;0`);
    return { in: () => undefined, notes };
  }
  const order = votedIn(name);
  const votes = (row: Row): Votes | undefined => {
    const counts = countsIn(row[name]);
    // Nothing when nobody voted.
    if (!counts?.some((n) => n > 0)) return undefined;
    return Object.fromEntries(order.map((emotion, i) => [emotion, counts[i] ?? 0]));
  };
  return { in: votes, notes: [] };
}

function countsIn(text = ''): number[] | undefined {
  const parts = text.split(/[;,|/\s]+/);
  const counts = parts.map(Number);
  return counts.length === VOTED.length && parts.every(Boolean) && counts.every((n) => n >= 0) ? counts : undefined;
}

/** The order that the name of the column says, as in `votes_ang;dis;fea;hap;neu;sad`. */
function votedIn(name: string): readonly Emotion[] {
  const said = name.split(/[^a-z]+/i).flatMap((word) => emotionOf(word) ?? []);
  return new Set(said).size === VOTED.length && said.length === VOTED.length ? said : VOTED;
}
