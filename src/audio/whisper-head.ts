import { getFloat16 } from '@petamoriken/float16';
import { z } from 'zod';
import { loadModelFiles, ModelFileError } from '../common/model-manifest.js';
import type { ModelRef } from '../emotion/evidence.js';
import { EMOTIONS, type PartialScores } from '../emotion/scores.js';

/** `model.json` of a head. `weights.bin` is float16 little-endian: kernel (inputs × outputs) and bias of each layer in turn. */
const HeadSchema = z
  .object({
    format: z.literal(1),
    /** Whose states it was trained on, and the sha256 of the file that makes them: another encoder's mean nothing here. */
    encoder: z.object({ name: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
    /** In the order of the outputs. */
    labels: z.array(z.enum(EMOTIONS)).min(2),
    /** Share of each label in what was trained on. */
    prior: z.array(z.number().positive()),
    /** Divides the logits; fitted on speakers that were not trained on. */
    temperature: z.number().positive(),
    /** Of the pooled states among the training clips. */
    mean: z.array(z.number()),
    sd: z.array(z.number().positive()),
    /** Inputs, hidden layers, outputs; ReLU between them. */
    widths: z.array(z.number().int().positive()).min(2),
    /** How it was trained: enough to do it again. */
    training: z.record(z.string(), z.unknown()),
  })
  .refine(
    ({ mean, sd, prior, labels, widths }) =>
      mean.length === widths[0] &&
      sd.length === widths[0] &&
      prior.length === labels.length &&
      widths.at(-1) === labels.length,
    'its lengths contradict each other',
  );

export type HeadConfig = z.infer<typeof HeadSchema>;

/** What a head says of an utterance. */
export interface HeadReading {
  readonly scores: PartialScores;
  readonly prior: PartialScores;
}

/** A standardised number beyond this is one that no training clip had. */
const MOST_SD = 6;

/** A small dense network over the pooled states of a frozen Whisper encoder: a second opinion on how something was said. */
export class WhisperHead {
  constructor(
    readonly ref: ModelRef,
    readonly licence: string,
    readonly config: HeadConfig,
    /** Kernel and bias of each layer in turn. */
    private readonly tensors: readonly Float32Array[],
  ) {}

  get prior(): PartialScores {
    return this.byLabel(this.config.prior);
  }

  /** @throws ModelFileError, with what to do, when these are not the states that it was trained on */
  assertFits(encoderSha256: string, whisper: string): void {
    const { name, sha256 } = this.config.encoder;
    if (sha256 === encoderSha256) return;
    throw new ModelFileError(
      `${this.ref.name} was trained on the encoder ${sha256.slice(0, 12)} of ${name}, and ${whisper} has the encoder ` +
        `${encoderSha256.slice(0, 12)}: configure that Whisper, or train a head for this one (undertone train acoustic --recipe whisper-head).`,
    );
  }

  /** @param pooled means, then standard deviations, of the encoder's states */
  read(pooled: Float32Array): HeadReading {
    const { mean, sd, temperature } = this.config;
    const inputs = pooled.map((x, i) => Math.max(-MOST_SD, Math.min(MOST_SD, (x - (mean[i] ?? 0)) / (sd[i] ?? 1))));
    const logits = dense(inputs, this.tensors);
    const max = Math.max(...logits);
    const powers = Array.from(logits, (z) => Math.exp((z - max) / temperature));
    const sum = powers.reduce((a, b) => a + b, 0);
    return { scores: this.byLabel(powers.map((p) => p / sum)), prior: this.prior };
  }

  private byLabel(values: readonly number[]): PartialScores {
    return Object.fromEntries(this.config.labels.map((label, i) => [label, values[i] ?? 0]));
  }
}

/** Dense layers with ReLU between them. */
export function dense(inputs: Float32Array, tensors: readonly Float32Array[]): Float32Array {
  let values = inputs;
  for (let layer = 0; layer < tensors.length; layer += 2) {
    const kernel = tensors[layer] ?? new Float32Array();
    const out = (tensors[layer + 1] ?? new Float32Array()).slice();
    for (const [i, value] of values.entries()) {
      for (let j = 0; j < out.length; j++) out[j] = (out[j] ?? 0) + value * (kernel[i * out.length + j] ?? 0);
    }
    values = layer + 2 < tensors.length ? out.map((x) => Math.max(0, x)) : out;
  }
  return values;
}

/**
 * Loads a head of the manifest and checks every byte of it.
 * @throws ModelFileError when a file is missing, not the pinned one, or cannot be used
 */
export async function loadWhisperHead(modelsDir: string, name: string): Promise<WhisperHead> {
  const { entry, files, sha256 } = await loadModelFiles(modelsDir, name);
  const [model, weights] = [files.get('model.json'), files.get('weights.bin')];
  if (entry.kind !== 'whisper-head' || !model || !weights) {
    throw new ModelFileError(`${name} is no head for Whisper's encoder`);
  }
  try {
    const config = HeadSchema.parse(JSON.parse(model.toString('utf8')));
    const ref = { name, sha256: sha256.slice(0, 12) };
    return new WhisperHead(ref, entry.licence, config, unpacked(weights, config.widths));
  } catch (cause) {
    throw new ModelFileError(`${name} cannot be used: its files are damaged`, { cause });
  }
}

/** @throws Error when the file is not exactly as long as the widths ask. */
function unpacked(bytes: Buffer, widths: readonly number[]): Float32Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const sizes = widths.slice(1).flatMap((to, layer) => [(widths[layer] ?? 0) * to, to]);
  if (2 * sizes.reduce((a, b) => a + b, 0) !== bytes.length) throw new Error('weights.bin and model.json disagree');
  let at = 0;
  return sizes.map((size) =>
    Float32Array.from({ length: size }, () => {
      const value = getFloat16(view, at, true);
      at += 2;
      return value;
    }),
  );
}
