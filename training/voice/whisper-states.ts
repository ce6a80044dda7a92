import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readRecording } from '../../src/audio/read-recording.js';
import { messageOf } from '../../src/common/errors.js';
import type { WhisperModel } from '../../src/text/whisper.model.js';
import { loadWhisper } from '../../src/text/whisper.model.js';
import type { Dtype } from '../../src/text/hub-source.js';

/** Which Whisper. */
export interface WhisperChoice {
  /** A folder in transformers.js layout, or a hub id that was pulled. */
  readonly whisper: string;
  /** The model store, where hub models lie; nothing is pulled from here. */
  readonly store: string;
  readonly models: string;
  readonly dtype: Dtype;
}

/** @throws ModelUnavailable, with what to do, where it is not installed */
export function openWhisper({ whisper, store, models, dtype }: WhisperChoice): Promise<WhisperModel> {
  return loadWhisper({
    // A folder is called by its name alone, however it was given.
    id: existsSync(join(whisper, 'config.json')) ? resolve(whisper) : whisper,
    cacheDir: store,
    modelsDir: models,
    dtype,
    allowDownload: false,
    remoteHost: '',
  });
}

/** Raised when the states of the same file by the same encoder would be other ones. */
const POOLING_VERSION = 1;
/** A record: sha256 of the file, how many numbers follow (none where nobody speaks), and those as 32-bit floats. */
const HASH_BYTES = 32;
const HEAD_BYTES = HASH_BYTES + 4;

/**
 * The pooled states of every file, in order; undefined where nothing was loud enough to be speech. What was computed once for the same
 * bytes by the same encoder is read from disk, from a file that only grows: killed at any moment, it loses at most the last record.
 * @throws the first file's error, with the file's name, when one cannot be read
 */
export async function cachedStates(
  files: readonly string[],
  whisper: Pick<WhisperModel, 'encoder' | 'hear'>,
  dir: string,
  onProgress?: (done: number) => void,
): Promise<(Float32Array | undefined)[]> {
  await mkdir(dir, { recursive: true });
  const path = join(dir, `states-v${POOLING_VERSION}-${whisper.encoder.slice(0, 16)}.bin`);
  const known = await readRecords(path);
  const out: (Float32Array | undefined)[] = [];
  const store = await open(path, 'a');
  try {
    for (const file of files) {
      const bytes = await readFile(file);
      const hash = createHash('sha256').update(bytes).digest('hex');
      let pooled = known.get(hash);
      if (pooled === undefined) {
        const { states } = await readRecording(bytes)
          .then((samples) => whisper.hear(samples, { states: true }))
          .catch((cause: unknown) => {
            throw new Error(`${file} cannot be used: ${messageOf(cause)}`, { cause });
          });
        pooled = states ?? new Float32Array();
        known.set(hash, pooled);
        await store.appendFile(recordOf(hash, pooled));
      }
      out.push(pooled.length > 0 ? pooled : undefined);
      onProgress?.(out.length);
    }
  } finally {
    await store.close();
  }
  return out;
}

function recordOf(hash: string, pooled: Float32Array): Buffer {
  const record = Buffer.alloc(HEAD_BYTES + 4 * pooled.length);
  record.write(hash, 'hex');
  let at = record.writeUInt32LE(pooled.length, HASH_BYTES);
  for (const value of pooled) at = record.writeFloatLE(value, at);
  return record;
}

async function readRecords(path: string): Promise<Map<string, Float32Array>> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const records = new Map<string, Float32Array>();
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(at + HASH_BYTES);
    const [from, to] = [at + HEAD_BYTES, at + HEAD_BYTES + 4 * length];
    if (to > bytes.length) break;
    const pooled = Float32Array.from({ length }, (_, i) => bytes.readFloatLE(from + 4 * i));
    records.set(bytes.toString('hex', at, at + HASH_BYTES), pooled);
    at = to;
  }
  if (at < bytes.length) await truncate(path, at); // the run before was killed while writing
  return records;
}
