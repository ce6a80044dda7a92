import * as tf from '@tensorflow/tfjs';
import { dropout, foldedAfter, normalised, product } from './layers.js';
import { Optimizer, parameter, type OptimizerConfig, type RunningMoments } from './optimizer.js';
import { normal, rngOf, type Rng } from '../common/rng.js';
import { lossOf } from './targets.js';

/** Everything that shapes one dense network but its data. */
export interface DenseConfig extends OptimizerConfig {
  /** Empty: multinomial logistic regression. */
  readonly hidden: readonly number[];
  readonly inputDropout: number;
  readonly hiddenDropout: number;
  /** Standard deviation of the Gaussian noise added to standardised inputs. */
  readonly noise: number;
}

export interface RowBatch {
  readonly size: number;
  /** size × inputs, standardised. */
  readonly rows: Float32Array;
  /** size × outputs, see `targetOf`. */
  readonly targets: Float32Array;
}

/**
 * input → dropout → [dense → batch norm → ReLU → dropout]* → dense. What is kept are the averaged weights with batch normalisation
 * folded in, so the network that serves is plain dense layers.
 */
export class DenseTrainer {
  readonly optimizer: Optimizer;
  /** Widths of input, hidden layers and outputs. */
  readonly widths: readonly number[];

  constructor(
    inputs: number,
    private readonly config: DenseConfig,
    outputs: number,
    private readonly labels: number,
    rng: Rng,
  ) {
    this.widths = [inputs, ...config.hidden, outputs];
    const parameters = config.hidden.flatMap((width, layer) => [
      kernel(this.widths[layer] ?? 0, width, rng),
      parameter([width], false, () => 1),
      parameter([width], false, () => 0),
    ]);
    const last = [kernel(this.widths.at(-2) ?? 0, outputs, rng), parameter([outputs], false, () => 0)];
    const running = config.hidden.map((width): RunningMoments => ({
      mean: new Float32Array(width),
      variance: new Float32Array(width).fill(1),
    }));
    this.optimizer = new Optimizer([...parameters, ...last], running, config);
  }

  /** One step at `done` (0..1) of the training; returns the loss. */
  step({ size, rows, targets }: RowBatch, done: number, rng: Rng): number {
    const inputs = this.widths[0] ?? 0;
    const { noise, inputDropout, hiddenDropout } = this.config;
    const noisy = noise > 0 ? rows.map((x) => x + noise * (NORMALS[(rng() * NORMALS.length) | 0] ?? 0)) : rows;
    // Made out here: what is made while gradients are recorded is gone before the first layer's gradient wants it.
    const x = tf.tidy(() =>
      tf.tensor2d(noisy, [size, inputs]).mul<tf.Tensor2D>(dropout([size, inputs], inputDropout, rng)),
    );
    const loss = this.optimizer.step(done, (parameters, moments) => {
      let next = 0;
      const take = (): tf.Tensor => parameters[next++] ?? tf.scalar(0);
      let h = x;
      for (const [layer, width] of this.config.hidden.entries()) {
        const z = product(h, take() as tf.Tensor2D, layer === 0);
        h = normalised(z, take(), take(), moments)
          .relu()
          .mul<tf.Tensor2D>(dropout([size, width], hiddenDropout, rng));
      }
      const outputs = product(h, take() as tf.Tensor2D, this.config.hidden.length === 0).add<tf.Tensor2D>(take());
      return lossOf(outputs, targets, this.labels);
    });
    x.dispose();
    return loss;
  }

  /** The averaged tensors as they serve: kernel and bias of each layer in turn. */
  folded(): Float32Array[] {
    const { parameters, running } = this.optimizer;
    const values = parameters.map((p) => p.averaged.slice());
    const at = (i: number): Float32Array => values[i] ?? new Float32Array();
    const hidden = running.flatMap((moments, layer) =>
      foldedAfter(at(3 * layer), undefined, { scale: at(3 * layer + 1), shift: at(3 * layer + 2), ...moments }),
    );
    return [...hidden, at(3 * running.length), at(3 * running.length + 1)];
  }
}

function kernel(from: number, to: number, rng: Rng): ReturnType<typeof parameter> {
  const bound = Math.sqrt(1 / from);
  return parameter([from, to], true, () => (2 * rng() - 1) * bound);
}

/** A fixed table of normal draws: two table look-ups cost less than one logarithm, and the noise need not be finer. */
const NORMALS = new Float32Array(65_536);
{
  const rng = rngOf(1);
  for (let i = 0; i < NORMALS.length; i++) NORMALS[i] = normal(rng);
}
