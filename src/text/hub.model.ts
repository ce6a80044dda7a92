import { existsSync } from 'node:fs';
import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { env, LogLevel, type ProgressInfo } from '@huggingface/transformers';
import { boundedFetch } from '../common/bounded-fetch.js';
import { messageOf } from '../common/errors.js';

/** Where a model in transformers.js layout (config.json, tokenizer.json, onnx/…) comes from. */
export interface HubSource {
  /** A hub id such as `Xenova/whisper-base`, or a folder that holds config.json and onnx/. */
  readonly id: string;
  /** Folders that may hold `<id>/config.json`, looked into before the cache. */
  readonly localDirs?: readonly string[];
  /** What was pulled from the hub lies here as `<cacheDir>/<id>/…`, and is looked for here first. */
  readonly cacheDir: string;
  readonly dtype: 'fp32' | 'fp16' | 'q8' | 'q4';
  readonly allowDownload: boolean;
  /** The hub or a mirror of it. */
  readonly remoteHost: string;
  /** Until the hub answers at all, milliseconds. */
  readonly headMs?: number;
  /** Bytes over all files begun so far. */
  readonly onProgress?: (progress: Progress) => void;
}

export interface Progress {
  readonly file: string;
  readonly loadedBytes: number;
  readonly totalBytes: number;
}

/** Options of `from_pretrained` and `pipeline` that this project sets. */
export interface PretrainedOptions {
  readonly dtype: HubSource['dtype'];
  readonly device: 'cpu';
  readonly cache_dir: string;
  readonly local_files_only: boolean;
  readonly progress_callback: (info: ProgressInfo) => void;
  readonly session_options: Readonly<Record<string, unknown>>;
}

/** Weights that cannot be had: an expected state. `howTo` tells the operator what to do. */
export class ModelUnavailable extends Error {
  constructor(
    readonly reason: 'notInstalled' | 'unreachable' | 'unusable',
    message: string,
    readonly howTo: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'ModelUnavailable';
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
  const howTo = howToInstall(source);
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
  env.fetch = boundedFetch({ headMs: source.headMs ?? 5_000, stallMs: 30_000 });

  const folder = [id, ...(source.localDirs ?? []).map((dir) => join(dir, id))]
    .map((dir) => resolve(dir))
    .find(holdsModel);
  if (folder) {
    const model = await load(folder, place(true)).catch((cause: unknown) => {
      throw new ModelUnavailable('unusable', `${folder}: ${messageOf(cause)}`, howTo, { cause });
    });
    return { model, folder };
  }

  const cached = join(cacheDir, id);
  if (holdsModel(cached)) {
    // A broken or half-pulled cache is completed from the hub, where that is allowed.
    const model = await load(id, place(true)).catch((cause: unknown) => {
      if (!allowDownload) throw new ModelUnavailable('unusable', `${cached}: ${messageOf(cause)}`, howTo, { cause });
      return null;
    });
    if (model !== null) return { model, folder: cached };
  }
  if (!allowDownload) throw new ModelUnavailable('notInstalled', `${id} is not installed`, howTo);
  const model = await load(id, place(false)).catch((cause: unknown) => {
    throw new ModelUnavailable(
      'unreachable',
      `${id} could not be pulled from ${remoteHost}: ${reasonOf(cause)}`,
      howTo,
      {
        cause,
      },
    );
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

/** What a dtype appends to the names of its ONNX files. */
export function suffixOf(dtype: HubSource['dtype']): string {
  return { fp32: '', fp16: '_fp16', q8: '_quantized', q4: '_q4' }[dtype];
}

function howToInstall({ id, cacheDir, allowDownload, remoteHost, dtype }: HubSource): string {
  const download = allowDownload ? `make ${remoteHost} reachable` : `allow the download from ${remoteHost}`;
  return (
    `Put its files (the *.json of the repository and onnx/*${suffixOf(dtype)}.onnx) into ${join(cacheDir, id)}, ` +
    `or name a folder that holds them, or ${download}, and start again.`
  );
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
