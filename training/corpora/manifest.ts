import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Emotion } from '../../src/emotion/scores.js';
import { genderOf, known, type Clip, type Corpus, type Dropped, type Votes } from './clip.js';
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

/** The six that the crowd of CREMA-D could choose from, in the order of the column of votes. */
const VOTED: readonly Emotion[] = ['angry', 'disgust', 'fearful', 'happy', 'neutral', 'sad'];

/**
 * Reads a manifest: a table with a header and at least `path`, `speaker` and `emotion`; `corpus`, `gender`, `language`, `sentence`,
 * `intensity` and `votes` (counts by semicolon in the order ang;dis;fea;hap;neu;sad) are optional. The columns may have the other
 * names of COLUMNS, in any case. A row whose emotion is empty or none of the seven is dropped and named.
 * @throws ManifestError
 */
export async function readClips(manifest: string, root: string): Promise<Corpus> {
  const rows = await readTable(manifest);
  const columns = columnsOf(rows, manifest);
  const fallback = basename(resolve(root));
  const clips: Clip[] = [];
  const dropped: Dropped[] = [];
  for (const row of rows) {
    const value = (column: Column | 'votes'): string => row[columns[column] ?? ''] ?? '';
    const [path, label, corpus] = [value('path'), value('emotion'), value('corpus') || fallback];
    const emotion = emotionOf(label);
    if (!emotion) {
      dropped.push({ path, reason: notOfTheSeven(label) });
      continue;
    }
    clips.push({
      corpus,
      file: join(root, path),
      path,
      speaker: `${corpus}/${value('speaker')}`,
      emotion,
      ...known({
        gender: genderOf(value('gender')),
        language: value('language') || CORPORA[corpus]?.language,
        sentence: value('sentence'),
        intensity: value('intensity'),
        votes: votesOf(value('votes')),
      }),
    });
  }
  if (clips.length === 0) throw new ManifestError(`${manifest} has no row with one of the seven emotions`);
  return { clips, dropped };
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
      record_delimiter,
    });
  } catch (cause) {
    throw new ManifestError(`${file} is not a table`, { cause });
  }
}

/** The table's own name of each column. */
function columnsOf(rows: readonly Row[], manifest: string): Readonly<Partial<Record<Column | 'votes', string>>> {
  const [first] = rows;
  if (!first) throw new ManifestError(`${manifest} has no rows`);
  const names = Object.keys(first);
  const find = (accepted: readonly string[]) =>
    accepted.map((word) => names.find((name) => name.toLowerCase() === word)).find((name) => name !== undefined);
  const columns = Object.fromEntries(Object.entries(COLUMNS).map(([column, accepted]) => [column, find(accepted)]));
  for (const column of ['path', 'speaker', 'emotion']) {
    if (columns[column] === undefined) throw new ManifestError(`${manifest} has no column "${column}"`);
  }
  return { ...columns, votes: names.find((name) => /(^|_)votes(_|$)/i.test(name)) };
}

/** Nothing when nobody voted. */
function votesOf(text: string): Votes | undefined {
  const counts = text.split(';').map(Number);
  if (counts.length !== VOTED.length || !counts.every((n) => n >= 0) || !counts.some((n) => n > 0)) return undefined;
  return Object.fromEntries(VOTED.map((emotion, i) => [emotion, counts[i] ?? 0]));
}
