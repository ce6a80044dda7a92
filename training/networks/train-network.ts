import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { standardise, type Population } from '../../src/audio/speaker-baseline.js';
import { attention } from './attention.js';
import { Checkpoint } from './checkpoint.js';
import { cnn } from './cnn.js';
import { DenseTrainer, type RowBatch } from './dense.js';
import { learn, type LearningProgress } from './learning.js';
import { PictureTrainer } from './picture-trainer.js';
import { batchOf, blended, distorted, pictureOf, type PictureBatch } from './pictures.js';
import type { NetworkRecipe } from './recipes.js';
import { rngOf, shuffled, weightedSampler, type Rng } from '../common/rng.js';
import { Hearing, samplingWeights, type Acquaintance, type Heard, type Sample } from '../samples/samples.js';
import { mixed, mixtureOf, targetOf, type OutputLabels } from './targets.js';

export interface TrainingData {
  readonly samples: readonly Sample[];
  readonly population: Population;
  readonly outputs: OutputLabels;
}

export interface TrainingOptions {
  /** Where a training that is killed can be taken up again. */
  readonly checkpoints?: string | undefined;
  readonly onProgress?: (progress: LearningProgress) => void;
}

/** A clip that was drawn, as it will be heard this time. */
interface Draw {
  readonly sample: Sample;
  readonly heard: Heard;
}

/** Trains one network and returns its tensors as they serve, in the order of `networkShapes`. */
export async function trainNetwork(
  recipe: NetworkRecipe,
  data: TrainingData,
  options: TrainingOptions = {},
): Promise<Float32Array[]> {
  const { samples, population, outputs } = data;
  const count = outputs.labels.length + outputs.heard.length;
  const hearing = new Hearing(samples, acquaintanceOf(recipe), recipe.copies);
  const weightOf = samplingWeights(samples);
  const stepsPerEpoch = Math.max(1, Math.floor(samples.length / recipe.batch));
  const draws = (rng: Rng): Draw[] => {
    const draw = weightedSampler(samples.map(weightOf), rng);
    return Array.from({ length: stepsPerEpoch * recipe.batch }, () => {
      const sample = samples[draw()];
      if (!sample) throw new RangeError('there is nothing to draw from');
      return { sample, heard: hearing.draw(sample, rng) };
    });
  };
  const common = {
    epochs: recipe.epochs,
    stepsPerEpoch,
    seed: recipe.seed,
    checkpoint: options.checkpoints ? new Checkpoint(...placeOf(options.checkpoints, recipe, data)) : undefined,
    onProgress: options.onProgress,
  };
  const rng = rngOf(recipe.seed);
  let folded: Float32Array[];
  if (recipe.kind === 'dense') {
    const width = population.indices.length;
    const trainer = new DenseTrainer(width, recipe.network, count, outputs.labels.length, rng);
    const batches = (r: Rng): Iterable<RowBatch> => rowBatches(draws(r), recipe, data, r);
    await learn({ ...common, trainer, batches });
    folded = trainer.folded();
  } else {
    const network = recipe.kind === 'cnn' ? cnn(recipe.network) : attention(recipe.network);
    const trainer = new PictureTrainer(network, count, outputs.labels.length, rng);
    const batches = (r: Rng): Iterable<PictureBatch> => pictureBatches(draws(r), recipe, data, r);
    await learn({ ...common, trainer, batches });
    folded = trainer.folded();
  }
  return folded;
}

/** Each hears what it will be asked about. */
function acquaintanceOf({ view }: NetworkRecipe): Acquaintance {
  return view === 'population' ? 'stranger' : 'known';
}

function* rowBatches(draws: readonly Draw[], recipe: NetworkRecipe, data: TrainingData, rng: Rng): Generator<RowBatch> {
  for (const batch of chunks(draws, recipe.batch)) {
    const mixture = mixtureOf(batch.length, recipe.mixup, rng);
    const rows = batch.map(({ heard }) => standardise(heard.features.functionals, data.population, heard.baseline));
    const targets = batch.map(({ sample }) => targetOf(sample, data.outputs, recipe.labelSmoothing));
    yield { size: batch.length, rows: mixed(rows, mixture), targets: mixed(targets, mixture) };
  }
}

/** Half of the batches are mixed: a network that only ever hears two voices at once is a poor judge of one. */
const MIXED_BATCHES = 0.3;
/** Clips of about the same length share a batch, or padding would be most of the work; this many frames of disorder remain. */
const DISORDER_FRAMES = 60;

function* pictureBatches(
  draws: readonly Draw[],
  recipe: NetworkRecipe,
  data: TrainingData,
  rng: Rng,
): Generator<PictureBatch> {
  const lengths = new Map(
    draws.map((draw) => [draw, draw.heard.features.spectrogram.frames + DISORDER_FRAMES * rng()]),
  );
  const byLength = [...draws].sort((a, b) => (lengths.get(a) ?? 0) - (lengths.get(b) ?? 0));
  for (const batch of shuffled([...chunks(byLength, recipe.batch)], rng)) {
    const mixture = mixtureOf(batch.length, rng() < MIXED_BATCHES ? recipe.mixup : 0, rng);
    const pictures = batch.map(({ heard }) => distorted(pictureOf(heard, data.population), rng));
    const sounding =
      mixture.share === 1
        ? pictures
        : pictures.map((p, i) => blended(p, pictures[mixture.partners[i] ?? i] ?? p, mixture.share));
    const targets = batch.map(({ sample }) => targetOf(sample, data.outputs, recipe.labelSmoothing));
    yield { size: batch.length, ...batchOf(sounding), targets: mixed(targets, mixture) };
  }
}

function* chunks<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at + size <= items.length; at += size) yield items.slice(at, at + size);
}

/**
 * Counts up with every change of how clips are drawn, changed and taught that no recipe says (`samples.ts`, `pictures.ts`, `targets.ts`
 * and this file): a training that was begun otherwise is not taken up.
 */
const TRAINING_VERSION = 2;

/** The file of a training's checkpoint, and what must be the same for it to be taken up: recipe, clips, what they sound like and their votes. */
function placeOf(dir: string, recipe: NetworkRecipe, { samples, outputs }: TrainingData): [path: string, key: string] {
  const hash = createHash('sha256').update(JSON.stringify([TRAINING_VERSION, recipe, outputs]));
  for (const { path, speaker, emotion, votes, variants } of samples) {
    hash.update(JSON.stringify([path, speaker, emotion, votes]));
    // The functionals stand for the sound: other samples, another extractor or other changed copies have others.
    for (const { functionals } of recipe.copies ? variants : variants.slice(0, 1)) hash.update(functionals);
  }
  const key = hash.digest('hex').slice(0, 16);
  return [join(dir, `${recipe.kind}-${key}.bin`), key];
}
