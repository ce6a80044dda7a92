import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** How often a holder touches its lock to say that it lives. */
const BEAT_MS = 1_000;
/** A lock that nobody has touched for so long belonged to a process that was killed. */
const STALE_MS = 5_000;
/** The same, where a process of its number still runs on this machine: it may only be slow. */
const STALE_ALIVE_MS = 30_000;
const POLL_MS = 200;

export interface Lock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** Gives up after so long; default: never. */
  readonly waitMs?: number;
  /** Called once when somebody else holds it. */
  readonly onWait?: () => void;
  /** Called when somebody else took the lock, because this process gave no sign of life (it was stopped, or the machine slept). */
  readonly onLost?: () => void;
}

/** Takes `file` as a lock that no other thread, process, or container on the same volume holds; undefined: somebody does. */
export async function takeLock(file: string, options: LockOptions = {}): Promise<Lock | undefined> {
  const { waitMs = Infinity, onWait, onLost } = options;
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  await mkdir(dirname(file), { recursive: true });
  const since = Date.now();
  for (let tries = 0; !(await taken(file, mine)); tries++) {
    if (tries === 0) onWait?.();
    if (Date.now() - since >= waitMs) return undefined;
    await pause(POLL_MS);
  }
  const beat = setInterval(() => void touch(), BEAT_MS);
  const touch = async (): Promise<void> => {
    const now = new Date();
    const holder = await readFile(file, 'utf8').catch(() => '');
    if (holder === mine) {
      await utimes(file, now, now).catch(() => undefined);
    } else {
      clearInterval(beat);
      onLost?.();
    }
  };
  return {
    release: async () => {
      clearInterval(beat);
      if ((await readFile(file, 'utf8').catch(() => '')) === mine) await rm(file, { force: true });
    },
  };
}

/** Runs `work` while nobody else holds `file`. `onWait` is called once when somebody else does. */
export async function withLock<T>(file: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  const lock = await takeLock(file, onWait ? { onWait } : {});
  try {
    return await work();
  } finally {
    await lock?.release();
  }
}

async function taken(file: string, mine: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    await handle.writeFile(mine).finally(() => handle.close());
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
  if (!touched) return false;
  const silentMs = Date.now() - touched.mtimeMs;
  switch (await stateOf(file)) {
    case 'dead':
      return true;
    case 'alive':
      return silentMs > STALE_ALIVE_MS;
    case 'unknown':
      return silentMs > STALE_MS;
  }
}

/** Does the holder's process run? Unknown on another machine, and where its number is ours: a container starts again with it. */
async function stateOf(file: string): Promise<'dead' | 'alive' | 'unknown'> {
  const [pid, host] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  if (host !== hostname() || !pid || Number(pid) === process.pid) return 'unknown';
  try {
    process.kill(Number(pid), 0);
    return 'alive';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'dead' : 'alive';
  }
}
