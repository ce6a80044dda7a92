import { packWeights, standardise, type AcousticConfig, type DenseLayer } from '../src/audio/acoustic-format.js';
import { AcousticNetwork, startBackend, type AcousticBackend } from '../src/audio/acoustic.model.js';
import { FEATURE_VERSION } from '../src/audio/features.js';
import { ABSOLUTE_COUNT, FUNCTIONAL_NAMES } from '../src/audio/functionals.js';
import { EMOTIONS, type Emotion } from '../src/emotion/scores.js';
import { trainDense, type DenseConfig, type TrainingProgress } from './dense.js';
import { fitTemperature } from './metrics.js';

/** One clip as training sees it. */
export interface Sample {
  readonly corpus: string;
  readonly speaker: string;
  readonly emotion: Emotion;
  readonly functionals: Float32Array;
  readonly classic: Float32Array;
}

export interface Committee {
  readonly config: AcousticConfig;
  readonly weights: Buffer;
  /** What each clip got from the one member that had not heard its speaker, in the order of the folds. */
  readonly outOfFold: readonly { readonly sample: Sample; readonly logits: Float32Array }[];
}

export interface CommitteeOptions {
  readonly dense: DenseConfig;
  readonly seed: number;
  readonly backend: AcousticBackend;
  /** Stored with the weights: what else it takes to train them again. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly onProgress?: (member: number, progress: TrainingProgress) => void;
}

/** Standardised inputs are cut here, σ. */
const LIMIT = 5;

/**
 * A cross-validation committee (Krogh & Vedelsby 1995): one network per fold, trained on the other folds, their logits averaged.
 * Each clip is unheard by one member, and those answers give the temperature without setting speakers aside for it.
 */
export async function trainCommittee(
  folds: readonly (readonly Sample[])[],
  options: CommitteeOptions,
): Promise<Committee> {
  await startBackend(options.backend);
  const samples = folds.flat();
  const labels = EMOTIONS.filter((emotion) => samples.some((s) => s.emotion === emotion));
  const inputs = populationOf(samples);
  const weightOf = samplingWeights(samples);
  const members: DenseLayer[][] = [];
  const outOfFold: { sample: Sample; logits: Float32Array }[] = [];
  const base: Omit<AcousticConfig, 'members' | 'temperature'> = {
    format: 1,
    featureVersion: FEATURE_VERSION,
    labels,
    prior: priorOf(samples, weightOf, labels),
    inputs,
    widths: [inputs.indices.length, ...options.dense.hidden, labels.length],
    training: { ...options.provenance, folds: folds.length, seed: options.seed, dense: options.dense },
  };
  for (const [fold, unheard] of folds.entries()) {
    const heard = folds.filter((_, i) => i !== fold).flat();
    const set = {
      rows: heard.map((s) => standardise(s.functionals, inputs)),
      classes: heard.map((s) => labels.indexOf(s.emotion)),
      weights: heard.map(weightOf),
      classCount: labels.length,
    };
    const layers = await trainDense(set, options.dense, options.seed + fold, (p) => options.onProgress?.(fold, p));
    members.push(layers);
    const network = new AcousticNetwork({ ...base, members: 1, temperature: 1 }, [layers]);
    const logits = network.logits(unheard.map((s) => standardise(s.functionals, inputs)));
    unheard.forEach((sample, i) => outOfFold.push({ sample, logits: logits[i] ?? new Float32Array() }));
    network.release();
  }
  const temperature = fitTemperature(
    outOfFold.map(({ sample, logits }) => ({ truth: labels.indexOf(sample.emotion), logits })),
  );
  return { config: { ...base, members: members.length, temperature }, weights: packWeights(members), outOfFold };
}

/** Mean and spread of every functional but the recording's absolute level. */
function populationOf(samples: readonly Sample[]): AcousticConfig['inputs'] {
  const indices = [...FUNCTIONAL_NAMES.keys()].slice(0, -ABSOLUTE_COUNT);
  const mean = indices.map((index) => average(samples.map((s) => s.functionals[index] ?? 0)));
  const sd = indices.map((index, i) => {
    const variance = average(samples.map((s) => ((s.functionals[index] ?? 0) - (mean[i] ?? 0)) ** 2));
    return Math.sqrt(variance) + 1e-6;
  });
  return { indices, mean, sd, limit: LIMIT };
}

/**
 * How often a clip is drawn: small corpora more than their size (fourth root), rare emotions more than their share (square root),
 * neither up to full balance, which would repeat few clips too often.
 */
export function samplingWeights(samples: readonly Sample[]): (sample: Sample) => number {
  const ofCorpus = (s: Sample, sizes: Map<string, number>): number => (sizes.get(s.corpus) ?? 1) ** -0.25;
  const sizes = tally(
    samples,
    (s) => s.corpus,
    () => 1,
  );
  const mass = tally(
    samples,
    (s) => s.emotion,
    (s) => ofCorpus(s, sizes),
  );
  return (s) => ofCorpus(s, sizes) * (mass.get(s.emotion) ?? 1) ** -0.5;
}

function priorOf(samples: readonly Sample[], weightOf: (s: Sample) => number, labels: readonly Emotion[]): number[] {
  const mass = tally(samples, (s) => s.emotion, weightOf);
  const sum = [...mass.values()].reduce((a, b) => a + b, 0);
  return labels.map((label) => (mass.get(label) ?? 0) / sum);
}

function tally(
  samples: readonly Sample[],
  key: (s: Sample) => string,
  amount: (s: Sample) => number,
): Map<string, number> {
  const sums = new Map<string, number>();
  for (const s of samples) sums.set(key(s), (sums.get(key(s)) ?? 0) + amount(s));
  return sums;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
