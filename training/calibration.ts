import {
  NETWORK_KINDS,
  networkShapes,
  outputsOf,
  temperatureAt,
  type AcousticConfig,
  type NetworkShape,
} from '../src/audio/acoustic-format.js';
import { AcousticNetworks } from '../src/audio/acoustic-network.model.js';
import { MEL_BANDS } from '../src/audio/features.js';
import { standardise } from '../src/audio/speaker-baseline.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import { groupBy } from './group-by.js';
import { fitTemperature, softmaxOf } from './metrics.js';
import { pictureOf } from './pictures.js';
import { heardIn, type Heard, type Sample } from './samples.js';
import { votesOf } from './targets.js';

/** What is in a model before it is weighed: everything but weights and temperatures. */
export type Uncalibrated = Omit<AcousticConfig, 'temperature' | 'unacquainted'>;

/** Outputs for one clip: of the mean of the networks of each kind. */
export interface Reading {
  readonly sample: Sample;
  /** Of the speaker that were heard before. */
  readonly utterances: number;
  readonly kinds: readonly Float32Array[];
}

/** The kinds of network that a model has, in the order of NETWORK_KINDS. */
export function kindsOf({ networks }: Pick<AcousticConfig, 'networks'>): NetworkShape['kind'][] {
  return NETWORK_KINDS.filter((kind) => networks.some((n) => n.kind === kind));
}

/** Reads clips with each kind of network by itself, in the order of `kindsOf`. */
export function readKinds(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  samples: readonly Sample[],
  heard: readonly Heard[],
): Reading[] {
  const kinds = kindsOf(config).map((kind) => {
    const own = [...config.networks.keys()].filter((i) => config.networks[i]?.kind === kind);
    const shapes = own.flatMap((i) => config.networks[i] ?? []).map((n) => ({ ...n, weight: 1 / own.length }));
    const weights = own.map((i) => tensors[i] ?? []);
    return { kind, networks: new AcousticNetworks(shapes, weights, outputsOf(config)) };
  });
  const readings = samples.map((sample, i) => ({
    sample,
    utterances: heard[i]?.baseline?.utterances ?? 0,
    kinds: kinds.map(({ kind, networks }) => {
      const { features, baseline } = heard[i] ?? { features: undefined };
      if (!features) throw new Error(`${sample.path} was not heard`);
      return kind === 'dense'
        ? (networks.readFunctionals([standardise(features.functionals, config.population, baseline)])[0] ??
            new Float32Array())
        : networks.readPicture(pictureOf({ features, ...(baseline && { baseline }) }, config.population));
    }),
  }));
  for (const { networks } of kinds) networks.release();
  return readings;
}

/**
 * Weighs the kinds of networks and finds the temperatures on clips of speakers that were not trained on, heard alone, in an acquaintance
 * and well known. Each kind is first brought to its own temperature (Guo et al. 2017); then the share of each that makes the sum's
 * log-likelihood greatest is taken in tenths. How sure
 * the sum may be depends on how well the speaker is known: one temperature for each end of an acquaintance.
 */
export function calibrated(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  unheard: readonly Sample[],
  seed: number,
): AcousticConfig {
  const [alone, online, known] = (['none', 'online', 'all'] as const).map((mode) =>
    readKinds(config, tensors, unheard, heardIn(mode, unheard, seed)),
  ) as [Reading[], Reading[], Reading[]];
  const readings = [...alone, ...online, ...known];
  const labels = config.labels.length;
  // Each speaker counts the same, or one who spoke five hundred clips would stand for everybody.
  const clipsOf = groupBy(unheard, (sample) => sample.speaker);
  const rowsOf = (weights: readonly number[], some = readings) =>
    some.map((reading) => ({
      truth: config.labels.indexOf(reading.sample.emotion),
      logits: weighed(reading, weights).subarray(0, labels),
      weight: 1 / (clipsOf.get(reading.sample.speaker)?.length ?? 1),
    }));
  const count = readings[0]?.kinds.length ?? 0;
  const own = Array.from({ length: count }, (_, kind) =>
    fitTemperature(rowsOf(Array.from({ length: count }, (__, k) => (k === kind ? 1 : 0)))),
  );
  const [best] = sharesOf(count)
    .map((shares) => {
      const weights = shares.map((share, kind) => share / (own[kind] ?? 1));
      const rows = rowsOf(weights);
      const temperature = fitTemperature(rows);
      return { weights, temperature, loss: likelihoodLoss(rows, temperature) };
    })
    .sort((a, b) => a.loss - b.loss);
  if (!best) throw new Error('there is nothing to calibrate on');
  const temperature = fitTemperature(rowsOf(best.weights, known));
  const kinds = kindsOf(config);
  const networks = config.networks.map((n) => ({
    ...n,
    weight: (best.weights[kinds.indexOf(n.kind)] ?? 1) / config.networks.filter((m) => m.kind === n.kind).length,
  }));
  return {
    ...config,
    networks,
    temperature,
    unacquainted: fitTemperature(rowsOf(best.weights, alone)) / temperature,
    heard: { ...config.heard, temperature: heardTemperature(readings, best.weights, config) },
  };
}

/** No kind of network has less than this of the sum, or it need not be there. */
const LEAST_TENTHS = 2;

/** All ways to give tenths to so many kinds. */
function sharesOf(kinds: number, tenths = 10): number[][] {
  if (kinds <= 1) return [[tenths / 10]];
  const most = tenths - LEAST_TENTHS * (kinds - 1);
  const firsts = Array.from({ length: most - LEAST_TENTHS + 1 }, (_, i) => LEAST_TENTHS + i);
  return firsts.flatMap((first) => sharesOf(kinds - 1, tenths - first).map((rest) => [first / 10, ...rest]));
}

/** Outputs of the kinds, each times its weight, summed. */
export function weighed({ kinds }: Reading, weights: readonly number[]): Float32Array {
  const out = new Float32Array(kinds[0]?.length ?? 0);
  for (const [kind, outputs] of kinds.entries()) {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + (weights[kind] ?? 0) * (outputs[i] ?? 0);
  }
  return out;
}

/** The temperature at which the listeners' shares are likeliest; 1 where nobody voted. */
function heardTemperature(readings: readonly Reading[], weights: readonly number[], config: Uncalibrated): number {
  // A vote of a share is so many votes of one: the same search finds the temperature.
  const rows = readings.flatMap((reading) => {
    const votes = votesOf(reading.sample, config.heard.labels);
    const logits = weighed(reading, weights).subarray(config.labels.length);
    return votes ? votes.map((weight, truth) => ({ truth, logits, weight })) : [];
  });
  return rows.length > 0 ? fitTemperature(rows) : 1;
}

function likelihoodLoss(
  rows: readonly { truth: number; logits: Float32Array; weight: number }[],
  temperature: number,
): number {
  return rows.reduce(
    (sum, { truth, logits, weight }) =>
      sum - weight * Math.log(Math.max(softmaxOf(logits, temperature)[truth] ?? 0, 1e-12)),
    0,
  );
}

/** Calibrated scores over EMOTIONS, and over them what listeners would hear. */
export function scoresOf(
  config: AcousticConfig,
  outputs: Float32Array,
  utterances: number,
): { scores: number[]; perceived: number[] | undefined } {
  const scores = softmaxOf(outputs.subarray(0, config.labels.length), temperatureAt(config, utterances));
  const heard = softmaxOf(outputs.subarray(config.labels.length), config.heard.temperature);
  return {
    scores: EMOTIONS.map((emotion) => scores[config.labels.indexOf(emotion)] ?? 0),
    perceived:
      config.heard.labels.length > 0
        ? EMOTIONS.map((emotion) => heard[config.heard.labels.indexOf(emotion)] ?? 0)
        : undefined,
  };
}

/** How many numbers a model of these networks holds. */
export function sizeOf(config: Pick<AcousticConfig, 'networks' | 'labels' | 'heard'>): number {
  return config.networks
    .flatMap((network) => networkShapes(network, MEL_BANDS, outputsOf(config)))
    .reduce((sum, shape) => sum + shape.reduce((a, b) => a * b, 1), 0);
}
