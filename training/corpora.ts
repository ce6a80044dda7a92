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
}

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
 * Reads a manifest: a CSV with a header and at least `path, speaker, emotion`; `corpus` is optional.
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
  for (const { path, speaker, emotion, corpus } of rows) {
    if (isEmotion(emotion)) {
      clips.push({ corpus, file: join(root, path), path, speaker: `${corpus}/${speaker}`, emotion });
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

interface Row {
  readonly path: string;
  readonly speaker: string;
  readonly emotion: string;
  readonly corpus: string;
}

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
  return records.map((r) => ({
    path: r['path'] ?? '',
    speaker: r['speaker'] ?? '',
    emotion: r['emotion'] ?? '',
    corpus: r['corpus'] ?? '',
  }));
}
