import { createHash } from 'node:crypto';
import { mkdir, open, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { CLASSIC_MFCC_COUNT } from '../../src/audio/classic-mfcc.js';
import { FEATURE_VERSION, MEL_BANDS } from '../../src/audio/features.js';
import { FUNCTIONAL_NAMES } from '../../src/audio/functionals.js';
import { WorkerPool } from '../../src/common/worker-pool.js';
import { workerUrl } from '../../src/common/worker-url.js';
import { AUGMENTATION_VERSION } from './augment.js';
import type { ClipFeatures, Features, FeatureTask } from './features.worker.js';

/** A record: 32 bytes of hash, variant and frame count as 32-bit numbers, the columns, then the spectrogram; floats as they were computed. */
const HASH_BYTES = 32;
const HEAD_BYTES = HASH_BYTES + 8;
const COLUMNS = FUNCTIONAL_NAMES.length + CLASSIC_MFCC_COUNT + MEL_BANDS;
/** Of the records. */
const FORMAT = 2;

export interface CacheOptions {
  readonly dir: string;
  readonly threads: number;
  /** Changed copies of each file beside the file itself. */
  readonly variants?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * The features of every file, in order: of the file itself, then of each variant. What was computed once for the same bytes by
 * the same extractor is read from disk. The cache is one file that only grows: killed at any moment, it loses at most the last record.
 * @throws the first file's error, with the file's name, when one cannot be read
 */
export async function cachedFeatures(files: readonly string[], options: CacheOptions): Promise<Features[][]> {
  await mkdir(options.dir, { recursive: true });
  const path = join(options.dir, `features-${cacheKey()}.bin`);
  const known = await readRecords(path);
  const variants = [...Array(1 + (options.variants ?? 0)).keys()];
  const out = new Array<Features[]>(files.length);
  const pool = new WorkerPool<FeatureTask, ClipFeatures[]>({
    worker: workerUrl(import.meta.url, './features.worker.js'),
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
        out[i] = await featuresOf(file);
        options.onProgress?.(++done, files.length);
      } catch (cause) {
        throw new Error(`${file} cannot be used: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
      }
    }
  };
  const featuresOf = async (file: string): Promise<Features[]> => {
    const hash = await hashOf(file);
    const missing = variants.filter((variant) => !known.has(keyOf(hash, variant)));
    if (missing.length > 0) {
      for (const features of await pool.run({ file, variants: missing })) {
        await store.appendFile(recordOf(features));
        known.set(keyOf(hash, features.variant), shared(features));
      }
    }
    return variants.flatMap((variant) => known.get(keyOf(hash, variant)) ?? []);
  };
  try {
    await Promise.all(Array.from({ length: options.threads }, work));
  } finally {
    await store.close();
    await pool.close();
  }
  return out;
}

/** Another version of the records, the extractor or the augmentation, or another set of functionals, is another cache. */
function cacheKey(): string {
  const names = createHash('sha256').update(FUNCTIONAL_NAMES.join()).digest('hex').slice(0, 8);
  return `v${FORMAT}.${FEATURE_VERSION}.${AUGMENTATION_VERSION}-${names}`;
}

async function hashOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}

function keyOf(hash: string, variant: number): string {
  return `${hash}/${variant}`;
}

function recordOf({ hash, variant, functionals, classic, spectrogram }: ClipFeatures): Buffer {
  const { frames, logMel, bandMean } = spectrogram;
  const record = Buffer.alloc(HEAD_BYTES + bodyBytes(frames));
  record.write(hash, 'hex');
  let at = record.writeUInt32LE(variant, HASH_BYTES);
  at = record.writeUInt32LE(frames, at);
  for (const values of [functionals, classic, bandMean, logMel])
    for (const value of values) at = record.writeFloatLE(value, at);
  return record;
}

function bodyBytes(frames: number): number {
  return 4 * (COLUMNS + frames * MEL_BANDS);
}

async function readRecords(path: string): Promise<Map<string, Features>> {
  const records = new Map<string, Features>();
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(HEAD_BYTES);
    let at = 0;
    for (;;) {
      if (at + HEAD_BYTES > size) break;
      await file.read(head, 0, HEAD_BYTES, at);
      const frames = head.readUInt32LE(HASH_BYTES + 4);
      const bytes = bodyBytes(frames);
      if (at + HEAD_BYTES + bytes > size) break;
      const body = Buffer.alloc(bytes);
      await file.read(body, 0, bytes, at + HEAD_BYTES);
      records.set(keyOf(head.toString('hex', 0, HASH_BYTES), head.readUInt32LE(HASH_BYTES)), featuresIn(body, frames));
      at += HEAD_BYTES + bytes;
    }
    if (at < size) await truncate(path, at); // the run before was killed while writing
  } finally {
    await file.close();
  }
  return records;
}

/** Little-endian, as every processor that Node runs on. */
function featuresIn(body: Buffer, frames: number): Features {
  const columns = new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + bodyBytes(frames)));
  const [functionals, classic] = [FUNCTIONAL_NAMES.length, FUNCTIONAL_NAMES.length + CLASSIC_MFCC_COUNT];
  return shared({
    functionals: columns.subarray(0, functionals),
    classic: columns.subarray(functionals, classic),
    spectrogram: {
      frames,
      logMel: columns.subarray(COLUMNS),
      bandMean: columns.subarray(classic, COLUMNS),
    },
  });
}

/** In memory that all threads see: a gigabyte of pictures need not be copied for each. */
function shared({ functionals, classic, spectrogram }: Features): Features {
  const { frames, logMel, bandMean } = spectrogram;
  return {
    functionals: inSharedMemory(functionals),
    classic: inSharedMemory(classic),
    spectrogram: { frames, logMel: inSharedMemory(logMel), bandMean: inSharedMemory(bandMean) },
  };
}

function inSharedMemory(values: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
