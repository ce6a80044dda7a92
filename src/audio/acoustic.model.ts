import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadModelFiles, ModelFileError } from '../common/model-manifest.js';
import { unavailable, type Evidence } from '../emotion/evidence.js';
import type { Emotion, PartialScores } from '../emotion/scores.js';
import { cuesOf, SPOKESMEN } from './acoustic-cues.js';
import {
  parseAcousticConfig,
  standardise,
  unpackWeights,
  type AcousticConfig,
  type DenseLayer,
} from './acoustic-format.js';
import { extractFeatures, FEATURE_VERSION } from './features.js';
import { CUE_GROUPS, FUNCTIONAL_GROUPS, functionals } from './functionals.js';
import { voiceQuality } from './quality.js';
import { coalitions, shapleyValues } from './shapley.js';

export type AcousticBackend = 'auto' | 'node' | 'wasm' | 'cpu';

/** With less voice than this there is nothing to read, milliseconds. */
export const MIN_VOICED_MS = 200;

/** A model that reads voices: load, read, release. */
export interface AcousticModel {
  readonly name: string;
  readonly sha256: string;
  readonly licence: string;
  readonly config: AcousticConfig;
  /** @param samples mono at 16 kHz. The cues carry no times: the model does not know where the samples lie. */
  read(samples: Float32Array): Evidence<'voice'>;
  /** Log-odds of a label for a clip that is average in everything: what the cues are counted from, nats. */
  logOddsOfAverage(label: Emotion): number;
  release(): void;
}

/**
 * Loads a model of the manifest and checks every byte of it.
 * @throws ModelFileError when a file is missing, not the pinned one, or made for another extractor
 */
export async function loadAcousticModel(
  modelsDir: string,
  name: string,
  backend: AcousticBackend = 'auto',
): Promise<AcousticModel> {
  const { entry, files, sha256 } = await loadModelFiles(modelsDir, name);
  const fail = (why: string, cause?: unknown): never => {
    throw new ModelFileError(`${name} cannot be used: ${why}`, { cause });
  };
  const [model, weights] = [files.get('model.json'), files.get('weights.bin')];
  if (!model || !weights) return fail('the manifest lists no model.json or no weights.bin');
  let config: AcousticConfig;
  let members: DenseLayer[][];
  try {
    config = parseAcousticConfig(model.toString('utf8'));
    members = unpackWeights(weights, config);
  } catch (cause) {
    return fail('its files are damaged', cause);
  }
  if (config.featureVersion !== FEATURE_VERSION) {
    return fail(`it was trained on features of version ${config.featureVersion}, this is version ${FEATURE_VERSION}`);
  }
  await startBackend(backend);
  const network = new AcousticNetwork(config, members);
  const ref = { name, sha256: sha256.slice(0, 12) };
  const prior = byLabel(config, config.prior);
  return {
    name,
    sha256,
    licence: entry.licence,
    config,
    read(samples) {
      const features = extractFeatures(samples);
      const quality = voiceQuality(features, samples);
      if (quality.voicedMs === 0) return unavailable('voice', 'noSpeech');
      if (quality.voicedMs < MIN_VOICED_MS) return unavailable('voice', 'tooShort');
      const inputs = standardise(functionals(features), config.inputs);
      const { scores, top, weights } = network.explain(inputs);
      const deviations = SPOKESMEN.map((index) => inputs[config.inputs.indices.indexOf(index)] ?? 0);
      const cues = cuesOf(top, weights, deviations);
      return { modality: 'voice', status: 'available', scores, prior, quality, cues, model: ref };
    },
    logOddsOfAverage: (label) => network.logOddsOfAverage(label),
    release: () => {
      network.release();
    },
  };
}

/** What the network says of one clip, and what each group of CUE_GROUPS added to the log-odds of its top label. */
export interface ExplainedReading {
  readonly scores: PartialScores;
  readonly top: Emotion;
  /** Shapley values, nats; they sum to the log-odds less those of a clip that is average in everything. */
  readonly weights: readonly number[];
}

/** The weights on the backend. Inputs are standardised; an average clip is all zeros. */
export class AcousticNetwork {
  private readonly members: { kernel: tf.Tensor2D; bias: tf.Tensor1D }[][];
  private readonly groupMasks: Float32Array[];
  private readonly games: tf.Tensor2D;

  constructor(
    private readonly config: AcousticConfig,
    members: readonly (readonly DenseLayer[])[],
  ) {
    this.members = members.map((layers) =>
      layers.map(({ inputs, outputs, kernel, bias }) => ({
        kernel: tf.tensor2d(kernel, [inputs, outputs]),
        bias: tf.tensor1d(bias),
      })),
    );
    this.groupMasks = CUE_GROUPS.map((group) => {
      const indices = new Set(FUNCTIONAL_GROUPS[group]);
      return Float32Array.from(config.inputs.indices, (index) => (indices.has(index) ? 1 : 0));
    });
    const players = CUE_GROUPS.length;
    this.games = tf.tensor2d(coalitions(players), [2 ** players, players]);
  }

  /** Mean logits of the members, not yet divided by the temperature; one row per clip. */
  logits(rows: readonly Float32Array[]): Float32Array[] {
    return this.run(rows, (inputs, kernel) => tf.matMul(inputs, kernel));
  }

  /**
   * Plays all 64 coalitions of cue groups, a group that stays away being average, in one pass. The first layer is linear, so
   * its part is done once per group and summed by coalition.
   */
  explain(inputs: Float32Array): ExplainedReading {
    const parts = this.groupMasks.map((mask) => inputs.map((z, i) => z * (mask[i] ?? 0)));
    const games = this.run(parts, (groups, kernel) => tf.matMul(this.games, tf.matMul(groups, kernel)));
    const posteriors = games.map((logits) => this.posterior(logits));
    const scores = byLabel(this.config, posteriors.at(-1) ?? []);
    const topIndex = (posteriors.at(-1) ?? []).reduce((best, p, i, all) => (p > (all[best] ?? 0) ? i : best), 0);
    const values = games.map((logits) => logOdds(logits, topIndex, this.config.temperature));
    const top = this.config.labels[topIndex] ?? 'neutral';
    return { scores, top, weights: shapleyValues(values, CUE_GROUPS.length) };
  }

  logOddsOfAverage(label: Emotion): number {
    const { labels, inputs, temperature } = this.config;
    const [logits] = this.logits([new Float32Array(inputs.indices.length)]);
    return logOdds(logits ?? new Float32Array(labels.length), labels.indexOf(label), temperature);
  }

  /** Calibrated probabilities, in the order of the labels. */
  posterior(logits: Float32Array): number[] {
    const max = Math.max(...logits);
    const exp = Array.from(logits, (z) => Math.exp((z - max) / this.config.temperature));
    const sum = exp.reduce((a, b) => a + b, 0);
    return exp.map((e) => e / sum);
  }

  release(): void {
    tf.dispose([this.members, this.games]);
  }

  private run(
    rows: readonly Float32Array[],
    first: (inputs: tf.Tensor2D, kernel: tf.Tensor2D) => tf.Tensor2D,
  ): Float32Array[] {
    const outputs = this.config.labels.length;
    const mean = tf.tidy(() => {
      const flat = new Float32Array(rows.length * this.config.inputs.indices.length);
      rows.forEach((row, i) => {
        flat.set(row, i * row.length);
      });
      const inputs = tf.tensor2d(flat, [rows.length, this.config.inputs.indices.length]);
      const logits = this.members.map((layers) =>
        layers.reduce<tf.Tensor2D>(
          (x, { kernel, bias }, i) =>
            (i === 0 ? first(x, kernel) : x.relu().matMul<tf.Tensor2D>(kernel)).add<tf.Tensor2D>(bias),
          inputs,
        ),
      );
      return tf.addN(logits).div<tf.Tensor2D>(logits.length);
    });
    const values = mean.dataSync<'float32'>();
    mean.dispose();
    return Array.from({ length: values.length / outputs }, (_, i) => values.slice(i * outputs, (i + 1) * outputs));
  }
}

/** log p/(1−p) of one class after the temperature, from logits, so that it stays finite near 0 and 1. */
function logOdds(logits: Float32Array, index: number, temperature: number): number {
  const others = Array.from(
    logits.filter((_, i) => i !== index),
    (z) => z / temperature,
  );
  const max = Math.max(...others);
  return (logits[index] ?? 0) / temperature - max - Math.log(others.reduce((sum, z) => sum + Math.exp(z - max), 0));
}

function byLabel({ labels }: AcousticConfig, values: readonly number[]): PartialScores {
  return Object.fromEntries(labels.map((label, i) => [label, values[i] ?? 0]));
}

/** Chooses where tensors live: the native binding when it is installed, else WebAssembly, else plain JavaScript. */
export async function startBackend(preferred: AcousticBackend): Promise<string> {
  if ((preferred === 'auto' || preferred === 'node') && (await hasNativeBinding())) return use('tensorflow');
  if (preferred === 'node')
    throw new Error('the backend "node" needs the package @tensorflow/tfjs-node, which is not installed');
  if (preferred === 'cpu') return use('cpu');
  setWasmPaths(dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')) + sep);
  return use('wasm').catch((error: unknown) => {
    if (preferred === 'auto') return use('cpu');
    throw error;
  });
}

async function use(backend: string): Promise<string> {
  if (!(await tf.setBackend(backend))) throw new Error(`the tfjs backend "${backend}" does not start`);
  await tf.ready();
  return tf.getBackend();
}

/** An optional package: its absence is the normal case. */
async function hasNativeBinding(): Promise<boolean> {
  const name: string = '@tensorflow/tfjs-node';
  return import(name).then(
    () => true,
    () => false,
  );
}
