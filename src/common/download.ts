import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from './errors.js';

/** What a file must be. */
export interface Pin {
  readonly bytes: number;
  /** 64 hex digits. */
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly fetch: typeof fetch;
  /** Absent: whatever comes is taken. */
  readonly pin?: Pin | undefined;
  /** Bytes on disk so far, and of the whole file where the server tells it. */
  readonly onBytes?: (loaded: number, total: number | undefined) => void;
  /** Before a broken download is taken up again, milliseconds; 1,000 when absent. */
  readonly retryMs?: number;
}

/** `unreachable`: nobody answers. `refused`: an answer, but no file. `mismatch`: a file, but not the pinned one. */
export class DownloadError extends Error {
  constructor(
    readonly kind: 'unreachable' | 'refused' | 'mismatch',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DownloadError';
  }
}

/** The connection ended before the file did; what came stays in the part. */
class Broken extends Error {}

/** Tries that bring nothing new before a download that had begun is given up. */
const FRUITLESS_TRIES = 2;

/**
 * Fetches one file into its place. It grows as `<path>.part`, is taken up again where it broke (range requests, RFC 9110
 * §14: also by another process, later), is hashed on the way, and gets its name only when it is complete and right.
 * One at a time for a path: the caller holds a lock.
 * @throws DownloadError
 */
export async function download(url: string, path: string, options: DownloadOptions): Promise<Pin> {
  await mkdir(dirname(path), { recursive: true });
  let longest = await bytesOf(`${path}.part`);
  let begun = false;
  for (let fruitless = 0; ;) {
    try {
      return await attempt(url, path, options);
    } catch (error) {
      const bytes = await bytesOf(`${path}.part`);
      begun ||= bytes > longest;
      fruitless = bytes > longest ? 0 : fruitless + 1;
      longest = Math.max(longest, bytes);
      const passing = error instanceof Broken || (error instanceof DownloadError && error.kind === 'unreachable');
      if (passing && begun && fruitless <= FRUITLESS_TRIES) await pause(options.retryMs ?? 1_000);
      else if (error instanceof Broken) throw new DownloadError('unreachable', error.message, { cause: error });
      else throw error;
    }
  }
}

async function attempt(url: string, path: string, options: DownloadOptions): Promise<Pin> {
  const { pin, onBytes } = options;
  const [part, tagFile] = [`${path}.part`, `${path}.part.etag`];
  const startOver = async (): Promise<Pin> => {
    await rm(part, { force: true });
    return attempt(url, path, options);
  };
  const tag = await readFile(tagFile, 'utf8').catch(() => undefined);
  const had = await bytesOf(part);
  // Without a pin or a tag nobody could tell that the file has changed since, and two halves would be joined.
  if (had > 0 && !pin && !tag) return startOver();

  const hash = createHash('sha256');
  let bytes = had;
  if (pin && had === pin.bytes) await hashInto(hash, part);
  else {
    const response = await ask(url, options, had > 0 ? rangeFrom(had, tag) : {});
    const { status, headers } = response;
    const resumed = status === 206;
    const range = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '');
    if (status === 416 || (resumed && Number(range?.[1]) !== had)) {
      await response.body?.cancel();
      if (had > 0) return startOver();
      throw new DownloadError('refused', `${originOf(url)} answers a plain request with status ${status}`);
    }
    if (!response.ok) {
      await response.body?.cancel();
      throw new DownloadError('refused', refusal(status, url));
    }
    const length = resumed ? range?.[2] : headers.get('content-encoding') ? null : headers.get('content-length');
    const total = length ? Number(length) : undefined;
    if (pin && total !== undefined && total !== pin.bytes) {
      await response.body?.cancel();
      throw new DownloadError('mismatch', `${total} bytes are offered, ${pin.bytes} are pinned`);
    }
    bytes = resumed ? had : 0;
    if (resumed) await hashInto(hash, part);
    else await writeTag(tagFile, headers.get('etag'));
    const file = await open(part, resumed ? 'a' : 'w');
    try {
      onBytes?.(bytes, total);
      for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
        hash.update(chunk);
        await file.appendFile(chunk);
        bytes += chunk.length;
        onBytes?.(bytes, total);
      }
      await file.sync();
    } catch (cause) {
      throw new Broken(`the download from ${originOf(url)} broke off: ${reasonOf(cause)}`, { cause });
    } finally {
      await file.close();
    }
    if (total !== undefined && bytes < total) {
      throw new Broken(`the download from ${originOf(url)} broke off after ${bytes} of ${total} bytes`);
    }
  }

  const came: Pin = { bytes, sha256: hash.digest('hex') };
  if (pin && came.sha256 !== pin.sha256) {
    // The first half may be at fault, from another time or another place.
    if (had > 0) return startOver();
    await rm(part, { force: true });
    throw new DownloadError('mismatch', `sha256 ${came.sha256} came, ${pin.sha256} is pinned`);
  }
  await rename(part, path);
  await rm(tagFile, { force: true });
  return came;
}

async function ask(url: string, { fetch }: DownloadOptions, headers: Record<string, string>): Promise<Response> {
  try {
    // Compressed bodies could neither be counted nor taken up again.
    return await fetch(url, { headers: { 'accept-encoding': 'identity', ...headers } });
  } catch (cause) {
    throw new DownloadError('unreachable', `${originOf(url)} cannot be reached: ${reasonOf(cause)}`, { cause });
  }
}

/** The rest of the file if it is still the same, else all of it. */
function rangeFrom(byte: number, tag: string | undefined): Record<string, string> {
  return { range: `bytes=${byte}-`, ...(tag ? { 'if-range': tag } : {}) };
}

/** Weak tags are no promise of the same bytes. */
async function writeTag(file: string, tag: string | null): Promise<void> {
  if (tag && !tag.startsWith('W/')) await writeFile(file, tag);
  else await rm(file, { force: true });
}

function refusal(status: number, url: string): string {
  const where = originOf(url);
  if (status === 404) return `${where} has no such file (404)`;
  if (status === 401 || status === 403)
    return `${where} refuses it (${status}): its name is misspelt, or it needs a login`;
  return `${where} cannot serve it now (status ${status}): try again later`;
}

function originOf(url: string): string {
  return new URL(url).origin;
}

/** Node's fetch hides the reason in `cause`. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause ? `${messageOf(error)} (${messageOf(cause)})` : messageOf(error);
}

/** 0 where nothing is. */
async function bytesOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

export async function hashInto(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
}
