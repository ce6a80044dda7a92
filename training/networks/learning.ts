import type { Checkpoint } from './checkpoint.js';
import type { Optimizer } from './optimizer.js';
import { rngOf, type Rng } from '../common/rng.js';

export interface LearningProgress {
  readonly epoch: number;
  readonly step: number;
  readonly steps: number;
  /** Running mean. */
  readonly loss: number;
}

export interface Learning<Batch> {
  readonly trainer: { readonly optimizer: Optimizer; step(batch: Batch, done: number, rng: Rng): number };
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  readonly seed: number;
  /** The batches of one epoch, `stepsPerEpoch` of them. */
  readonly batches: (rng: Rng) => Iterable<Batch>;
  readonly checkpoint?: Checkpoint | undefined;
  readonly onProgress?: ((progress: LearningProgress) => void) | undefined;
}

/** Steps through the epochs. Each has random numbers of its own, so a training that goes on from a checkpoint draws what it would have drawn. */
export async function learn<Batch>(learning: Learning<Batch>): Promise<void> {
  const { trainer, epochs, stepsPerEpoch, seed, batches, checkpoint, onProgress } = learning;
  const steps = epochs * stepsPerEpoch;
  let loss = Number.NaN;
  for (let epoch = (await checkpoint?.restore(trainer.optimizer)) ?? 0; epoch < epochs; epoch++) {
    const rng = rngOf(seed * 1_000_003 + epoch);
    let step = epoch * stepsPerEpoch;
    for (const batch of batches(rng)) {
      const current = trainer.step(batch, step / steps, rng);
      if (!Number.isFinite(current))
        throw new Error(`the loss is no number at step ${step}; try a lower learning rate`);
      loss = Number.isNaN(loss) ? current : 0.98 * loss + 0.02 * current;
      step++;
      if (step % 10 === 0 || step === steps) {
        onProgress?.({ epoch, step, steps, loss });
        await new Promise(setImmediate); // let a progress bar draw and Ctrl-C arrive
      }
    }
    await checkpoint?.save(trainer.optimizer, epoch + 1);
  }
}
