import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { boundedFetch } from './bounded-fetch.js';
import { download, DownloadError, hashInto, type Pin } from './download.js';
import { withLock } from './file-lock.js';
import type { HubModel } from './model-manifest.js';

export interface StoredFile {
  readonly file: string;
  readonly state: 'verified' | 'missing' | 'mismatch';
  /** 0 where it is missing. */
  readonly bytes: number;
  /** What it is held to: the manifest, or what came first; null: nothing yet. */
  readonly heldTo: 'manifest' | 'first pull' | null;
}

export interface Progress {
  readonly file: string;
  /** Over all files begun so far. */
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** `missing`: a file is not there. `mismatch`: it is not what it is held to. Else why it could not be pulled. */
export class ModelStoreError extends Error {
  constructor(
    readonly kind: 'missing' | 'unreadable' | DownloadError['kind'],
    readonly id: string,
    /** Relative to the model; may be told to anybody. */
    readonly file: string,
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`${id}: ${file}: ${detail}`, options);
    this.name = 'ModelStoreError';
  }
}

export interface ModelStoreOptions {
  /** Models lie here as `<cacheDir>/<id>/…`. */
  readonly cacheDir: string;
  /** The hub or a mirror of it. */
  readonly remoteHost: string;
  /** What a model consists of besides config.json, told by that file's content. */
  readonly filesOf: (config: unknown) => readonly string[];
  /** Until the hub answers at all, milliseconds; 5,000 when absent. */
  readonly headMs?: number | undefined;
  readonly retryMs?: number;
}

export interface PullOptions {
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Another pull of the same model is at work, or was killed seconds ago. */
  readonly onWait?: () => void;
}

/** What is known of a file that was right when it was last read; its hash is not computed again while it looks the same. */
interface Stamp extends Pin {
  readonly mtimeMs: number;
}

type Stamps = Readonly<Record<string, Stamp>>;

/** Beside the weights: the hashes they are held to, and when each file was last found right. */
const RECORD = 'undertone.json';

/** Weights from a hub, on disk: pulled, imported, checked and removed; nothing is used that was not verified. */
export class ModelStore {
  private readonly fetch: typeof fetch;

  constructor(private readonly options: ModelStoreOptions) {
    this.fetch = boundedFetch({ headMs: options.headMs ?? 5_000, stallMs: 30_000 });
  }

  folderOf(id: string): string {
    return join(this.options.cacheDir, id);
  }

  /**
   * What is there and whether it is right. `thorough` reads every byte; otherwise a file whose size and time of change
   * are those of its last check is taken to be the same. Of a model that is absent, config.json alone is `missing`.
   */
  async check(model: HubModel, thorough = false): Promise<StoredFile[]> {
    const { files, fresh } = await this.look(model, thorough);
    if (Object.keys(fresh).length > 0) {
      await this.locked(model.id, () => this.record(model.id, fresh)).catch(ignoreReadOnly);
    }
    return files;
  }

  /**
   * The folder of a model of which every byte is what it should be.
   * @throws ModelStoreError naming the first file that is missing or wrong.
   */
  async verified(model: HubModel): Promise<string> {
    for (const { file, state } of await this.check(model)) {
      if (state === 'missing') throw new ModelStoreError('missing', model.id, file, 'is not installed');
      if (state === 'mismatch') throw new ModelStoreError('mismatch', model.id, file, 'is not the file that is pinned');
    }
    return this.folderOf(model.id);
  }

  /**
   * Fetches what is missing or wrong; resolves with false when nothing was.
   * @throws ModelStoreError; what has come stays, and the next pull goes on from there.
   */
  async pull(model: HubModel, { onProgress, onWait }: PullOptions = {}): Promise<boolean> {
    const { id, revision } = model;
    const base = `${this.options.remoteHost.replace(/\/+$/, '')}/${id}/resolve/${encodeURIComponent(revision)}/`;
    const sizes = new Map<string, { loaded: number; total: number }>();
    const sum = (key: 'loaded' | 'total'): number => [...sizes.values()].reduce((all, size) => all + size[key], 0);
    const bring = async ({ file }: StoredFile): Promise<void> => {
      const path = join(this.folderOf(id), file);
      const pin = model.pins[file] ?? (await this.stamps(id))[file];
      const onBytes = (loaded: number, total = loaded): void => {
        sizes.set(file, { loaded, total });
        onProgress?.({ file, loadedBytes: sum('loaded'), totalBytes: sum('total') });
      };
      const came = await download(base + file, path, { ...this.options, fetch: this.fetch, pin, onBytes }).catch(
        (cause: unknown) => {
          if (!(cause instanceof DownloadError)) throw cause;
          throw new ModelStoreError(cause.kind, id, file, cause.message, { cause });
        },
      );
      await this.record(id, { [file]: await stampOf(path, came) });
    };
    return this.locked(
      id,
      async () => {
        // config.json comes first: it tells the other files.
        let lacking = await this.lacking(model);
        const [first] = lacking;
        if (!first) return false;
        if (first.file === 'config.json') {
          await bring(first);
          lacking = await this.lacking(model);
        }
        for (const { file } of lacking) sizes.set(file, { loaded: 0, total: model.pins[file]?.bytes ?? 0 });
        for (const one of lacking) await bring(one);
        return true;
      },
      onWait,
    );
  }

  /**
   * Takes a model from a folder in the same layout, all of it or nothing; resolves with false when it was there already.
   * @throws ModelStoreError naming the first file that is missing or wrong there.
   */
  async import(model: HubModel, from: string): Promise<boolean> {
    const { id } = model;
    const config = await readFile(join(from, 'config.json'), 'utf8').catch(() => {
      throw new ModelStoreError('missing', id, 'config.json', `is not in ${from}`);
    });
    return this.locked(id, async () => {
      const known = await this.stamps(id);
      const brought: Record<string, Stamp> = {};
      const files = ['config.json', ...this.filesOf(id, config)];
      const placeOf = (file: string): string => join(this.folderOf(id), file);
      try {
        for (const file of files) {
          const copy = `${placeOf(file)}.import`;
          await mkdir(dirname(copy), { recursive: true });
          await copyFile(join(from, file), copy).catch((cause: unknown) => {
            throw new ModelStoreError('missing', id, file, `is not in ${from}`, { cause });
          });
          const came = await pinOf(copy);
          const pin = model.pins[file] ?? known[file];
          if (pin && came.sha256 !== pin.sha256) {
            throw new ModelStoreError(
              'mismatch',
              id,
              file,
              `is not the file that is pinned: sha256 ${came.sha256}, not ${pin.sha256}`,
            );
          }
          brought[file] = await stampOf(copy, came);
        }
        const lacking = await this.lacking(model);
        for (const file of files) await rename(`${placeOf(file)}.import`, placeOf(file));
        await this.record(id, brought);
        return lacking.length > 0;
      } finally {
        for (const file of files) await rm(`${placeOf(file)}.import`, { force: true });
      }
    });
  }

  /** Resolves with false when nothing was there. */
  async remove(id: string): Promise<boolean> {
    if (!existsSync(this.folderOf(id))) return false;
    await this.locked(id, () => rm(this.folderOf(id), { recursive: true, force: true }));
    return true;
  }

  private async lacking(model: HubModel): Promise<StoredFile[]> {
    const { files, fresh } = await this.look(model, false);
    await this.record(model.id, fresh);
    return files.filter(({ state }) => state !== 'verified');
  }

  private async look(model: HubModel, thorough: boolean): Promise<{ files: StoredFile[]; fresh: Stamps }> {
    const dir = this.folderOf(model.id);
    const known = await this.stamps(model.id);
    const fresh: Record<string, Stamp> = {};
    const lookAt = async (file: string): Promise<StoredFile> => {
      const path = join(dir, file);
      const [stamp, pinned] = [known[file], model.pins[file]];
      const pin = pinned ?? stamp;
      const heldTo = pinned ? 'manifest' : stamp ? 'first pull' : null;
      const found = await stat(path).catch(() => undefined);
      if (!found?.isFile()) return { file, state: 'missing', bytes: 0, heldTo };
      const bytes = found.size;
      if (pin && bytes !== pin.bytes) return { file, state: 'mismatch', bytes, heldTo };
      const unchanged = stamp?.mtimeMs === found.mtimeMs && stamp.bytes === bytes && stamp.sha256 === pin?.sha256;
      if (!unchanged || thorough) {
        const is = await pinOf(path);
        if (pin && is.sha256 !== pin.sha256) return { file, state: 'mismatch', bytes, heldTo };
        if (!unchanged) fresh[file] = { ...is, mtimeMs: found.mtimeMs };
      }
      return { file, state: 'verified', bytes, heldTo };
    };
    const config = await lookAt('config.json');
    const files = [config];
    if (config.state === 'verified') {
      const content = await readFile(join(dir, 'config.json'), 'utf8');
      for (const file of this.filesOf(model.id, content)) files.push(await lookAt(file));
    }
    return { files, fresh };
  }

  private filesOf(id: string, config: string): readonly string[] {
    try {
      return this.options.filesOf(JSON.parse(config));
    } catch (cause) {
      throw new ModelStoreError('unreadable', id, 'config.json', 'does not describe a model', { cause });
    }
  }

  private async stamps(id: string): Promise<Stamps> {
    const text = await readFile(join(this.folderOf(id), RECORD), 'utf8').catch(() => '{}');
    return JSON.parse(text) as Stamps;
  }

  /** Under the lock. */
  private async record(id: string, fresh: Stamps): Promise<void> {
    if (Object.keys(fresh).length === 0) return;
    const file = join(this.folderOf(id), RECORD);
    const aside = `${file}.${randomUUID()}`;
    await writeFile(aside, `${JSON.stringify({ ...(await this.stamps(id)), ...fresh }, null, 2)}\n`);
    await rename(aside, file);
  }

  /** The lock lies beside the folder, which may be removed under it. */
  private locked<T>(id: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
    return withLock(`${this.folderOf(id)}.lock`, work, onWait);
  }
}

/**
 * The identity of weights: one sha256 over those of the files named. Read from the store's record where that is of
 * these very files.
 */
export async function identityOfFiles(folder: string, files: readonly string[]): Promise<string> {
  const identity = createHash('sha256');
  for (const file of [...files].sort()) identity.update(`${file}:${await sha256OfFile(folder, file)}\n`);
  return identity.digest('hex');
}

/** sha256 of a file of a model's folder; of one that was checked since it changed, as the record has it. */
export async function sha256OfFile(folder: string, file: string): Promise<string> {
  const record = await readFile(join(folder, RECORD), 'utf8').catch(() => '{}');
  const stamp = (JSON.parse(record) as Stamps)[file];
  const { size, mtimeMs } = await stat(join(folder, file));
  const same = stamp?.bytes === size && stamp.mtimeMs === mtimeMs;
  return same ? stamp.sha256 : (await pinOf(join(folder, file))).sha256;
}

async function pinOf(path: string): Promise<Pin> {
  const hash = createHash('sha256');
  await hashInto(hash, path);
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') };
}

async function stampOf(path: string, { bytes, sha256 }: Pin): Promise<Stamp> {
  return { bytes, sha256, mtimeMs: (await stat(path)).mtimeMs };
}

/** A volume that cannot be written to costs the shortcut at the next start, no more. */
function ignoreReadOnly(error: unknown): void {
  if (!['EROFS', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
}
