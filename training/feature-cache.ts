import { createHash } from 'node:crypto';
import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CLASSIC_MFCC_COUNT } from '../src/audio/classic-mfcc.js';
import { FEATURE_VERSION } from '../src/audio/features.js';
import { FUNCTIONAL_NAMES } from '../src/audio/functionals.js';
import { WorkerPool } from '../src/common/worker-pool.js';
import type { ClipFeatures } from './features.worker.js';

const HASH_BYTES = 32;
const WIDTH = FUNCTIONAL_NAMES.length + CLASSIC_MFCC_COUNT;
const RECORD_BYTES = HASH_BYTES + 4 * WIDTH;

export interface Features {
  readonly functionals: Float32Array;
  readonly classic: Float32Array;
}

export interface CacheOptions {
  readonly dir: string;
  readonly threads: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The features of every file, in order; what was computed once for the same bytes by the same extractor is read from disk.
 * The cache is one file of fixed-size records that only grows: killed at any moment, it loses at most the last record.
 * @throws the first file's error, with the file's name, when one cannot be read
 */
export async function cachedFeatures(files: readonly string[], options: CacheOptions): Promise<Features[]> {
  await mkdir(options.dir, { recursive: true });
  const path = join(options.dir, `features-${cacheKey()}.bin`);
  const known = await readRecords(path);
  const out = new Array<Features>(files.length);
  const pool = new WorkerPool<string, ClipFeatures>({
    worker: new URL('./features.worker.js', import.meta.url),
    threads: options.threads,
    data: undefined,
    maxQueue: Infinity,
  });
  const store = await open(path, 'a');
  let [next, done] = [0, 0];
  const work = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i] ?? '';
      try {
        out[i] = known.get(await hashOf(file)) ?? (await compute(file));
      } catch (cause) {
        throw new Error(`${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
      options.onProgress?.(++done, files.length);
    }
  };
  const compute = async (file: string): Promise<Features> => {
    const features = await pool.run(file);
    await store.appendFile(recordOf(features));
    return features;
  };
  try {
    await Promise.all(Array.from({ length: options.threads }, work));
  } finally {
    await store.close();
    await pool.close();
  }
  return out;
}

/** Another version of the extractor, or another set of functionals, is another cache. */
function cacheKey(): string {
  const names = createHash('sha256').update(FUNCTIONAL_NAMES.join()).digest('hex').slice(0, 8);
  return `v${FEATURE_VERSION}-${names}`;
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function recordOf({ hash, functionals, classic }: ClipFeatures): Buffer {
  const record = Buffer.alloc(RECORD_BYTES);
  record.write(hash, 'hex');
  [...functionals, ...classic].forEach((value, i) => record.writeFloatLE(value, HASH_BYTES + 4 * i));
  return record;
}

async function readRecords(path: string): Promise<Map<string, Features>> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const whole = bytes.length - (bytes.length % RECORD_BYTES);
  if (whole < bytes.length) await truncate(path, whole); // the run before was killed while writing
  const records = new Map<string, Features>();
  for (let at = 0; at < whole; at += RECORD_BYTES) {
    const values = Float32Array.from({ length: WIDTH }, (_, i) => bytes.readFloatLE(at + HASH_BYTES + 4 * i));
    records.set(bytes.toString('hex', at, at + HASH_BYTES), {
      functionals: values.slice(0, FUNCTIONAL_NAMES.length),
      classic: values.slice(FUNCTIONAL_NAMES.length),
    });
  }
  return records;
}
