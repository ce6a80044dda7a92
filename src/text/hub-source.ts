import { basename, isAbsolute } from 'node:path';

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

/** How a model is called in results: its hub id, or the name of its folder without the path to it. */
export function nameOf(id: string): string {
  return isAbsolute(id) || id.startsWith('.') ? basename(id) : id;
}

/** What a dtype appends to the names of its ONNX files. */
export function suffixOf(dtype: HubSource['dtype']): string {
  return { fp32: '', fp16: '_fp16', q8: '_quantized', q4: '_q4' }[dtype];
}
