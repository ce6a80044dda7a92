import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { isEmotion, type Emotion } from '../src/emotion/scores.js';

/** One labelled recording. */
export interface Clip {
  readonly corpus: string;
  /** Absolute, or relative to the working directory. */
  readonly file: string;
  /** As the manifest gives it, relative to its root. */
  readonly path: string;
  /** Unique across corpora: `corpus/speaker`. */
  readonly speaker: string;
  readonly emotion: Emotion;
  /** `female` or `male` where the corpus says so, else its own word; absent when unknown. */
  readonly gender?: string;
  /** English name of the language. */
  readonly language?: string;
  /** The corpus' own code of the words spoken. */
  readonly sentence?: string;
  /** The corpus' own code of how strongly it was acted. */
  readonly intensity?: string;
  /** How many listeners who only heard the clip chose each emotion; the emotions they were not offered are absent. */
  readonly votes?: Votes;
}

/** Counts of listeners by the emotion they heard. */
export type Votes = Readonly<Partial<Record<Emotion, number>>>;

/** Where a corpus comes from, for cards. */
export interface CorpusFacts {
  readonly title: string;
  readonly language: string;
  readonly licence: string;
}

export const CORPORA: Readonly<Record<string, CorpusFacts>> = {
  cremad: { title: 'CREMA-D', language: 'English', licence: 'ODbL 1.0 + DbCL 1.0' },
  ravdess: { title: 'RAVDESS (speech)', language: 'English', licence: 'CC BY-NC-SA 4.0' },
  emodb: { title: 'Emo-DB', language: 'German', licence: 'CC0 1.0' },
  nemo: { title: 'nEMO', language: 'Polish', licence: 'CC BY-NC-SA 4.0' },
};

/** Recordings that are known to be wrong, by base name without extension. They are left out of every training. */
const KNOWN_BAD: Readonly<Record<string, string>> = {
  '1076_MTI_SAD_XX': 'silent',
  '1006_TIE_HAP_XX': 'identical to 1006_TIE_NEU_XX under another label',
  '1006_TIE_NEU_XX': 'identical to 1006_TIE_HAP_XX under another label',
  '1013_WSI_DIS_XX': 'identical to 1013_WSI_SAD_XX under another label',
  '1013_WSI_SAD_XX': 'identical to 1013_WSI_DIS_XX under another label',
  '1017_IWW_ANG_XX': 'identical to 1017_IWW_FEA_XX under another label',
  '1017_IWW_FEA_XX': 'identical to 1017_IWW_ANG_XX under another label',
  '03-01-03-01-02-02-07': 'a duplicate of 03-01-03-01-02-01-07',
};

export interface Dropped {
  readonly path: string;
  readonly reason: string;
}

export interface Corpus {
  readonly clips: readonly Clip[];
  readonly dropped: readonly Dropped[];
}

/** A manifest that cannot be used; the message names the file and what is wrong. */
export class ManifestError extends Error {}

/**
 * Reads a manifest: a CSV with a header and at least `path, speaker, emotion`; `corpus`, `gender`, `language`, `sentence`,
 * `intensity` and `votes` (counts by semicolon in the order ang;dis;fea;hap;neu;sad) are optional.
 * A row whose emotion is empty or none of the seven is dropped and named.
 * @throws ManifestError
 */
export async function readClips(manifest: string, root: string): Promise<Corpus> {
  const text = await readFile(manifest, 'utf8').catch((cause: unknown) => {
    throw new ManifestError(`${manifest} cannot be read`, { cause });
  });
  const rows = rowsOf(text, manifest);
  const clips: Clip[] = [];
  const dropped: Dropped[] = [];
  for (const { path, speaker, emotion, corpus, ...known } of rows) {
    if (isEmotion(emotion)) {
      clips.push({ corpus, file: join(root, path), path, speaker: `${corpus}/${speaker}`, emotion, ...known });
    } else {
      dropped.push({ path, reason: emotion ? `"${emotion}" is none of the seven emotions` : 'no emotion' });
    }
  }
  if (clips.length === 0) throw new ManifestError(`${manifest} has no row with one of the seven emotions`);
  return { clips, dropped };
}

/** Leaves out what must not be trained on, and says so. */
export function withoutKnownBad({ clips, dropped }: Corpus): Corpus {
  const kept: Clip[] = [];
  const bad: Dropped[] = [];
  for (const clip of clips) {
    const reason = KNOWN_BAD[basename(clip.path, extname(clip.path))];
    if (reason) bad.push({ path: clip.path, reason });
    else kept.push(clip);
  }
  return { clips: kept, dropped: [...dropped, ...bad] };
}

type Row = Omit<Clip, 'file' | 'emotion'> & { readonly emotion: string };

/** The six that the crowd of CREMA-D could choose from, in the order of the column of votes. */
const VOTED: readonly Emotion[] = ['angry', 'disgust', 'fearful', 'happy', 'neutral', 'sad'];

function rowsOf(text: string, manifest: string): Row[] {
  let records: Record<string, string>[];
  try {
    // Tables grown by hand mix line ends.
    const record_delimiter = ['\r\n', '\n', '\r'];
    records = parse(text, { columns: true, skip_empty_lines: true, trim: true, bom: true, record_delimiter });
  } catch (cause) {
    throw new ManifestError(`${manifest} is not a CSV table`, { cause });
  }
  const first = records[0];
  if (!first) throw new ManifestError(`${manifest} has no rows`);
  for (const column of ['path', 'speaker', 'emotion']) {
    if (!(column in first)) throw new ManifestError(`${manifest} has no column "${column}"`);
  }
  const votes = Object.keys(first).find((column) => /(^|_)votes(_|$)/.test(column)) ?? 'votes';
  return records.map((r) => {
    const corpus = r['corpus'] ?? '';
    return {
      path: r['path'] ?? '',
      speaker: r['speaker'] ?? '',
      emotion: r['emotion'] ?? '',
      corpus,
      ...present({
        gender: genderOf(r['gender']),
        language: r['language'] || CORPORA[corpus]?.language,
        sentence: r['sentence'],
        intensity: r['intensity'],
        votes: votesOf(r[votes]),
      }),
    };
  });
}

/** Without what is unknown. */
function present<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value)) as Partial<T>;
}

function genderOf(text = ''): string {
  const word = text.toLowerCase();
  return { f: 'female', m: 'male' }[word] ?? word;
}

/** Counts by semicolon; nothing when nobody voted. */
function votesOf(text = ''): Votes | undefined {
  const counts = text.split(';').map(Number);
  if (counts.length !== VOTED.length || !counts.every((n) => n >= 0) || !counts.some((n) => n > 0)) return undefined;
  return Object.fromEntries(VOTED.map((emotion, i) => [emotion, counts[i] ?? 0]));
}
