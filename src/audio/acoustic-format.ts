import { getFloat16, setFloat16 } from '@petamoriken/float16';
import { z } from 'zod';
import { EMOTIONS } from '../emotion/scores.js';

const Widths = z.array(z.number().int().positive());

/** What a network's outputs count: for a voice heard for the first time, and for a well-known one. See `weightAt`. */
const WeightSchema = z.object({ alone: z.number().nonnegative(), known: z.number().nonnegative() });
export type NetworkWeight = z.infer<typeof WeightSchema>;

/** What functionals are standardised by: the population, or the speaker's baseline as far as there is one. */
export const VIEWS = ['population', 'speaker'] as const;
export type View = (typeof VIEWS)[number];

/** Dense layers over the functionals; ReLU between them. The first width is the number of functionals, the last that of the outputs. */
const DenseSchema = z.object({
  kind: z.literal('dense'),
  view: z.enum(VIEWS),
  weight: WeightSchema,
  widths: Widths.min(2),
});

/** What every network that looks at the picture has: attentive pooling over time and a hidden layer behind. */
const LOOKING = {
  /** Whom it was trained for: strangers, or speakers with a baseline. */
  view: z.enum(VIEWS),
  weight: WeightSchema,
  /** Heads of the attentive pooling, and units of its scorer. */
  heads: z.number().int().positive(),
  scorer: z.number().int().positive(),
  hidden: z.number().int().positive(),
};

/** Convolutions over the log-mel picture, then pooling over time. See `networkShapes` for the tensors. */
const CnnSchema = z.object({
  kind: z.literal('cnn'),
  ...LOOKING,
  /** Channels of the two 3 × 3 convolutions. */
  front: z.number().int().positive(),
  middle: z.number().int().positive(),
  /** Channels over time, and the dilations of the residual convolutions there. */
  channels: z.number().int().positive(),
  dilations: Widths,
});

/** A convolution over time, blocks of self-attention over the steps of the picture (Vaswani et al. 2017), then pooling over time. */
const AttentionSchema = z.object({
  kind: z.literal('attention'),
  ...LOOKING,
  /** Channels over time. */
  channels: z.number().int().positive(),
  blocks: z.number().int().positive(),
  /** Heads of each block's self-attention, and what each compares: queries, keys and values of so many numbers. */
  blockHeads: z.number().int().positive(),
  headWidth: z.number().int().positive(),
  /** Units of each block's hidden layer. */
  feedForward: z.number().int().positive(),
});

export const NetworkSchema = z.discriminatedUnion('kind', [DenseSchema, CnnSchema, AttentionSchema]);
export type DenseShape = z.infer<typeof DenseSchema>;
export type CnnShape = z.infer<typeof CnnSchema>;
export type AttentionShape = z.infer<typeof AttentionSchema>;
/** A network that looks at the picture. */
export type PictureShape = CnnShape | AttentionShape;
export type NetworkShape = z.infer<typeof NetworkSchema>;
export const NETWORK_KINDS = ['dense', 'cnn', 'attention'] as const satisfies readonly NetworkShape['kind'][];

/** `model.json`: what a reader of the weights must know. `weights.bin` is float16 little-endian, network after network, tensor after tensor. */
const AcousticConfigSchema = z.object({
  format: z.literal(3),
  /** The extractor that made the training features; another one's numbers mean nothing here. */
  featureVersion: z.number().int(),
  /** In the order of the first outputs. */
  labels: z.array(z.enum(EMOTIONS)).min(2),
  /** Share of each label in what was trained on. */
  prior: z.array(z.number().positive()),
  /** Divides the logits; fitted on speakers that were not trained on. */
  temperature: z.number().positive(),
  /** Multiplies the temperature while nothing is known of the speaker: see `temperatureAt`. */
  unacquainted: z.number().positive().default(1),
  /** What the further outputs say: how listeners would vote. Empty when the model was trained without votes. */
  heard: z.object({
    labels: z.array(z.enum(EMOTIONS)),
    temperature: z.number().positive(),
    /** Added to these outputs, so that each emotion is expected as often as listeners name it. Empty in models from before. */
    bias: z.array(z.number()).default([]),
  }),
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
  const { population, labels, prior, heard, networks } = config;
  const width = population.indices.length;
  const agrees =
    population.mean.length === width &&
    population.sd.length === width &&
    prior.length === labels.length &&
    [0, heard.labels.length].includes(heard.bias.length) &&
    networks.every((n) => n.kind !== 'dense' || (n.widths[0] === width && n.widths.at(-1) === outputsOf(config)));
  if (!agrees)
    throw new Error('model.json contradicts itself: population, widths, labels, prior and bias differ in length');
  return config;
}

/** Utterances of a speaker from which on a model is well acquainted. */
export const ACQUAINTED = 10;
/** Utterances after which the speaker's own baseline counts as much as the population. */
const HALF_BASELINE = 2;

/** How well a speaker is known of whom so many utterances were heard: 0 to 1, as fast as the baseline grows. */
function acquaintance(utterances: number): number {
  const known = Math.min(utterances, ACQUAINTED);
  return (known * (ACQUAINTED + HALF_BASELINE)) / ((known + HALF_BASELINE) * ACQUAINTED);
}

/** What a network's outputs count when so many utterances of the speaker were heard before. */
export function weightAt({ alone, known }: NetworkWeight, utterances: number): number {
  return alone + acquaintance(utterances) * (known - alone);
}

/** What divides the logits when so many utterances of the speaker were heard before. */
export function temperatureAt(
  { temperature, unacquainted }: Pick<AcousticConfig, 'temperature' | 'unacquainted'>,
  utterances: number,
): number {
  return temperature * unacquainted ** (1 - acquaintance(utterances));
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
  const { channels, heads, scorer, hidden } = network;
  return [
    ...(network.kind === 'cnn' ? cnnKernels(network, bands) : attentionKernels(network, bands)),
    [channels, scorer],
    [scorer, heads],
    [(heads + 2) * channels, hidden],
    [hidden, outputs],
  ].flatMap((kernel) => [kernel, [kernel.at(-1) ?? 0]]);
}

function cnnKernels({ front, middle, channels, dilations }: CnnShape, bands: number): number[][] {
  return [
    [3, 3, FOLD * FOLD, front],
    [3, 3, FOLD * front, middle],
    [(bands / FOLD / FOLD) * middle, channels],
    ...dilations.map(() => [3, 1, channels, channels]),
  ];
}

/** Projection, convolution; queries, keys and values side by side, what comes of them, and the two layers behind, block after block. */
function attentionKernels(network: AttentionShape, bands: number): number[][] {
  const { channels, blocks, blockHeads, headWidth, feedForward } = network;
  const block = [
    [channels, 3 * blockHeads * headWidth],
    [blockHeads * headWidth, channels],
    [channels, feedForward],
    [feedForward, channels],
  ];
  // A step is two rows of the folded picture.
  return [
    [2 * FOLD * bands, channels],
    [3, 1, channels, channels],
    ...Array.from({ length: blocks }, () => block).flat(),
  ];
}

/** Bytes of a stored number. Half precision: three digits are more than a network needs, and twice the networks fit. */
const VALUE_BYTES = 2;

export function packWeights(tensors: readonly Float32Array[]): Buffer {
  const bytes = Buffer.alloc(VALUE_BYTES * tensors.reduce((sum, a) => sum + a.length, 0));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (const tensor of tensors) {
    for (const value of tensor) {
      setFloat16(view, at, value, true);
      at += VALUE_BYTES;
    }
  }
  return bytes;
}

/**
 * The tensors of each network.
 * @throws Error when the file is not exactly as long as the shapes ask.
 */
export function unpackWeights(bytes: Buffer, config: AcousticConfig): Float32Array[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const take = (length: number): Float32Array => {
    const from = at;
    at += VALUE_BYTES * length;
    if (at > bytes.length) throw new Error('weights.bin is too short for model.json');
    return Float32Array.from({ length }, (_, i) => getFloat16(view, from + VALUE_BYTES * i, true));
  };
  const bands = config.population.bandShape.length;
  const networks = config.networks.map((network) =>
    networkShapes(network, bands, outputsOf(config)).map((shape) => take(shape.reduce((a, b) => a * b, 1))),
  );
  if (at !== bytes.length) throw new Error('weights.bin is too long for model.json');
  return networks;
}
