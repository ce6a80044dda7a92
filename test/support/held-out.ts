import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readClips, withoutKnownBad, type Clip } from '../../training/corpora/corpora.js';

const root = join(process.env['UNDERTONE_DATA'] ?? '', 'corpora');
const manifest = join(root, 'manifest.csv');

/** Is real speech at hand? It is where UNDERTONE_DATA names a folder with corpora. */
export const haveCorpora = Boolean(process.env['UNDERTONE_DATA']) && existsSync(manifest);

/** Every n-th clip of the speakers that were kept out of a model's training, as its model.json says. */
export async function heldOutClips(training: Readonly<Record<string, unknown>>, n: number): Promise<Clip[]> {
  const heldOut = new Set(training['heldOutSpeakers'] as string[]);
  const { clips } = withoutKnownBad(await readClips(manifest, root));
  return clips.filter((clip) => heldOut.has(clip.speaker)).filter((_, i) => i % n === 0);
}
