import * as tf from '@tensorflow/tfjs';
import { FOLD, networkShapes, type CnnShape } from '../src/audio/acoustic-format.js';
import { MEL_BANDS } from '../src/audio/features.js';
import { convolution, dropout, foldedAfter, normalised, product } from './layers.js';
import { Optimizer, parameter, type OptimizerConfig, type Parameter, type RunningMoments } from './optimizer.js';
import type { Rng } from './rng.js';
import { lossOf } from './targets.js';

/** Everything that shapes a convolutional network but its data. */
export interface CnnConfig extends OptimizerConfig, Omit<CnnShape, 'kind' | 'weight'> {
  /** Share of the channels that are dropped after each convolution over time; of the pooled statistics; of the hidden units. */
  readonly channelDropout: number;
  readonly pooledDropout: number;
  readonly hiddenDropout: number;
}

/** Pictures of one length, folded (see `fold`), with the share of each that is sound. */
export interface PictureBatch {
  readonly size: number;
  readonly steps: number;
  /** size × 2·steps × rows × 4 */
  readonly pictures: Float32Array;
  /** size × steps: 1 where there is sound, 0 where the picture was padded. */
  readonly mask: Float32Array;
  /** size × outputs, see `targetOf`. */
  readonly targets: Float32Array;
}

/** Keeps the root of the deviation differentiable where a channel is constant. */
const EPS_DEVIATION = 1e-5;

/** Layers that batch normalisation stands behind, in order: both convolutions, the projection, one per dilation, the pooling. */
function normalisedWidths({ front, middle, channels, dilations, heads }: CnnConfig): number[] {
  return [front, middle, channels, ...dilations.map(() => channels), (heads + 2) * channels];
}

/**
 * The network of `AcousticNetworks` as it is trained: with batch normalisation and dropout, on batches that are padded to one length. The
 * tensors are those of `networkShapes` without the biases that normalisation makes idle, followed by scale and shift of each normalisation.
 */
export class CnnTrainer {
  readonly optimizer: Optimizer;
  /** Tensors of `networkShapes` that are learnt, by index; the others are biases before a normalisation. */
  private readonly learnt: readonly number[];

  constructor(
    private readonly config: CnnConfig,
    outputs: number,
    private readonly labels: number,
    rng: Rng,
  ) {
    const { front, middle, channels, dilations, heads, scorer, hidden } = config;
    const shape: CnnShape = { kind: 'cnn', weight: 1, front, middle, channels, dilations, heads, scorer, hidden };
    const shapes = networkShapes(shape, MEL_BANDS, outputs);
    const normalisedLayers = 3 + dilations.length;
    this.learnt = [...shapes.keys()].filter((i) => i % 2 === 0 || i / 2 >= normalisedLayers);
    const kernels = this.learnt.map((i): Parameter => {
      const shape = shapes[i] ?? [];
      const isKernel = shape.length > 1;
      const bound = Math.sqrt(isKernel ? 3 / shape.slice(0, -1).reduce((a, b) => a * b, 1) : 0);
      return parameter(shape, isKernel, () => (2 * rng() - 1) * bound);
    });
    const widths = normalisedWidths(config);
    const norms = widths.flatMap((width) => [parameter([width], false, () => 1), parameter([width], false, () => 0)]);
    const running = widths.map((width): RunningMoments => ({
      mean: new Float32Array(width),
      variance: new Float32Array(width).fill(1),
    }));
    this.optimizer = new Optimizer([...kernels, ...norms], running, config);
  }

  /** One step at `done` (0..1) of the training; returns the loss. */
  step(batch: PictureBatch, done: number, rng: Rng): number {
    const { size, steps, pictures } = batch;
    // Made out here: what `forward` makes is gone before the first filter's gradient wants its input.
    const input = tf.tensor4d(pictures, [size, 2 * steps, MEL_BANDS / FOLD, FOLD * FOLD]);
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
      const { size, steps, pictures } = batch;
      const input = tf.tensor4d(pictures, [size, 2 * steps, MEL_BANDS / FOLD, FOLD * FOLD]);
      const parameters = this.optimizer.parameters.map((p) => tf.tensor(p.values, p.shape));
      return this.forward(input, batch, parameters, moments, rng);
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
    const layers = normalisedWidths(this.config).length - 1;
    for (let layer = 0; layer < layers; layer++) {
      const [kernel, bias] = foldedAfter(tensors[2 * layer] ?? new Float32Array(), undefined, norm(layer));
      [tensors[2 * layer], tensors[2 * layer + 1]] = [kernel, bias];
    }
    // The pooled statistics are normalised before the hidden layer: there it goes into the rows of the kernel.
    const hiddenAt = 2 * layers + 4;
    const [pooled, kernel, bias] = [norm(layers), tensors[hiddenAt], tensors[hiddenAt + 1]];
    if (!kernel || !bias) throw new Error('the network has no hidden layer');
    const width = bias.length;
    const one = foldedAfter(
      Float32Array.from(pooled.scale, () => 1),
      undefined,
      pooled,
    );
    for (let i = 0; i < one[0].length; i++) {
      for (let o = 0; o < width; o++) {
        const at = i * width + o;
        bias[o] = (bias[o] ?? 0) + (one[1][i] ?? 0) * (kernel[at] ?? 0);
        kernel[at] = (kernel[at] ?? 0) * (one[0][i] ?? 0);
      }
    }
    return tensors;
  }

  /** size × outputs */
  private forward(
    input: tf.Tensor4D,
    batch: PictureBatch,
    parameters: tf.Tensor[],
    moments: tf.Tensor[],
    rng: Rng,
  ): tf.Tensor2D {
    const { size, steps } = batch;
    const { front, middle, channels, dilations, heads } = this.config;
    const rows = MEL_BANDS / FOLD;
    let next = 0;
    let norm = this.learnt.length;
    const take = (): tf.Tensor => parameters[next++] ?? tf.scalar(0);
    const norms = (x: tf.Tensor2D): tf.Tensor2D =>
      normalised(x, parameters[norm++] ?? tf.scalar(1), parameters[norm++] ?? tf.scalar(0), moments);
    const drop = (x: tf.Tensor, shape: number[], rate: number): tf.Tensor => x.mul(dropout(shape, rate, rng));

    const edges = norms(convolution(input, take() as tf.Tensor4D, 1, true).reshape([-1, front])).relu();
    const pairs = edges.reshape([size * steps, 2, rows * front]);
    const first = pairs.slice([0, 0, 0], [-1, 1, -1]);
    const halved = first.add(pairs.slice([0, 1, 0], [-1, 1, -1])).mul(0.5);
    const folded = halved.reshape<tf.Tensor4D>([size, steps, rows / FOLD, FOLD * front]);
    const shapes = norms(convolution(folded, take() as tf.Tensor4D).reshape([-1, middle])).relu();
    const flat = shapes.reshape<tf.Tensor2D>([size * steps, (rows / FOLD) * middle]);
    let track: tf.Tensor2D = norms(product(flat, take() as tf.Tensor2D)).relu();
    for (const dilation of dilations) {
      const kernel = take() as tf.Tensor4D;
      const seen = convolution(track.reshape([size, steps, 1, channels]), kernel, dilation);
      const heard = norms(seen.reshape([-1, channels]))
        .relu()
        .reshape([size, steps, channels]);
      track = track.add<tf.Tensor2D>(
        drop(heard, [size, 1, channels], this.config.channelDropout).reshape([-1, channels]),
      );
    }

    const mask = tf.tensor3d(batch.mask, [size, steps, 1]);
    const judged = product(track as tf.Tensor2D, take() as tf.Tensor2D)
      .add<tf.Tensor2D>(take())
      .tanh();
    const scored = product(judged as tf.Tensor2D, take() as tf.Tensor2D).add(take());
    const scores = scored.reshape([size, steps, heads]).add(mask.sub(1).mul(1e4));
    const attention = scores.transpose([0, 2, 1]).softmax().transpose([0, 2, 1]);
    const overTime = track.reshape<tf.Tensor3D>([size, steps, channels]);
    const attended = Array.from({ length: heads }, (_, head) =>
      overTime.mul(attention.slice([0, 0, head], [-1, -1, 1])).sum<tf.Tensor2D>(1),
    );
    const count = mask.sum<tf.Tensor2D>(1);
    const mean = overTime.mul(mask).sum(1).div<tf.Tensor2D>(count);
    const centred = overTime.sub(mean.reshape([size, 1, channels])).mul(mask);
    const deviation = centred.square().sum(1).div(count).add<tf.Tensor2D>(EPS_DEVIATION).sqrt();
    const pooled = norms(tf.concat([...attended, mean, deviation], 1));
    const width = (heads + 2) * channels;
    const thinned = drop(pooled, [size, width], this.config.pooledDropout) as tf.Tensor2D;
    const hidden = tf.add<tf.Tensor2D>(product(thinned, take() as tf.Tensor2D), take()).relu();
    const kept = drop(hidden, [size, this.config.hidden], this.config.hiddenDropout) as tf.Tensor2D;
    return product(kept, take() as tf.Tensor2D).add<tf.Tensor2D>(take());
  }
}
