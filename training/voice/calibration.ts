import {
  ACQUAINTED,
  outputsOf,
  temperatureAt,
  type AcousticConfig,
  type NetworkShape,
  type View,
} from '../../src/audio/acoustic-format.js';
import { inputOf } from '../../src/audio/acoustic.model.js';
import { AcousticNetworks } from '../../src/audio/acoustic-network.model.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { groupBy } from '../common/group-by.js';
import { fitTemperature, softmaxOf, surprise, type WeighedLogits } from '../common/metrics.js';
import { cleanOf, heardIn, type Heard, type Sample } from '../samples/samples.js';
import { votesOf } from '../networks/targets.js';

/** What is in a model before it is weighed: everything but weights and temperatures. */
export type Uncalibrated = Omit<AcousticConfig, 'temperature' | 'unacquainted'>;

/** Outputs for one clip: of the mean of the networks of each kind. */
interface Reading {
  readonly sample: Sample;
  /** Of the speaker that were heard before. */
  readonly utterances: number;
  readonly kinds: readonly Float32Array[];
}

/** What a network hears, functionals or picture, and whom it is for. */
type Kind = `${'functionals' | 'picture'} of ${(typeof WHOM)[View]}`;
const WHOM = { population: 'a stranger', speaker: 'an acquaintance' } as const satisfies Record<View, string>;

function kindOf({ kind, view }: NetworkShape): Kind {
  return `${kind === 'dense' ? 'functionals' : 'picture'} of ${WHOM[view]}`;
}

/** The kinds of network that a model has. */
function kindsOf({ networks }: Pick<AcousticConfig, 'networks'>): Kind[] {
  return [...new Set(networks.map(kindOf))];
}

/** The kinds that are asked about a voice alone: specialists in acquaintances know nothing of it. */
function askedAlone(kinds: readonly Kind[]): readonly Kind[] {
  const some = kinds.filter((kind) => !kind.endsWith('an acquaintance'));
  return some.length > 0 ? some : kinds;
}

/** The kinds that are asked about a well-known voice: the functionals of either view, and the picture once, as looking takes longest. */
function askedKnown(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.includes('picture of an acquaintance')
    ? kinds.filter((kind) => kind !== 'picture of a stranger')
    : kinds;
}

/** Reads clips with each kind of network by itself, in the order of `kindsOf`. */
function readKinds(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  samples: readonly Sample[],
  heard: readonly Heard[],
): Reading[] {
  const networks = new AcousticNetworks(config.networks, tensors, outputsOf(config));
  const kindOfEach = config.networks.map(kindOf);
  const readings = samples.map((sample, i): Reading => {
    const { features, baseline } = heard[i] ?? { features: cleanOf(sample) };
    const each = networks.readEach(inputOf(features, config.population, baseline));
    const kinds = kindsOf(config).map((kind) => meanOf(each.filter((_, k) => kindOfEach[k] === kind)));
    return { sample, utterances: baseline?.utterances ?? 0, kinds };
  });
  networks.release();
  return readings;
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  return Float32Array.from(rows[0] ?? [], (_, i) => rows.reduce((sum, row) => sum + (row[i] ?? 0), 0) / rows.length);
}

/**
 * Weighs the kinds of networks and finds the temperatures on clips of speakers that were not trained on, at either end of an
 * acquaintance: heard alone, where there is no speaker's view, and well known. Each kind is first brought to its own temperature
 * (Guo et al. 2017); then the share of each that makes the sum's log-likelihood greatest is taken in tenths.
 */
export function calibrated(
  config: Uncalibrated,
  tensors: readonly (readonly Float32Array[])[],
  unheard: readonly Sample[],
  seed: number,
): AcousticConfig {
  const [alone, online, all] = (['none', 'online', 'all'] as const).map((mode) =>
    readKinds(config, tensors, unheard, heardIn(mode, unheard, seed)),
  ) as [Reading[], Reading[], Reading[]];
  const known = [...all, ...online.filter(({ utterances }) => utterances >= ACQUAINTED)];
  const kinds = kindsOf(config);
  // Each speaker counts the same, or one who spoke five hundred clips would stand for everybody.
  const clipsOf = groupBy(unheard, (sample) => sample.speaker);
  const rowsOf =
    (readings: readonly Reading[]): RowsOf =>
    (weights) =>
      readings.map((reading) => ({
        truth: config.labels.indexOf(reading.sample.emotion),
        logits: weighed(reading, weights).subarray(0, config.labels.length),
        weight: 1 / (clipsOf.get(reading.sample.speaker)?.length ?? 1),
      }));
  const weights = {
    alone: bestWeights(kinds, askedAlone(kinds), rowsOf(alone)),
    known: bestWeights(kinds, askedKnown(kinds), rowsOf(known)),
  };
  const temperature = fitTemperature(rowsOf(all)(weights.known));
  const networks = config.networks.map((network) => {
    const kind = kinds.indexOf(kindOf(network));
    const shared = config.networks.filter((n) => kindOf(n) === kindOf(network)).length;
    const of = (each: readonly number[]): number => (each[kind] ?? 0) / shared;
    return { ...network, weight: { alone: of(weights.alone), known: of(weights.known) } };
  });
  return {
    ...config,
    networks,
    temperature,
    unacquainted: fitTemperature(rowsOf(alone)(weights.alone)) / temperature,
    heard: {
      ...config.heard,
      ...asListeners([...judgedOf(alone, weights.alone, config), ...judgedOf(known, weights.known, config)]),
    },
  };
}

/** Truths and logits when the kinds have these weights. */
type RowsOf = (weights: readonly number[]) => WeighedLogits[];

/** The weights of all kinds that do best when only some of them count. */
function bestWeights(kinds: readonly Kind[], counting: readonly Kind[], rowsOf: RowsOf): number[] {
  const own = kinds.map((kind) => fitTemperature(rowsOf(kinds.map((other) => (other === kind ? 1 : 0)))));
  const [best] = sharesOf(counting.length)
    .map((shares) => {
      const weights = kinds.map((kind, i) => (shares[counting.indexOf(kind)] ?? 0) / (own[i] ?? 1));
      const rows = rowsOf(weights);
      return { weights, loss: surprise(rows, fitTemperature(rows)) };
    })
    .sort((a, b) => a.loss - b.loss);
  if (!best) throw new Error('there is nothing to calibrate on');
  return best.weights;
}

/** No kind that counts has less than this of the sum, or it need not be there. */
const LEAST_TENTHS = 1;

/** All ways to give tenths to so many kinds. */
function sharesOf(kinds: number, tenths = 10): number[][] {
  if (kinds <= 1) return [[tenths / 10]];
  const most = tenths - LEAST_TENTHS * (kinds - 1);
  const firsts = Array.from({ length: most - LEAST_TENTHS + 1 }, (_, i) => LEAST_TENTHS + i);
  return firsts.flatMap((first) => sharesOf(kinds - 1, tenths - first).map((rest) => [first / 10, ...rest]));
}

/** Outputs of the kinds, each times its weight, summed. */
function weighed({ kinds }: Reading, weights: readonly number[]): Float32Array {
  const out = new Float32Array(kinds[0]?.length ?? 0);
  for (const [kind, outputs] of kinds.entries()) {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + (weights[kind] ?? 0) * (outputs[i] ?? 0);
  }
  return out;
}

/** What a model expects listeners to say of a clip, and the shares of them who said it. */
interface Judged {
  readonly logits: Float32Array;
  readonly votes: readonly number[];
}

function judgedOf(readings: readonly Reading[], weights: readonly number[], config: Uncalibrated): Judged[] {
  return readings.flatMap((reading) => {
    const votes = votesOf(reading.sample, config.heard.labels);
    return votes ? [{ logits: weighed(reading, weights).subarray(config.labels.length), votes }] : [];
  });
}

/** Rounds of the fit below; after a handful nothing moves any more. */
const ROUNDS = 8;

/**
 * The bias and the temperature at which the listeners' shares are likeliest (vector scaling with one scale, Guo et al. 2017), in turns:
 * where a bias is best, every emotion is expected as often as it is named. Without one they are not, as training draws and mixes clips
 * otherwise than listeners meet them. Nothing changes where nobody voted.
 */
export function asListeners(judged: readonly Judged[]): { temperature: number; bias: number[] } {
  const emotions = [...(judged[0]?.votes.keys() ?? [])];
  const totalOf = (shares: readonly ArrayLike<number>[], emotion: number): number =>
    shares.reduce((sum, row) => sum + (row[emotion] ?? 0), 0);
  const votes = judged.map((j) => j.votes);
  const named = emotions.map((k) => totalOf(votes, k));
  let bias = emotions.map(() => 0);
  let temperature = 1;
  for (let round = 0; judged.length > 0 && round < ROUNDS; round++) {
    const shifted = judged.map(({ logits }) => logits.map((z, i) => z + (bias[i] ?? 0)));
    // A vote of a share is so many votes of one: the same search finds the temperature.
    temperature = fitTemperature(
      judged.flatMap(({ votes }, i) =>
        votes.map((weight, truth) => ({ truth, logits: shifted[i] ?? new Float32Array(), weight })),
      ),
    );
    const expected = shifted.map((logits) => softmaxOf(logits, temperature));
    const moved = emotions.map(
      (k) => (bias[k] ?? 0) + temperature * Math.log(((named[k] ?? 0) + 1) / (totalOf(expected, k) + 1)),
    );
    const mean = moved.reduce((a, b) => a + b, 0) / moved.length;
    bias = moved.map((b) => b - mean);
  }
  return { temperature, bias };
}

/** Calibrated scores over EMOTIONS; 0 for what the model does not know. */
export function scoresOf(config: AcousticConfig, outputs: Float32Array, utterances: number): number[] {
  const scores = softmaxOf(outputs.subarray(0, config.labels.length), temperatureAt(config, utterances));
  return EMOTIONS.map((emotion) => scores[config.labels.indexOf(emotion)] ?? 0);
}
