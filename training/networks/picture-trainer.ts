import * as tf from '@tensorflow/tfjs';
import { networkShapes, type PictureShape } from '../../src/audio/acoustic-format.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { dropout, foldedAfter, normalised, type Layers } from './layers.js';
import { Optimizer, parameter, type OptimizerConfig, type Parameter, type RunningMoments } from './optimizer.js';
import type { PictureBatch } from './pictures.js';
import { foldIntoHidden, pooledOutputs, pooledWidth, type PoolingConfig } from './pooling.js';
import type { Rng } from '../common/rng.js';
import { lossOf } from './targets.js';

/** A network that looks at the picture, up to its pooling. */
export interface PictureNetwork {
  readonly shape: PictureShape;
  readonly config: OptimizerConfig & PoolingConfig;
  /** Widths of its first layers, those that batch normalisation stands behind. */
  readonly normalised: readonly number[];
  /** How it wants a batch of pictures. */
  inputShape(size: number, steps: number): number[];
  /** size·steps × channels */
  track(input: tf.Tensor, batch: PictureBatch, layers: Layers): tf.Tensor2D;
}

/**
 * A network of `AcousticNetworks` as it is trained: with batch normalisation and dropout, on batches that are padded to one length. The
 * tensors are those of `networkShapes` without the biases that normalisation makes idle, followed by scale and shift of each normalisation.
 */
export class PictureTrainer {
  readonly optimizer: Optimizer;
  /** Tensors of `networkShapes` that are learnt, by index; the others are biases before a normalisation. */
  private readonly learnt: readonly number[];

  constructor(
    private readonly network: PictureNetwork,
    outputs: number,
    private readonly labels: number,
    rng: Rng,
  ) {
    const shapes = networkShapes(network.shape, MEL_BANDS, outputs);
    this.learnt = [...shapes.keys()].filter((i) => i % 2 === 0 || i / 2 >= network.normalised.length);
    const kernels = this.learnt.map((i): Parameter => {
      const shape = shapes[i] ?? [];
      const isKernel = shape.length > 1;
      const bound = Math.sqrt(isKernel ? 3 / shape.slice(0, -1).reduce((a, b) => a * b, 1) : 0);
      return parameter(shape, isKernel, () => (2 * rng() - 1) * bound);
    });
    const widths = [...network.normalised, pooledWidth(network.config)];
    const norms = widths.flatMap((width) => [parameter([width], false, () => 1), parameter([width], false, () => 0)]);
    const running = widths.map((width): RunningMoments => ({
      mean: new Float32Array(width),
      variance: new Float32Array(width).fill(1),
    }));
    this.optimizer = new Optimizer([...kernels, ...norms], running, network.config);
  }

  /** One step at `done` (0..1) of the training; returns the loss. */
  step(batch: PictureBatch, done: number, rng: Rng): number {
    // Made out here: what `forward` makes is gone before the first kernel's gradient wants its input.
    const input = this.inputOf(batch);
    const loss = this.optimizer.step(done, (parameters, moments) =>
      lossOf(this.forward(input, batch, parameters, moments, rng), batch.targets, this.labels),
    );
    input.dispose();
    return loss;
  }

  /** What it says of a batch, dropout included: size × outputs. */
  outputsOf(batch: PictureBatch, rng: Rng): Float32Array {
    const moments: tf.Tensor[] = [];
    const outputs = tf.tidy(() => {
      const parameters = this.optimizer.parameters.map((p) => tf.tensor(p.values, p.shape));
      return this.forward(this.inputOf(batch), batch, parameters, moments, rng);
    });
    const values = outputs.dataSync<'float32'>();
    tf.dispose([outputs, ...moments]);
    return values;
  }

  /** The averaged tensors as they serve: in the order of `networkShapes`, normalisation folded in. */
  folded(): Float32Array[] {
    const { parameters, running } = this.optimizer;
    const values = parameters.map((p) => p.averaged);
    const norm = (layer: number) => ({
      scale: values[this.learnt.length + 2 * layer] ?? new Float32Array(),
      shift: values[this.learnt.length + 2 * layer + 1] ?? new Float32Array(),
      mean: running[layer]?.mean ?? new Float32Array(),
      variance: running[layer]?.variance ?? new Float32Array(),
    });
    const tensors: Float32Array[] = [];
    for (const [k, index] of this.learnt.entries()) tensors[index] = (values[k] ?? new Float32Array()).slice();
    const layers = this.network.normalised.length;
    for (let layer = 0; layer < layers; layer++) {
      const [kernel, bias] = foldedAfter(tensors[2 * layer] ?? new Float32Array(), undefined, norm(layer));
      [tensors[2 * layer], tensors[2 * layer + 1]] = [kernel, bias];
    }
    foldIntoHidden(tensors, norm(layers));
    return tensors;
  }

  private inputOf({ size, steps, pictures }: PictureBatch): tf.Tensor {
    return tf.tensor(pictures, this.network.inputShape(size, steps));
  }

  /** size × outputs */
  private forward(
    input: tf.Tensor,
    batch: PictureBatch,
    parameters: tf.Tensor[],
    moments: tf.Tensor[],
    rng: Rng,
  ): tf.Tensor2D {
    let next = 0;
    let norm = this.learnt.length;
    const layers: Layers = {
      take: () => parameters[next++] ?? tf.scalar(0),
      norms: (x) => normalised(x, parameters[norm++] ?? tf.scalar(1), parameters[norm++] ?? tf.scalar(0), moments),
      drop: (x, shape, rate) => x.mul(dropout(shape, rate, rng)),
    };
    return pooledOutputs(this.network.track(input, batch, layers), batch, this.network.config, layers);
  }
}
