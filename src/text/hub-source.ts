import { basename, isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Progress } from '../common/model-store.js';

export type { Progress };

/** Where a model in transformers.js layout (config.json, tokenizer.json, onnx/…) comes from. */
export interface HubSource {
  /** A hub id such as `Xenova/whisper-base`, or a folder that holds config.json and onnx/. */
  readonly id: string;
  /** Folders that may hold `<id>/config.json`, looked into before the store. */
  readonly localDirs?: readonly string[];
  /** Folder of manifest.json, which pins hub models; absent: nothing is pinned. */
  readonly modelsDir?: string;
  /** The model store: what was pulled from the hub lies here as `<cacheDir>/<id>/…`. */
  readonly cacheDir: string;
  readonly dtype: Dtype;
  readonly allowDownload: boolean;
  /** The hub or a mirror of it. */
  readonly remoteHost: string;
  /** Until the hub answers at all, milliseconds. */
  readonly headMs?: number;
  /** While weights are pulled. */
  readonly onProgress?: (progress: Progress) => void;
}

/** How weights are stored: the variants that a hub offers of one model. */
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'q4';

/** How a model is called in results: its hub id, or the name of its folder without the path to it. */
export function nameOf(id: string): string {
  return isAbsolute(id) || id.startsWith('.') ? basename(id) : id;
}

/** What a dtype appends to the names of its ONNX files. */
export function suffixOf(dtype: Dtype): string {
  return { fp32: '', fp16: '_fp16', q8: '_quantized', q4: '_q4' }[dtype];
}

/** What this project reads of a config.json to know the other files. */
const ConfigSchema = z.object({
  model_type: z.string(),
  'transformers.js_config': z
    .object({
      /** Parts of weights over 2 GB lie in files of their own: how many, for all graphs or by name of the graph. */
      use_external_data_format: z
        .union([z.boolean(), z.number(), z.record(z.string(), z.union([z.boolean(), z.number()]))])
        .optional(),
    })
    .optional(),
});

/** The most parts that transformers.js accepts. */
const MAX_PARTS = 100;

/**
 * The files besides config.json that a model in transformers.js layout needs, told by the content of config.json.
 * @throws ZodError when that does not describe a model.
 */
export function filesOf(config: unknown, dtypeOf: (kind: 'whisper' | 'text') => Dtype): string[] {
  const { model_type, ['transformers.js_config']: { use_external_data_format: parts = 0 } = {} } =
    ConfigSchema.parse(config);
  const kind = model_type === 'whisper' ? 'whisper' : 'text';
  const graphs = kind === 'whisper' ? ['encoder_model', 'decoder_model_merged'] : ['model'];
  const weights = graphs.flatMap((graph) => {
    const file = `${graph}${suffixOf(dtypeOf(kind))}.onnx`;
    const count = Math.min(MAX_PARTS, Number(typeof parts === 'object' ? (parts[file] ?? parts[graph] ?? 0) : parts));
    const extra = Array.from({ length: count }, (_, i) => `${file}_data${i === 0 ? '' : `_${i}`}`);
    return [file, ...extra].map((name) => `onnx/${name}`);
  });
  const settings = kind === 'whisper' ? ['generation_config.json', 'preprocessor_config.json'] : [];
  return [...settings, 'tokenizer.json', 'tokenizer_config.json', ...weights];
}
