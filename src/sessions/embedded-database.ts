import { once } from 'node:events';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { takeLock, type Lock } from '../common/file-lock.js';
import { workerUrl } from '../common/worker-url.js';

/** How long a database that another server holds is waited for: it may be on its way out, ms. */
const WAIT_FOR_LOCK_MS = 8_000;
/** How long it may take to close; longer, and the thread is ended: the database recovers at its next start, ms. */
const CLOSE_MS = 10_000;

/** The folder belongs to another server. */
export class DatabaseInUseError extends Error {
  constructor(folder: string) {
    super(
      `${folder} is in use by another server. Give this one a folder of its own (DATA_DIR), or let both use one Postgres ` +
        '(DATABASE_URL).',
    );
    this.name = 'DatabaseInUseError';
  }
}

/**
 * PGlite in a thread of its own, so that its long computations stall nobody, behind a Unix socket in a private folder, so
 * that the ordinary driver and the same migrations serve both databases. Survives a killed process; for a power cut it
 * makes no promise (it cannot flush to the disk), which is what Postgres is for.
 */
export class EmbeddedDatabase {
  private constructor(
    private readonly worker: Worker,
    private readonly lock: Lock,
    /** For `pg`: the folder of `.s.PGSQL.5432`. */
    readonly socketFolder: string,
  ) {}

  /**
   * Opens the folder, or makes it; takes seconds. `onGone` is called when the thread ends by itself.
   * @throws DatabaseInUseError
   */
  static async open(folder: string, onGone: (reason: string) => void): Promise<EmbeddedDatabase> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const lock = await takeLock(`${folder}.lock`, {
      waitMs: WAIT_FOR_LOCK_MS,
      onLost: () => {
        // Two writers would destroy it: the other one has it now.
        void database?.worker.terminate();
      },
    });
    if (!lock) throw new DatabaseInUseError(folder);
    const socketFolder = await newSocketFolder(`${folder}.socket`);
    let database: EmbeddedDatabase | undefined;
    try {
      const worker = new Worker(workerUrl(import.meta.url, 'embedded-database.worker.js'), {
        workerData: { folder, socket: join(socketFolder, '.s.PGSQL.5432') },
        // What Postgres says of its statements is not for anybody's log.
        stdout: true,
        stderr: true,
      });
      worker.stdout.resume();
      worker.stderr.resume();
      database = new EmbeddedDatabase(worker, lock, socketFolder);
      await started(worker);
      worker.on('error', () => undefined);
      worker.once('exit', (code) => {
        if (database) database.ended = true;
        void database?.release();
        if (!database?.closing) onGone(`its thread ended with ${code}`);
      });
      return database;
    } catch (error) {
      await database?.worker.terminate();
      await lock.release();
      await rm(socketFolder, { recursive: true, force: true });
      throw error;
    }
  }

  private closing = false;
  private ended = false;

  async close(): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    if (!this.ended) {
      const gone = once(this.worker, 'exit');
      this.worker.postMessage('close');
      const timer = setTimeout(() => void this.worker.terminate(), CLOSE_MS);
      await gone.finally(() => {
        clearTimeout(timer);
      });
    }
    await this.release();
  }

  private async release(): Promise<void> {
    await this.lock.release();
    await rm(this.socketFolder, { recursive: true, force: true });
  }
}

/** A short path: that of a socket has room for about a hundred characters. `note` remembers it, so that one of a killed server goes. */
async function newSocketFolder(note: string): Promise<string> {
  const prefix = join(tmpdir(), 'undertone-db-');
  const former = await readFile(note, 'utf8').catch(() => '');
  if (former.startsWith(prefix) && !former.includes('..')) await rm(former, { recursive: true, force: true });
  const made = await mkdtemp(prefix);
  await writeFile(note, made);
  return made;
}

/** Rejects with what the thread died of. */
async function started(worker: Worker): Promise<void> {
  const over = new AbortController();
  const { signal } = over;
  const ended = once(worker, 'exit', { signal }).then(([code]) => {
    throw new Error(`the thread of the embedded database ended with ${code}`);
  });
  try {
    await Promise.race([once(worker, 'message', { signal }), ended]);
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
}
