import { readdir, realpath, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Extensions of what the decoder reads, the best copy of a recording first. */
const AUDIO = ['.wav', '.flac', '.m4a', '.mp4', '.opus', '.ogg', '.oga', '.webm', '.mp3'];

/** 0 for the best format, −1 for what is no audio. */
export function formatRank(path: string): number {
  return AUDIO.indexOf(extname(path).toLowerCase());
}

/** Every file below a folder, relative to it, with slashes, sorted. Links are followed; hidden names and Mac copies are not. */
export async function filesBelow(root: string): Promise<string[]> {
  const out: string[] = [];
  const walk = async (folder: string, above: readonly string[]): Promise<void> => {
    const real = await realpath(join(root, folder));
    if (above.includes(real)) return; // a link back up
    for (const { name } of await readdir(real, { withFileTypes: true })) {
      if (name.startsWith('.') || name === '__MACOSX') continue;
      const path = folder ? `${folder}/${name}` : name;
      const found = await stat(join(root, path)).catch(() => undefined); // a link to nowhere
      if (found?.isDirectory()) await walk(path, [...above, real]);
      else if (found?.isFile()) out.push(path);
    }
  };
  await walk('', []);
  return out.sort();
}
