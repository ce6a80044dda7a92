import { f16round } from '@petamoriken/float16';
import { FEATURE_VERSION } from '../../src/audio/features.js';
import { standardise } from '../../src/audio/speaker-baseline.js';
import { inputOf, startBackend, type AcousticBackend } from '../../src/audio/acoustic.model.js';
import { outputsOf, type AcousticConfig } from '../../src/audio/acoustic-format.js';
import { AcousticNetworks } from '../../src/audio/acoustic-network.model.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { calibrated, scoresOf, type Uncalibrated } from './calibration.js';
import { FOREST, trainForest } from '../classic/forest.js';
import { figuresOf, type Figures } from '../common/metrics.js';
import { progressBar } from '../common/progress.js';
import { networksOf, shapeOf, type NeuralRecipe } from '../networks/recipes.js';
import {
  cleanOf,
  heardIn,
  populationOf,
  priorOf,
  samplingWeights,
  type Sample,
  type BaselineMode,
} from '../samples/samples.js';
import { trainSideBySide } from '../networks/side-by-side.js';
import { SVM, trainSvm } from '../classic/svm.js';

/** Names and figures: all clips, then each corpus. */
export type FigureRows = readonly (readonly [title: string, figures: Figures])[];

export interface TrainedModel {
  readonly config: AcousticConfig;
  /** Tensors of each network, in the order of `networkShapes`. */
  readonly tensors: readonly (readonly Float32Array[])[];
}

export interface NeuralOptions {
  readonly recipe: NeuralRecipe;
  readonly seed: number;
  readonly epochs?: number | undefined;
  /** Dense networks that differ in their seed. */
  readonly members?: number | undefined;
  readonly backend: AcousticBackend;
  /** Networks that are trained at a time. */
  readonly threads: number;
  readonly checkpoints?: string | undefined;
  /** What `model.json` says of where it comes from, beside recipe and seed. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** Trains the networks of a recipe and calibrates them on speakers they never heard. */
export async function trainNeural(
  samples: readonly Sample[],
  unheard: readonly Sample[],
  options: NeuralOptions,
): Promise<TrainedModel> {
  // TensorFlow's own library fills all cores with one network.
  const threads = (await startBackend(options.backend)) === 'tensorflow' ? 1 : options.threads;
  const labels = EMOTIONS.filter((emotion) => samples.some((s) => s.emotion === emotion));
  const heard = EMOTIONS.filter((emotion) => samples.some((s) => s.votes?.[emotion]));
  const population = populationOf(samples);
  const recipes = networksOf(options.recipe, options.seed, options.epochs, options.members);
  const trained = await trainSideBySide(
    recipes,
    { samples, population, outputs: { labels, heard } },
    { ...options, threads },
  );
  // As they will be stored: what is measured is what serves.
  const tensors = trained.map((network) => network.map((tensor) => tensor.map(f16round)));
  const listeners = { labels: heard, temperature: 1, bias: [] };
  const outputs = outputsOf({ labels, heard: listeners });
  const config: Uncalibrated = {
    format: 3,
    featureVersion: FEATURE_VERSION,
    labels,
    prior: priorOf(samples, samplingWeights(samples), labels),
    heard: listeners,
    population: {
      indices: [...population.indices],
      mean: [...population.mean],
      sd: [...population.sd],
      bandShape: [...population.bandShape],
    },
    networks: recipes.map((recipe) => shapeOf(recipe, population.indices.length, outputs)),
    training: { ...options.provenance, recipe: options.recipe, seed: options.seed, networks: recipes },
  };
  return { config: calibrated(config, tensors, unheard, options.seed), tensors };
}

/** Calibrated scores over EMOTIONS of clips that are heard in one of the ways of an evaluation. */
export function neuralScores(
  { config, tensors }: TrainedModel,
  samples: readonly Sample[],
  mode: BaselineMode,
): Map<Sample, number[]> {
  const heard = heardIn(mode, samples, config.training['seed'] as number);
  const networks = new AcousticNetworks(config.networks, tensors, outputsOf(config));
  const scores = samples.map((sample, i) => {
    const { features, baseline } = heard[i] ?? { features: cleanOf(sample) };
    const utterances = baseline?.utterances ?? 0;
    const outputs = networks.read(inputOf(features, config.population, baseline), utterances);
    return [sample, scoresOf(config, outputs, utterances)] as const;
  });
  networks.release();
  return new Map(scores);
}

export function neuralFigures(model: TrainedModel, samples: readonly Sample[], mode: BaselineMode): FigureRows {
  const scores = neuralScores(model, samples, mode);
  return byCorpus(samples, (sample) => scores.get(sample) ?? []);
}

/** The recipe of the field's tutorials: the mean of 40 MFCCs into a random forest. */
export async function forestFigures(
  samples: readonly Sample[],
  unheard: readonly Sample[],
  seed: number,
): Promise<FigureRows> {
  const bar = progressBar('forest', FOREST.trees);
  const forest = await trainForest(
    samples.map((s) => cleanOf(s).classic),
    samples.map((s) => EMOTIONS.indexOf(s.emotion)),
    EMOTIONS.length,
    FOREST,
    seed,
    (trees) => {
      bar.update(trees);
    },
  ).finally(() => {
    bar.stop();
  });
  return byCorpus(unheard, (s) => forest.predict(cleanOf(s).classic));
}

/** A support vector machine over the functionals, each clip alone. */
export async function svmFigures(samples: readonly Sample[], unheard: readonly Sample[]): Promise<FigureRows> {
  const population = populationOf(samples);
  const rowOf = (sample: Sample): Float32Array => standardise(cleanOf(sample).functionals, population);
  const counts = EMOTIONS.map((emotion) => samples.filter((s) => s.emotion === emotion).length);
  // Rare emotions count more than their share, by the square root, as in the sampling of the networks.
  const weights = counts.map((count) => Math.max(1, count) ** -0.5 * Math.max(...counts) ** 0.5);
  const bar = progressBar('svm, pairs of emotions', (EMOTIONS.length * (EMOTIONS.length - 1)) / 2);
  const svm = await trainSvm(
    samples.map(rowOf),
    samples.map((s) => EMOTIONS.indexOf(s.emotion)),
    weights,
    EMOTIONS.length,
    SVM,
    (done) => {
      bar.update(done);
    },
  ).finally(() => {
    bar.stop();
  });
  try {
    return byCorpus(unheard, (sample) => svm.predict(rowOf(sample)));
  } finally {
    svm.release();
  }
}

/** Figures of all clips, then of each corpus. */
export function byCorpus(samples: readonly Sample[], scoresOf: (s: Sample) => ArrayLike<number>): FigureRows {
  const predictions = samples.map((s) => ({
    corpus: s.corpus,
    truth: EMOTIONS.indexOf(s.emotion),
    scores: scoresOf(s),
  }));
  const corpora = [...new Set(samples.map((s) => s.corpus))].sort();
  const rows = corpora.map(
    (corpus) =>
      [
        corpus,
        figuresOf(
          predictions.filter((p) => p.corpus === corpus),
          EMOTIONS.length,
        ),
      ] as const,
  );
  return corpora.length > 1 ? [['all', figuresOf(predictions, EMOTIONS.length)], ...rows] : rows;
}
