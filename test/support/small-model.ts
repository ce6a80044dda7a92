import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Pin } from '../../src/common/download.js';

/** The files of a made-up Whisper, in the order in which they are pulled. */
export const SMALL_MODEL_FILES = [
  'config.json',
  'generation_config.json',
  'preprocessor_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'onnx/encoder_model_quantized.onnx',
  'onnx/decoder_model_merged_quantized.onnx',
] as const;

/** Writes a Whisper of a few kilobytes that nobody can run; its weights are 60,000 and 60,001 bytes that look random. */
export function writeSmallModel(folder: string): void {
  for (const [i, file] of SMALL_MODEL_FILES.entries()) {
    const weights = Uint8Array.from({ length: 59_995 + i }, (_, n) => (n * n * 31 + n * 17 + i) % 251);
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), file.endsWith('.onnx') ? weights : `{"model_type":"whisper","file":"${file}"}`);
  }
}

/** What a manifest says of files. */
export function pinsOf(folder: string, files: readonly string[]): Record<string, Pin> {
  return Object.fromEntries(
    files.map((file) => {
      const content = readFileSync(join(folder, file));
      return [file, { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }];
    }),
  );
}
