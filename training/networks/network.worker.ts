import { workerData } from 'piscina';
import { startBackend, type AcousticBackend } from '../../src/audio/acoustic.model.js';
import type { NetworkRecipe } from './recipes.js';
import { trainNetwork, type TrainingData } from './train-network.js';

export interface NetworkWorkerData {
  readonly data: TrainingData;
  readonly backend: AcousticBackend;
  readonly checkpoints?: string | undefined;
}

export interface NetworkTask {
  readonly recipe: NetworkRecipe;
  /** Shared with whoever waits: steps done, steps in all, epoch, loss. */
  readonly progress: Float64Array<SharedArrayBuffer>;
}

const { data, backend, checkpoints } = workerData as NetworkWorkerData;
const started = startBackend(backend);
// A backend that does not start is reported by every task that needs it.
started.catch(() => undefined);

/** Trains one network. */
export default async function train({ recipe, progress }: NetworkTask): Promise<Float32Array[]> {
  await started;
  return trainNetwork(recipe, data, {
    checkpoints,
    onProgress: ({ epoch, step, steps, loss }) => {
      progress.set([step, steps, epoch, loss]);
    },
  });
}
