import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Corpus } from './clip.js';
import { readClips } from './manifest.js';
import { recogniseCorpora } from './recognise.js';

export type { Clip, Corpus, Dropped, Votes } from './clip.js';
export { CORPORA, type CorpusFacts } from './conventions.js';
export { withoutKnownBad } from './known-bad.js';
export { ManifestError, readClips } from './manifest.js';
export { UnknownCorpora } from './recognise.js';

/**
 * Reads the labelled recordings in a folder: those that the manifest lists, by default the folder's own `manifest.csv`; without one,
 * those that are recognised by the names of their files and folders.
 * @throws ManifestError, UnknownCorpora
 */
export async function readCorpora(root: string, manifest?: string): Promise<Corpus> {
  const table = manifest ?? (await manifestOf(root));
  return table === undefined ? recogniseCorpora(root) : readClips(table, root);
}

/** The manifest that a folder carries, if any. */
export async function manifestOf(root: string): Promise<string | undefined> {
  const file = join(root, 'manifest.csv');
  return access(file).then(
    () => file,
    () => undefined,
  );
}

/** Clips of one reason that are named one by one; of more, the first stands for all. */
const NAMED_APART = 3;

/** What was left out, in lines for a person: by name where they are few, counted where they are many. */
export function leftOut({ dropped, notes = [] }: Pick<Corpus, 'dropped' | 'notes'>): string[] {
  const byReason = new Map<string, string[]>();
  for (const { path, reason } of dropped) {
    // Copies each have a reason of their own, and are one kind all the same.
    const kind = reason.startsWith('another copy of ') ? 'another copy is read' : reason;
    byReason.set(kind, [...(byReason.get(kind) ?? []), path]);
  }
  const lines = [...byReason].flatMap(([reason, paths]) =>
    paths.length <= NAMED_APART
      ? paths.map((path) => `left out ${path}: ${reason}`)
      : [`left out ${paths.length} clips: ${reason} (the first is ${paths[0] ?? ''})`],
  );
  return [...notes, ...lines];
}
