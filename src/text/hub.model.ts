import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { env, LogLevel, type ProgressInfo } from '@huggingface/transformers';
import { boundedFetch } from '../common/bounded-fetch.js';
import { messageOf } from '../common/errors.js';
import { nameOf, suffixOf, type HubSource } from './hub-source.js';

/** Options of `from_pretrained` and `pipeline` that this project sets. */
export interface PretrainedOptions {
  readonly dtype: HubSource['dtype'];
  readonly device: 'cpu';
  readonly cache_dir: string;
  readonly local_files_only: boolean;
  readonly progress_callback: (info: ProgressInfo) => void;
  readonly session_options: Readonly<Record<string, unknown>>;
}

/** Why weights cannot be had, in words that may reach a client: no path, no address. */
const REASONS = {
  notInstalled: 'its weights are not installed',
  unreachable: 'its weights are not installed, and could not be pulled from the hub',
  unusable: 'its weights are installed but cannot be used',
} as const;

/** Weights that cannot be had: an expected state. The message may reach a client; `detail` is for the operator's log. */
export class ModelUnavailable extends Error {
  /** What the operator does about it. */
  readonly howTo: string;

  constructor(
    readonly reason: keyof typeof REASONS,
    { id, dtype }: HubSource,
    readonly detail: string,
  ) {
    super(`${nameOf(id)}: ${REASONS[reason]}`);
    this.name = 'ModelUnavailable';
    this.howTo =
      `Put the model's *.json and onnx/*${suffixOf(dtype)}.onnx into a folder of its id below CACHE_DIR, or configure a ` +
      'folder that holds them, or let MODEL_DOWNLOAD pull them from HUB_URL; then start the server again.';
  }
}

/** One thread each: the server scales by workers, and results must not depend on how a sum was split. */
const SESSION = { intraOpNumThreads: 1, interOpNumThreads: 1 } as const;

/**
 * Loads a model from its folder, else from the cache, else from the hub into the cache. `load` gets the id or folder.
 * @throws ModelUnavailable, soon, when no place has it; it never waits for a hub that does not answer.
 */
export async function fromHub<T>(
  source: HubSource,
  load: (idOrFolder: string, options: PretrainedOptions) => Promise<T>,
): Promise<{ model: T; folder: string }> {
  const { id, cacheDir, allowDownload, remoteHost } = source;
  const place = (local: boolean): PretrainedOptions => ({
    dtype: source.dtype,
    device: 'cpu',
    cache_dir: cacheDir,
    local_files_only: local,
    progress_callback: progressOf(source),
    session_options: SESSION,
  });
  env.logLevel = LogLevel.ERROR;
  env.cacheDir = cacheDir;
  env.localModelPath = cacheDir;
  env.remoteHost = remoteHost;
  const fetch = boundedFetch({ headMs: source.headMs ?? 5_000, stallMs: 30_000 });
  let asked = false;
  env.fetch = (...request: Parameters<typeof fetch>) => {
    asked = true;
    return fetch(...request);
  };

  const folder = [id, ...(source.localDirs ?? []).map((dir) => join(dir, id))]
    .map((dir) => resolve(dir))
    .find(holdsModel);
  if (folder) {
    const model = await load(folder, place(true)).catch((cause: unknown) => {
      throw new ModelUnavailable('unusable', source, `${folder}: ${messageOf(cause)}`);
    });
    return { model, folder };
  }

  const cached = join(cacheDir, id);
  if (holdsModel(cached)) {
    // A broken or half-pulled cache is completed from the hub, where that is allowed.
    const model = await load(id, place(true)).catch((cause: unknown) => {
      if (!allowDownload) throw new ModelUnavailable('unusable', source, `${cached}: ${messageOf(cause)}`);
      return null;
    });
    if (model !== null) return { model, folder: cached };
  }
  if (!allowDownload) throw new ModelUnavailable('notInstalled', source, `nothing in ${cached}`);
  const model = await load(id, place(false)).catch((cause: unknown) => {
    throw new ModelUnavailable(asked ? 'unreachable' : 'unusable', source, `${remoteHost}: ${reasonOf(cause)}`);
  });
  return { model, folder: cached };
}

/** The identity of weights: sha256 over the ONNX files of the folder that this dtype uses, in name order. */
export async function hashWeights(folder: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    for await (const chunk of createReadStream(join(folder, 'onnx', file))) hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

function holdsModel(dir: string): boolean {
  return existsSync(join(dir, 'config.json'));
}

/** Node's fetch hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause ? `${messageOf(error)} (${messageOf(cause)})` : messageOf(error);
}

function progressOf({ onProgress }: HubSource): PretrainedOptions['progress_callback'] {
  const files = new Map<string, { loaded: number; total: number }>();
  return (info) => {
    if (info.status !== 'progress') return;
    files.set(info.file, { loaded: info.loaded, total: info.total });
    const sum = (key: 'loaded' | 'total'): number => [...files.values()].reduce((all, file) => all + file[key], 0);
    onProgress?.({ file: info.file, loadedBytes: sum('loaded'), totalBytes: sum('total') });
  };
}
