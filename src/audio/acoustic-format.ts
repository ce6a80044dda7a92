import { z } from 'zod';
import { EMOTIONS } from '../emotion/scores.js';

const Widths = z.array(z.number().int().positive());

/** Dense layers over the functionals; ReLU between them. The first width is the number of functionals, the last that of the outputs. */
const DenseSchema = z.object({ kind: z.literal('dense'), weight: z.number().positive(), widths: Widths.min(2) });

/** Convolutions over the log-mel picture, then pooling over time. See `networkShapes` for the tensors. */
const CnnSchema = z.object({
  kind: z.literal('cnn'),
  weight: z.number().positive(),
  /** Channels of the two 3 × 3 convolutions. */
  front: z.number().int().positive(),
  middle: z.number().int().positive(),
  /** Channels over time, and the dilations of the residual convolutions there. */
  channels: z.number().int().positive(),
  dilations: Widths,
  /** Heads of the attentive pooling, and units of its scorer. */
  heads: z.number().int().positive(),
  scorer: z.number().int().positive(),
  hidden: z.number().int().positive(),
});

export const NetworkSchema = z.discriminatedUnion('kind', [DenseSchema, CnnSchema]);
export type DenseShape = z.infer<typeof DenseSchema>;
export type CnnShape = z.infer<typeof CnnSchema>;
export type NetworkShape = z.infer<typeof NetworkSchema>;

/** `model.json`: what a reader of the weights must know. `weights.bin` is float32 little-endian, network after network, tensor after tensor. */
const AcousticConfigSchema = z.object({
  format: z.literal(2),
  /** The extractor that made the training features; another one's numbers mean nothing here. */
  featureVersion: z.number().int(),
  /** In the order of the first outputs. */
  labels: z.array(z.enum(EMOTIONS)).min(2),
  /** Share of each label in what was trained on. */
  prior: z.array(z.number().positive()),
  /** Divides the logits; fitted on speakers that were not trained on. */
  temperature: z.number().positive(),
  /** What the further outputs say: how listeners would vote. Empty when the model was trained without votes. */
  heard: z.object({ labels: z.array(z.enum(EMOTIONS)), temperature: z.number().positive() }),
  population: z.object({
    indices: z.array(z.number().int().nonnegative()),
    mean: z.array(z.number()),
    sd: z.array(z.number().positive()),
    bandShape: z.array(z.number()),
  }),
  /** Their outputs are summed, each times its weight. */
  networks: z.array(NetworkSchema).min(1),
  /** How it was trained: enough to do it again. */
  training: z.record(z.string(), z.unknown()),
});

export type AcousticConfig = z.infer<typeof AcousticConfigSchema>;

/** @throws Error when the text is no such configuration or contradicts itself. */
export function parseAcousticConfig(text: string): AcousticConfig {
  const config = AcousticConfigSchema.parse(JSON.parse(text));
  const { population, labels, prior, networks } = config;
  const width = population.indices.length;
  const agrees =
    population.mean.length === width &&
    population.sd.length === width &&
    prior.length === labels.length &&
    networks.every((n) => n.kind !== 'dense' || (n.widths[0] === width && n.widths.at(-1) === outputsOf(config)));
  if (!agrees) throw new Error('model.json contradicts itself: population, widths, labels and prior differ in length');
  return config;
}

/** Outputs of each network: the labels, then how listeners hear it. */
export function outputsOf({ labels, heard }: Pick<AcousticConfig, 'labels' | 'heard'>): number {
  return labels.length + heard.labels.length;
}

/** Rows of the picture that the first convolution sees side by side: pairs of bands, pairs of frames. */
export const FOLD = 2;

/** The shapes of a network's tensors, in the order in which they are stored; kernels are inputs × outputs, biases follow their kernel. */
export function networkShapes(network: NetworkShape, bands: number, outputs: number): number[][] {
  if (network.kind === 'dense') {
    return network.widths.slice(1).flatMap((to, layer) => [[network.widths[layer] ?? 0, to], [to]]);
  }
  const { front, middle, channels, dilations, heads, scorer, hidden } = network;
  const rows = bands / FOLD;
  const withBias = (kernel: number[]): number[][] => [kernel, [kernel.at(-1) ?? 0]];
  return [
    withBias([3, 3, FOLD * FOLD, front]),
    withBias([3, 3, FOLD * front, middle]),
    withBias([(rows / FOLD) * middle, channels]),
    ...dilations.map(() => withBias([3, 1, channels, channels])),
    withBias([channels, scorer]),
    withBias([scorer, heads]),
    withBias([(heads + 2) * channels, hidden]),
    withBias([hidden, outputs]),
  ].flat();
}

export function packWeights(tensors: readonly Float32Array[]): Buffer {
  const bytes = Buffer.alloc(4 * tensors.reduce((sum, a) => sum + a.length, 0));
  let at = 0;
  for (const tensor of tensors) for (const value of tensor) at = bytes.writeFloatLE(value, at);
  return bytes;
}

/**
 * The tensors of each network.
 * @throws Error when the file is not exactly as long as the shapes ask.
 */
export function unpackWeights(bytes: Buffer, config: AcousticConfig): Float32Array[][] {
  let at = 0;
  const take = (length: number): Float32Array => {
    if (at + 4 * length > bytes.length) throw new Error('weights.bin is too short for model.json');
    return Float32Array.from({ length }, () => {
      const value = bytes.readFloatLE(at);
      at += 4;
      return value;
    });
  };
  const bands = config.population.bandShape.length;
  const networks = config.networks.map((network) =>
    networkShapes(network, bands, outputsOf(config)).map((shape) => take(shape.reduce((a, b) => a * b, 1))),
  );
  if (at !== bytes.length) throw new Error('weights.bin is too long for model.json');
  return networks;
}
