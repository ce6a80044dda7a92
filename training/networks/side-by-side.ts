import type { AcousticBackend } from '../../src/audio/acoustic.model.js';
import { WorkerPool } from '../../src/common/worker-pool.js';
import { workerUrl } from '../../src/common/worker-url.js';
import type { NetworkTask, NetworkWorkerData } from './network.worker.js';
import { progressBars } from '../common/progress.js';
import type { NetworkRecipe } from './recipes.js';
import { fixed } from '../common/report.js';
import type { TrainingData } from './train-network.js';

export interface SideBySideOptions {
  readonly threads: number;
  readonly backend: AcousticBackend;
  readonly checkpoints?: string | undefined;
}

const PROGRESS_MS = 500;

/**
 * Trains networks, as many at a time as there are threads, each as if it were alone: how many does not change what comes out. Threads
 * share the clips' features as far as these lie in shared memory.
 * @returns the tensors of each, in the order of the recipes
 */
export async function trainSideBySide(
  recipes: readonly NetworkRecipe[],
  data: TrainingData,
  { threads, backend, checkpoints }: SideBySideOptions,
): Promise<Float32Array[][]> {
  const pool = new WorkerPool<NetworkTask, Float32Array[]>({
    worker: workerUrl(import.meta.url, './network.worker.js'),
    threads: Math.min(threads, recipes.length),
    data: { data, backend, checkpoints } satisfies NetworkWorkerData,
    maxQueue: Infinity,
  });
  const bars = progressBars();
  const train = async (recipe: NetworkRecipe, i: number): Promise<Float32Array[]> => {
    const progress = new Float64Array(new SharedArrayBuffer(4 * Float64Array.BYTES_PER_ELEMENT));
    const bar = bars.add(`${recipe.kind} network ${i + 1} of ${recipes.length}`);
    const timer = setInterval(() => {
      const [step = 0, steps = 0, epoch = 0, loss = 0] = progress;
      if (steps > 0) bar.update(step, steps, `epoch ${epoch + 1}, loss ${fixed(loss)}`);
    }, PROGRESS_MS);
    try {
      return await pool.run({ recipe, progress });
    } finally {
      clearInterval(timer);
      bar.stop();
    }
  };
  const trained: Promise<Float32Array[]>[] = [];
  // Those that look take longest: begun last, they would keep one thread busy long after the others are done.
  const order = [...recipes.entries()].sort(([, a], [, b]) => Number(a.kind === 'dense') - Number(b.kind === 'dense'));
  for (const [i, recipe] of order) trained[i] = train(recipe, i);
  try {
    return await Promise.all(trained);
  } finally {
    bars.stop();
    await pool.close();
  }
}
