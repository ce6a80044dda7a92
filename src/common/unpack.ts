import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Calls `work` with a folder: `path` itself, or what the tar archive `path` (gzipped or not) holds, unpacked into
 * `workspace` for as long as `work` takes. Only plain files and folders come out, and never outside the folder.
 */
export async function unpacked<T>(path: string, workspace: string, work: (folder: string) => Promise<T>): Promise<T> {
  if ((await stat(path)).isDirectory()) return work(path);
  const { extract } = await import('tar');
  await mkdir(workspace, { recursive: true });
  const folder = await mkdtemp(join(workspace, '.unpacked-'));
  try {
    await extract({ file: path, cwd: folder, strict: true, filter: (_, entry) => isPlain(entry) });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Links could point anywhere. */
function isPlain(entry: object): boolean {
  return (
    'type' in entry && ['File', 'OldFile', 'ContiguousFile', 'Directory', 'GNUDumpDir'].includes(String(entry.type))
  );
}
