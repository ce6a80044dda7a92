import { z } from 'zod';
import { EMOTIONS } from '../emotion/scores.js';

/** One layer y = x·kernel + bias; the kernel is inputs × outputs, row by row. ReLU stands between layers. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: Float32Array;
  readonly bias: Float32Array;
}

/** `model.json`: what a reader of the weights must know. `weights.bin` is float32 little-endian, member after member, layer after layer, kernel then bias. */
const AcousticConfigSchema = z.object({
  format: z.literal(1),
  /** The extractor that made the training features; another one's numbers mean nothing here. */
  featureVersion: z.number().int(),
  /** In the order of the outputs. */
  labels: z.array(z.enum(EMOTIONS)).min(2),
  /** Share of each label in what was trained on. */
  prior: z.array(z.number().positive()),
  /** Divides the logits; fitted on speakers that were not trained on. */
  temperature: z.number().positive(),
  inputs: z.object({
    /** Which functionals enter. */
    indices: z.array(z.number().int().nonnegative()),
    /** Mean and standard deviation of the training population. */
    mean: z.array(z.number()),
    sd: z.array(z.number().positive()),
    /** Standardised inputs are cut to ±limit. */
    limit: z.number().positive(),
  }),
  /** Width of the input and of each layer's output. */
  widths: z.array(z.number().int().positive()).min(2),
  /** Networks whose logits are averaged. */
  members: z.number().int().positive(),
  /** How it was trained: enough to do it again. */
  training: z.record(z.string(), z.unknown()),
});

export type AcousticConfig = z.infer<typeof AcousticConfigSchema>;

/** @throws Error when the text is no such configuration or contradicts itself. */
export function parseAcousticConfig(text: string): AcousticConfig {
  const config = AcousticConfigSchema.parse(JSON.parse(text));
  const { inputs, labels, prior, widths } = config;
  const width = inputs.indices.length;
  const agrees =
    inputs.mean.length === width &&
    inputs.sd.length === width &&
    widths[0] === width &&
    widths.at(-1) === labels.length &&
    prior.length === labels.length;
  if (!agrees) throw new Error('model.json contradicts itself: inputs, widths, labels and prior differ in length');
  return config;
}

export function packWeights(members: readonly (readonly DenseLayer[])[]): Buffer {
  const arrays = members.flat().flatMap((layer) => [layer.kernel, layer.bias]);
  const bytes = Buffer.alloc(4 * arrays.reduce((sum, a) => sum + a.length, 0));
  let at = 0;
  for (const array of arrays) for (const value of array) at = bytes.writeFloatLE(value, at);
  return bytes;
}

/** @throws Error when the file is not exactly as long as the widths ask. */
export function unpackWeights(bytes: Buffer, config: AcousticConfig): DenseLayer[][] {
  let at = 0;
  const take = (length: number): Float32Array => {
    if (at + 4 * length > bytes.length) throw new Error('weights.bin is too short for model.json');
    return Float32Array.from({ length }, () => {
      const value = bytes.readFloatLE(at);
      at += 4;
      return value;
    });
  };
  const members = Array.from({ length: config.members }, () =>
    config.widths.slice(1).map((outputs, layer) => {
      const inputs = config.widths[layer] ?? 0;
      return { inputs, outputs, kernel: take(inputs * outputs), bias: take(outputs) };
    }),
  );
  if (at !== bytes.length) throw new Error('weights.bin is too long for model.json');
  return members;
}

/** The inputs of one clip in standard deviations of the training population, cut to ±limit; anything not finite is 0. */
export function standardise(
  functionals: ArrayLike<number>,
  { indices, mean, sd, limit }: AcousticConfig['inputs'],
): Float32Array {
  return Float32Array.from(indices, (from, i) => {
    const z = ((functionals[from] ?? 0) - (mean[i] ?? 0)) / (sd[i] ?? 1);
    return Number.isFinite(z) ? Math.max(-limit, Math.min(limit, z)) : 0;
  });
}
