import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadModelFiles, ModelFileError } from '../common/model-manifest.js';
import { unavailable, type Evidence } from '../emotion/evidence.js';
import type { Emotion, PartialScores } from '../emotion/scores.js';
import { cuesOf, SPOKESMEN, VOICE_CUES } from './acoustic-cues.js';
import {
  outputsOf,
  parseAcousticConfig,
  temperatureAt,
  unpackWeights,
  type AcousticConfig,
  type View,
} from './acoustic-format.js';
import { AcousticNetworks, type NetworkInput } from './acoustic-network.model.js';
import { extractFeatures, FEATURE_VERSION, MEL_BANDS, type FrameFeatures } from './features.js';
import { CUE_GROUPS, FUNCTIONAL_GROUPS, functionals } from './functionals.js';
import { relativeTo } from './picture.js';
import { voiceQuality } from './quality.js';
import { coalitions, shapleyValues } from './shapley.js';
import {
  standardise,
  usualSpectrum,
  type Population,
  type SpeakerBaseline,
  type SpeechSummary,
} from './speaker-baseline.js';
import { spectrogramOf, type Spectrogram } from './spectrogram.js';

export type AcousticBackend = 'auto' | 'node' | 'wasm' | 'cpu';

/** With less voice than this there is nothing to read, milliseconds. */
export const MIN_VOICED_MS = 200;

/** With less voice than this an utterance tells too little of how a speaker usually sounds, milliseconds. */
const ACQUAINTING_MS = 400;

/** What a model has to say of one utterance. */
export interface VoiceReading {
  /** The cues carry no times: the model does not know where the samples lie. */
  readonly evidence: Evidence<'voice'>;
  /** What the utterance adds to the speaker's baseline; absent when there was too little voice. */
  readonly speech?: SpeechSummary;
}

/** A model that reads voices: load, read, release. */
export interface AcousticModel {
  readonly name: string;
  readonly sha256: string;
  readonly licence: string;
  readonly config: AcousticConfig;
  /** @param samples mono at 16 kHz. @param baseline how the speaker usually sounds, as far as it is known */
  read(samples: Float32Array, baseline?: SpeakerBaseline): VoiceReading;
  /**
   * Log-odds of a label for a clip that is average in everything, nats: what the cues are counted from.
   * @param utterances of the speaker that were heard before; none when absent
   */
  logOddsOfAverage(label: Emotion, utterances?: number): number;
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
  let networks: Float32Array[][];
  try {
    config = parseAcousticConfig(model.toString('utf8'));
    networks = unpackWeights(weights, config);
  } catch (cause) {
    return fail('its files are damaged', cause);
  }
  if (config.featureVersion !== FEATURE_VERSION) {
    return fail(`it was trained on features of version ${config.featureVersion}, this is version ${FEATURE_VERSION}`);
  }
  await startBackend(backend);
  const reader = new AcousticReader(config, networks);
  const ref = { name, sha256: sha256.slice(0, 12) };
  const prior = byLabel(config.labels, config.prior);
  return {
    name,
    sha256,
    licence: entry.licence,
    config,
    read(samples, baseline) {
      const features = extractFeatures(samples);
      const quality = voiceQuality(features, samples);
      if (quality.voicedMs === 0) return { evidence: unavailable('voice', 'noSpeech') };
      if (quality.voicedMs < MIN_VOICED_MS) return { evidence: unavailable('voice', 'tooShort') };
      const { population } = config;
      const measured = measure(features);
      const input = inputOf(measured, population, baseline);
      const speech = { functionals: measured.functionals, bandMean: measured.spectrogram.bandMean };
      const { scores, perceived, top, weights } = reader.explain(input, baseline?.utterances);
      const { speaker } = input.functionals;
      const deviations = SPOKESMEN.map((index) => speaker[population.indices.indexOf(index)] ?? 0);
      const cues = cuesOf(top, weights, deviations, baseline?.utterances ?? 0);
      const said = { scores, prior, ...(perceived && { perceived }), quality, cues, model: ref };
      const evidence = { modality: 'voice', status: 'available', ...said } as const;
      return quality.voicedMs < ACQUAINTING_MS ? { evidence } : { evidence, speech };
    },
    logOddsOfAverage: (label, utterances) => reader.logOddsOfAverage(label, utterances),
    release: () => {
      reader.release();
    },
  };
}

/** What an utterance tells of its voice, measured. */
export interface Measured {
  /** In the order of FUNCTIONAL_NAMES. */
  readonly functionals: Float32Array;
  readonly spectrogram: Spectrogram;
}

export function measure(features: FrameFeatures): Measured {
  return { functionals: functionals(features), spectrogram: spectrogramOf(features) };
}

/** An utterance as the networks are given it: relative to what is usual. */
export function inputOf(
  { functionals, spectrogram: { bandMean, logMel } }: Measured,
  population: Population,
  baseline?: SpeakerBaseline,
): NetworkInput {
  const stranger = standardise(functionals, population);
  return {
    functionals: {
      population: stranger,
      speaker: baseline ? standardise(functionals, population, baseline) : stranger,
    },
    picture: relativeTo(usualSpectrum(bandMean, population, baseline), logMel),
  };
}

/** What the networks say of one utterance, and what each of VOICE_CUES added to the log-odds of its top label. */
export interface ExplainedReading {
  readonly scores: PartialScores;
  /** How listeners would hear it; absent when the model was trained without their votes. */
  readonly perceived?: PartialScores;
  readonly top: Emotion;
  /** Shapley values, nats, in the order of VOICE_CUES; they sum to the log-odds less those of a clip that is average in everything. */
  readonly weights: readonly number[];
}

/** Length of the picture of nothing in particular, frames: about a usual utterance. */
const BLANK_FRAMES = 200;

/** From the networks' outputs to probabilities and reasons. */
export class AcousticReader {
  private readonly networks: AcousticNetworks;
  private readonly groupMasks: Float32Array[];
  private readonly games: tf.Tensor2D;
  /** What each network that looks sees in a picture that is as usual everywhere. */
  private readonly blank: readonly Float32Array[];

  constructor(
    private readonly config: AcousticConfig,
    weights: readonly (readonly Float32Array[])[],
  ) {
    this.networks = new AcousticNetworks(config.networks, weights, outputsOf(config));
    this.groupMasks = CUE_GROUPS.map((group) => {
      const indices = new Set(FUNCTIONAL_GROUPS[group]);
      return Float32Array.from(config.population.indices, (index) => (indices.has(index) ? 1 : 0));
    });
    const groups = CUE_GROUPS.length;
    this.games = tf.tensor2d(coalitions(groups), [2 ** groups, groups]);
    this.blank = this.networks.lookAt(new Float32Array(BLANK_FRAMES * MEL_BANDS));
  }

  /** Outputs for one utterance, not yet divided by a temperature: the labels' logits, then the listeners'. */
  outputs(input: NetworkInput, utterances = 0): Float32Array {
    return this.networks.read(input, utterances);
  }

  /**
   * Plays all coalitions of what can be told apart: the groups of functionals and the picture. One that stays away is average: its
   * functionals are 0, the picture is blank.
   * @param utterances of the speaker that were heard before
   */
  explain({ functionals, picture }: NetworkInput, utterances = 0): ExplainedReading {
    const { labels, heard } = this.config;
    const temperature = temperatureAt(this.config, utterances);
    const partsOf = (view: View): Float32Array[] =>
      this.groupMasks.map((mask) => functionals[view].map((z, i) => z * (mask[i] ?? 0)));
    const parts = { population: partsOf('population'), speaker: partsOf('speaker') };
    const rows = this.networks.readGames(parts, this.games, utterances);
    const [blank, seen] = [this.blank, this.networks.lookAt(picture, utterances)].map((looks) =>
      this.networks.sumOfLooks(looks, utterances),
    ) as [Float32Array, Float32Array];
    const nothing = new Float32Array(seen.length);
    // The picture is the last player: the coalitions without it come first.
    const games = [blank, seen].flatMap((shown) => rows.map((row) => sum(row, shown)));
    const whole = games.at(-1) ?? nothing;
    const posterior = softmax(whole.subarray(0, labels.length), temperature);
    const topIndex = posterior.reduce((best, p, i, all) => (p > (all[best] ?? 0) ? i : best), 0);
    const values = games.map((outputs) => logOdds(outputs.subarray(0, labels.length), topIndex, temperature));
    return {
      scores: byLabel(labels, posterior),
      ...(heard.labels.length > 0 && {
        perceived: byLabel(heard.labels, softmax(sum(whole.subarray(labels.length), heard.bias), heard.temperature)),
      }),
      top: labels[topIndex] ?? 'neutral',
      weights: shapleyValues(values, VOICE_CUES.length),
    };
  }

  logOddsOfAverage(label: Emotion, utterances = 0): number {
    const { labels, population } = this.config;
    const average = new Float32Array(population.indices.length);
    const picture = new Float32Array(BLANK_FRAMES * MEL_BANDS);
    const outputs = this.networks.read({ functionals: { population: average, speaker: average }, picture }, utterances);
    return logOdds(outputs.subarray(0, labels.length), labels.indexOf(label), temperatureAt(this.config, utterances));
  }

  release(): void {
    this.networks.release();
    this.games.dispose();
  }
}

function sum(a: Float32Array, b: ArrayLike<number>): Float32Array {
  return a.map((x, i) => x + (b[i] ?? 0));
}

function softmax(logits: Float32Array, temperature: number): number[] {
  const max = Math.max(...logits);
  const exp = Array.from(logits, (z) => Math.exp((z - max) / temperature));
  const total = exp.reduce((a, b) => a + b, 0);
  return exp.map((e) => e / total);
}

/** log p/(1−p) of one class after the temperature, from logits, so that it stays finite near 0 and 1. */
function logOdds(logits: Float32Array, index: number, temperature: number): number {
  let max = -Infinity;
  for (let i = 0; i < logits.length; i++) if (i !== index) max = Math.max(max, logits[i] ?? 0);
  let others = 0;
  for (let i = 0; i < logits.length; i++) {
    if (i !== index) others += Math.exp(((logits[i] ?? 0) - max) / temperature);
  }
  return ((logits[index] ?? 0) - max) / temperature - Math.log(others);
}

function byLabel(labels: readonly Emotion[], values: readonly number[]): PartialScores {
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
