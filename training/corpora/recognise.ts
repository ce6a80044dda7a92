import { basename, extname, join, resolve } from 'node:path';
import { known, UNKNOWN_SPEAKER, type Clip, type Corpus, type Dropped } from './clip.js';
import { readName, type NamedClip } from './conventions.js';
import { filesBelow, formatRank } from './files.js';
import { emotionOf, labelIn, notOfTheSeven } from './labels.js';
import { readSideTables } from './side-tables.js';

/** A folder in which no clip of any corpus was recognised. */
export class UnknownCorpora extends Error {}

/** Folders that part a set, and say nothing about who speaks. */
const PARTS = new Set([
  'train',
  'test',
  'val',
  'valid',
  'validation',
  'dev',
  'evaluation',
  'eval',
  'wav',
  'audio',
  'samples',
]);

/**
 * Reads the corpora in a folder by the names of their files, wherever these lie, and any other set by folders named after emotions.
 * A recording that is there twice (in two formats, or in a copy of its folder) is read once.
 * @throws UnknownCorpora
 */
export async function recogniseCorpora(root: string): Promise<Corpus> {
  const files = await filesBelow(root).catch((cause: unknown) => {
    throw new UnknownCorpora(`${root} cannot be read`, { cause });
  });
  const tables = await readSideTables(files.map((path) => join(root, path)));
  const [named, dropped] = withoutCopies(
    files.filter((path) => formatRank(path) >= 0).map((path) => nameOf(path, root)),
  );
  const clips: Clip[] = [];
  for (const { path, name } of named) {
    const emotion = name ? emotionOf(name.label) : undefined;
    if (!name) dropped.push({ path, reason: 'neither its name nor its folders tell an emotion' });
    else if (!emotion) dropped.push({ path, reason: notOfTheSeven(name.label) });
    else {
      const { corpus, language, sentence, intensity } = name;
      const speaker = `${corpus}/${name.speaker}`;
      const gender = name.gender ?? tables.gender.get(speaker);
      const votes = corpus === 'cremad' ? tables.votes.get(name.id) : undefined;
      const facts = known({ gender, language, sentence, intensity, votes });
      clips.push({ corpus, file: join(root, path), path, speaker, emotion, ...facts });
    }
  }
  if (clips.length === 0) {
    throw new UnknownCorpora(
      `${root} holds no recordings of a known corpus, no folders named after emotions and no manifest.csv`,
    );
  }
  return { clips, dropped };
}

interface Named {
  readonly path: string;
  readonly name?: NamedClip;
}

function nameOf(path: string, root: string): Named {
  return { path, name: readName(path.slice(0, -extname(path).length)) ?? readFolders(path, root) };
}

/** A set of folders named after emotions: what else they are called, or the folders around them, tell who speaks. */
function readFolders(path: string, root: string): NamedClip | undefined {
  const folders = path.split('/').slice(0, -1);
  const at = folders.findLastIndex((folder) => labelIn(folder));
  const found = labelIn(folders[at] ?? '');
  if (!found) return undefined;
  const around = [...folders.slice(at > 0 ? 1 : 0, at), ...folders.slice(at + 1)];
  const speaker = [found.rest, ...around].filter((name) => name && !PARTS.has(name.toLowerCase())).join('_');
  return {
    corpus: at > 0 ? (folders[0] ?? '') : basename(resolve(root)),
    id: path,
    speaker: speaker || UNKNOWN_SPEAKER,
    label: found.label,
    language: '',
  };
}

/** Of the files of one recording, the best format and the shortest path. */
function withoutCopies(files: readonly Named[]): [kept: Named[], dropped: Dropped[]] {
  const best = new Map<string, Named>();
  const key = ({ path, name }: Named): string => (name ? `${name.corpus}/${name.id}` : path);
  const cost = ({ path }: Named): number => formatRank(path) * 1e4 + path.length;
  for (const file of files) {
    const other = best.get(key(file));
    if (!other || cost(file) < cost(other)) best.set(key(file), file);
  }
  const dropped = files.flatMap((file) => {
    const kept = best.get(key(file)) ?? file;
    return kept === file ? [] : [{ path: file.path, reason: `another copy of ${kept.path}` }];
  });
  return [[...best.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), dropped];
}
