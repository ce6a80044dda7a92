import * as tf from '@tensorflow/tfjs';
import { FOLD, networkShapes, type CnnShape, type DenseShape, type NetworkShape } from './acoustic-format.js';
import { MEL_BANDS } from './features.js';
import { fold, FRAMES_PER_STEP, stepsOf } from './picture.js';

/** What one utterance looks like to the networks: standardised functionals and the picture relative to the usual spectrum. */
export interface NetworkInput {
  readonly functionals: Float32Array;
  /** frames × MEL_BANDS */
  readonly picture: Float32Array;
}

/** The weights of some networks on the backend. Their outputs are summed, each network's times its weight. */
export class AcousticNetworks {
  private readonly dense: { shape: DenseShape; tensors: tf.Tensor[] }[] = [];
  private readonly cnn: { shape: CnnShape; tensors: tf.Tensor[] }[] = [];

  constructor(
    shapes: readonly NetworkShape[],
    weights: readonly (readonly Float32Array[])[],
    private readonly outputs: number,
  ) {
    for (const [i, shape] of shapes.entries()) {
      const sizes = networkShapes(shape, MEL_BANDS, outputs);
      const tensors = sizes.map((size, k) => tf.tensor(weights[i]?.[k] ?? new Float32Array(), size));
      if (shape.kind === 'dense') this.dense.push({ shape, tensors });
      else this.cnn.push({ shape, tensors });
    }
  }

  /** Outputs of everything for one utterance. */
  read({ functionals, picture }: NetworkInput): Float32Array {
    const [row] = this.readFunctionals([functionals]);
    return this.readPicture(picture).map((z, i) => z + (row?.[i] ?? 0));
  }

  /** Outputs of the dense networks, one row for each row; zeros when there are none. */
  readFunctionals(rows: readonly Float32Array[]): Float32Array[] {
    return this.denseOutputs(rows, (inputs, kernel) => tf.matMul(inputs, kernel));
  }

  /**
   * Outputs of the dense networks when only some parts of the input are there, one row for each row of `games`. The first layer is
   * linear, so its part is done once per part and summed by game.
   * @param parts inputs that sum to the whole input @param games membership, games × parts
   */
  readGames(parts: readonly Float32Array[], games: tf.Tensor2D): Float32Array[] {
    return this.denseOutputs(parts, (inputs, kernel) => tf.matMul(games, tf.matMul(inputs, kernel)), games.shape[0]);
  }

  /** Outputs of the networks that look at the picture; zeros when there is none. */
  readPicture(picture: Float32Array): Float32Array {
    if (this.cnn.length === 0) return new Float32Array(this.outputs);
    const steps = stepsOf(picture.length / MEL_BANDS);
    const folded = new Float32Array(steps * FRAMES_PER_STEP * MEL_BANDS);
    fold(picture, steps, folded);
    const sum = tf.tidy(() => {
      const shape: [number, number, number, number] = [1, 2 * steps, MEL_BANDS / FOLD, FOLD * FOLD];
      const input = tf.tensor4d(folded, shape);
      return tf.addN(this.cnn.map(({ shape, tensors }) => convolve(input, shape, tensors).mul(shape.weight)));
    });
    const values = sum.dataSync<'float32'>();
    sum.dispose();
    return values;
  }

  release(): void {
    tf.dispose([...this.dense, ...this.cnn].map(({ tensors }) => tensors));
  }

  private denseOutputs(
    rows: readonly Float32Array[],
    first: (inputs: tf.Tensor2D, kernel: tf.Tensor2D) => tf.Tensor2D,
    games = rows.length,
  ): Float32Array[] {
    const width = rows[0]?.length ?? 0;
    const flat = new Float32Array(rows.length * width);
    rows.forEach((row, i) => {
      flat.set(row, i * width);
    });
    const sum = tf.tidy(() => {
      const inputs = tf.tensor2d(flat, [rows.length, width]);
      const zero = tf.zeros<tf.Rank.R2>([games, this.outputs]);
      return tf.addN([
        zero,
        ...this.dense.map(({ shape, tensors }) => stack(inputs, tensors, first).mul(shape.weight)),
      ]);
    });
    const values = sum.dataSync<'float32'>();
    sum.dispose();
    return Array.from({ length: values.length / this.outputs }, (_, i) =>
      values.slice(i * this.outputs, (i + 1) * this.outputs),
    );
  }
}

/** Dense layers, kernel and bias in turn, ReLU between them. */
function stack(
  inputs: tf.Tensor2D,
  tensors: readonly tf.Tensor[],
  first: (inputs: tf.Tensor2D, kernel: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  let x = inputs;
  for (let layer = 0; 2 * layer < tensors.length; layer++) {
    const [kernel, bias] = [tensors[2 * layer] as tf.Tensor2D, tensors[2 * layer + 1] as tf.Tensor1D];
    x = tf.add<tf.Tensor2D>(layer === 0 ? first(x, kernel) : tf.matMul(x.relu(), kernel), bias);
  }
  return x;
}

/** One utterance, 1 × 2·steps × rows × 4, to 1 × outputs. Batch normalisation has been folded into kernels and biases. */
function convolve(input: tf.Tensor4D, shape: CnnShape, tensors: readonly tf.Tensor[]): tf.Tensor2D {
  let next = 0;
  const take = (): tf.Tensor => tensors[next++] ?? tf.scalar(0);
  const conv = (x: tf.Tensor4D, dilation = 1): tf.Tensor4D =>
    tf.fused.conv2d({
      x,
      filter: take() as tf.Tensor4D,
      strides: 1,
      pad: 'same',
      dilations: [dilation, 1],
      bias: take(),
      activation: 'relu',
    });
  const dense = (a: tf.Tensor2D, activation: 'relu' | 'linear'): tf.Tensor2D =>
    tf.fused.matMul({ a, b: take(), bias: take(), activation }) as tf.Tensor2D;
  const rows = MEL_BANDS / FOLD;
  const steps = input.shape[1] / 2;

  const edges = conv(input);
  const halved = edges.reshape([steps, 2, rows * shape.front]).mean<tf.Tensor2D>(1);
  const shapes = conv(halved.reshape([1, steps, rows / FOLD, FOLD * shape.front]));
  let track = dense(shapes.reshape([steps, (rows / FOLD) * shape.middle]), 'relu').reshape<tf.Tensor4D>([
    1,
    steps,
    1,
    shape.channels,
  ]);
  for (const dilation of shape.dilations) track = track.add(conv(track, dilation));

  const overTime = track.reshape<tf.Tensor2D>([steps, shape.channels]);
  const attention = dense(dense(overTime, 'linear').tanh(), 'linear').transpose<tf.Tensor2D>().softmax();
  const mean = overTime.mean(0);
  const deviation = overTime.sub(mean).square().mean(0).add(1e-5).sqrt();
  const pooled = tf.concat([tf.matMul(attention, overTime).flatten(), mean.flatten(), deviation.flatten()]);
  return dense(dense(pooled.reshape([1, -1]), 'relu'), 'linear');
}
