import { networkShapes, outputsOf, type AcousticConfig } from '../src/audio/acoustic-format.js';
import { AcousticNetworks } from '../src/audio/acoustic-network.model.js';
import { MEL_BANDS } from '../src/audio/features.js';
import { standardise } from '../src/audio/speaker-baseline.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import { fitTemperature, softmaxOf } from './metrics.js';
import { pictureOf } from './pictures.js';
import { heardIn, type Heard, type Sample } from './samples.js';
import { votesOf } from './targets.js';

/** What is in a model before it is weighed: everything but weights and temperatures. */
export type Uncalibrated = Omit<AcousticConfig, 'temperature'>;

/** Outputs for one clip: of the mean of the networks of each kind. */
export interface Reading {
  readonly sample: Sample;
  readonly kinds: readonly Float32Array[];
}

/** Reads clips with each kind of network by itself, in the order `dense`, `cnn`; kinds that the model lacks are left out. */
export function readKinds(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  samples: readonly Sample[],
  heard: readonly Heard[],
): Reading[] {
  const kinds = (['dense', 'cnn'] as const).flatMap((kind) => {
    const own = [...config.networks.keys()].filter((i) => config.networks[i]?.kind === kind);
    if (own.length === 0) return [];
    const shapes = own.flatMap((i) => config.networks[i] ?? []).map((n) => ({ ...n, weight: 1 / own.length }));
    return [
      {
        kind,
        networks: new AcousticNetworks(
          shapes,
          own.map((i) => tensors[i] ?? []),
          outputsOf(config),
        ),
      },
    ];
  });
  const readings = samples.map((sample, i) => ({
    sample,
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
 * log-likelihood greatest is taken in tenths.
 */
export function calibrated(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  unheard: readonly Sample[],
  seed: number,
): AcousticConfig {
  const readings = (['none', 'online', 'all'] as const).flatMap((mode) =>
    readKinds(config, tensors, unheard, heardIn(mode, unheard, seed)),
  );
  const labels = config.labels.length;
  const truths = readings.map(({ sample }) => config.labels.indexOf(sample.emotion));
  const rowsOf = (weights: readonly number[]) =>
    readings.map((reading, i) => ({ truth: truths[i] ?? 0, logits: weighed(reading, weights).subarray(0, labels) }));
  const count = readings[0]?.kinds.length ?? 0;
  const own = Array.from({ length: count }, (_, kind) =>
    fitTemperature(rowsOf(Array.from({ length: count }, (__, k) => (k === kind ? 1 : 0)))),
  );
  const candidates = count < 2 ? [[1]] : SHARES.map((share) => [share, 1 - share]);
  const [best] = candidates
    .map((shares) => {
      const weights = shares.map((share, kind) => share / (own[kind] ?? 1));
      const rows = rowsOf(weights);
      const temperature = fitTemperature(rows);
      return { weights, temperature, loss: likelihoodLoss(rows, temperature) };
    })
    .sort((a, b) => a.loss - b.loss);
  if (!best) throw new Error('there is nothing to calibrate on');
  const kinds = (['dense', 'cnn'] as const).filter((kind) => config.networks.some((n) => n.kind === kind));
  const networks = config.networks.map((n) => ({
    ...n,
    weight: (best.weights[kinds.indexOf(n.kind)] ?? 1) / config.networks.filter((m) => m.kind === n.kind).length,
  }));
  return {
    ...config,
    networks,
    temperature: best.temperature,
    heard: { ...config.heard, temperature: heardTemperature(readings, best.weights, config) },
  };
}

const SHARES = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];

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

function likelihoodLoss(rows: readonly { truth: number; logits: Float32Array }[], temperature: number): number {
  return rows.reduce(
    (sum, { truth, logits }) => sum - Math.log(Math.max(softmaxOf(logits, temperature)[truth] ?? 0, 1e-12)),
    0,
  );
}

/** Calibrated scores over EMOTIONS, and over them what listeners would hear. */
export function scoresOf(
  config: AcousticConfig,
  outputs: Float32Array,
): { scores: number[]; perceived: number[] | undefined } {
  const scores = softmaxOf(outputs.subarray(0, config.labels.length), config.temperature);
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
