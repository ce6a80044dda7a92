import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a holder touches its lock to say that it lives. */
const BEAT_MS = 1_000;
/** A lock that nobody has touched for so long belonged to a process that was killed. */
const STALE_MS = 5_000;
const POLL_MS = 200;

/**
 * Runs `work` while nobody else holds `file`: no other thread, process, or container on the same volume.
 * `onWait` is called once when somebody else does.
 */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  for (let tries = 0; !(await taken(file)); tries++) {
    if (tries === 0) onWait?.();
    await pause(POLL_MS);
  }
  const beat = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => undefined);
  }, BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    await rm(file, { force: true });
  }
}

async function taken(file: string): Promise<boolean> {
  try {
    await (await open(file, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isStale(file)) {
    // Of several that see it, one renames it. It may by then be a new one, which is put back.
    const aside = `${file}.${randomUUID()}`;
    await rename(file, aside).catch(() => undefined);
    if (await isStale(aside)) await rm(aside, { force: true });
    else await rename(aside, file).catch(() => undefined);
  }
  return false;
}

async function isStale(file: string): Promise<boolean> {
  const touched = await stat(file).catch(() => undefined);
  return touched !== undefined && Date.now() - touched.mtimeMs > STALE_MS;
}
