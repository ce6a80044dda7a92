import * as tf from '@tensorflow/tfjs';
import {
  FOLD,
  networkShapes,
  type AttentionShape,
  type CnnShape,
  type DenseShape,
  type NetworkShape,
  type PictureShape,
} from './acoustic-format.js';
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
  private readonly looking: { shape: PictureShape; tensors: tf.Tensor[] }[] = [];

  constructor(
    shapes: readonly NetworkShape[],
    weights: readonly (readonly Float32Array[])[],
    private readonly outputs: number,
  ) {
    for (const [i, shape] of shapes.entries()) {
      const sizes = networkShapes(shape, MEL_BANDS, outputs);
      const tensors = sizes.map((size, k) => tf.tensor(weights[i]?.[k] ?? new Float32Array(), size));
      if (shape.kind === 'dense') this.dense.push({ shape, tensors });
      else this.looking.push({ shape, tensors });
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
    if (this.looking.length === 0) return new Float32Array(this.outputs);
    const steps = stepsOf(picture.length / MEL_BANDS);
    const folded = new Float32Array(steps * FRAMES_PER_STEP * MEL_BANDS);
    fold(picture, steps, folded);
    const sum = tf.tidy(() => {
      const input = tf.tensor2d(folded, [2 * steps, FOLD * MEL_BANDS]);
      return tf.addN(this.looking.map(({ shape, tensors }) => look(input, shape, tensors).mul(shape.weight)));
    });
    const values = sum.dataSync<'float32'>();
    sum.dispose();
    return values;
  }

  release(): void {
    tf.dispose([...this.dense, ...this.looking].map(({ tensors }) => tensors));
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

/** The layers of a network: each takes its kernel and its bias from the tensors, in their order. */
interface Layers {
  readonly dense: (x: tf.Tensor2D, activation: 'relu' | 'linear') => tf.Tensor2D;
  readonly conv: (x: tf.Tensor4D, dilation?: number) => tf.Tensor4D;
}

function layersOf(tensors: readonly tf.Tensor[]): Layers {
  let next = 0;
  const take = (): tf.Tensor => tensors[next++] ?? tf.scalar(0);
  return {
    dense: (a, activation) => tf.fused.matMul({ a, b: take(), bias: take(), activation }) as tf.Tensor2D,
    conv: (x, dilation = 1) =>
      tf.fused.conv2d({
        x,
        filter: take() as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        dilations: [dilation, 1],
        bias: take(),
        activation: 'relu',
      }),
  };
}

/** One utterance, folded to 2·steps rows, to 1 × outputs: steps × channels, pooled over time, then a hidden layer. */
function look(input: tf.Tensor2D, shape: PictureShape, tensors: readonly tf.Tensor[]): tf.Tensor2D {
  const layers = layersOf(tensors);
  const track = shape.kind === 'cnn' ? convolve(input, shape, layers) : attend(input, shape, layers);
  const scores = layers.dense(layers.dense(track, 'linear').tanh(), 'linear');
  const attention = scores.transpose<tf.Tensor2D>().softmax();
  const mean = track.mean(0);
  const deviation = track.sub(mean).square().mean(0).add(1e-5).sqrt();
  const pooled = tf.concat([tf.matMul(attention, track).flatten(), mean.flatten(), deviation.flatten()]);
  return layers.dense(layers.dense(pooled.reshape([1, -1]), 'relu'), 'linear');
}

/** Batch normalisation has been folded into kernels and biases. */
function convolve(input: tf.Tensor2D, shape: CnnShape, { conv, dense }: Layers): tf.Tensor2D {
  const rows = MEL_BANDS / FOLD;
  const steps = input.shape[0] / 2;
  const edges = conv(input.reshape([1, 2 * steps, rows, FOLD * FOLD]));
  const halved = edges.reshape([steps, 2, rows * shape.front]).mean<tf.Tensor2D>(1);
  const shapes = conv(halved.reshape([1, steps, rows / FOLD, FOLD * shape.front]));
  let track = dense(shapes.reshape([steps, (rows / FOLD) * shape.middle]), 'relu').reshape<tf.Tensor4D>([
    1,
    steps,
    1,
    shape.channels,
  ]);
  for (const dilation of shape.dilations) track = track.add(conv(track, dilation));
  return track.reshape([steps, shape.channels]);
}

/**
 * Pre-norm residual blocks (Xiong et al. 2020). The convolution in front tells what is before from what is after, so the blocks need no
 * positions.
 */
function attend(input: tf.Tensor2D, shape: AttentionShape, { conv, dense }: Layers): tf.Tensor2D {
  const steps = input.shape[0] / 2;
  const { channels, blockHeads, headWidth } = shape;
  let track = dense(input.reshape([steps, 2 * FOLD * MEL_BANDS]), 'linear');
  const near = conv(levelled(track).reshape([1, steps, 1, channels]));
  track = track.add(near.reshape([steps, channels]));
  for (let block = 0; block < shape.blocks; block++) {
    const mixed = dense(levelled(track), 'linear').reshape([steps, 3 * blockHeads, headWidth]);
    const [queries, keys, values] = tf.split(mixed.transpose([1, 0, 2]), 3) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const attention = tf.matMul(queries.mul<tf.Tensor3D>(headWidth ** -0.5), keys, false, true).softmax();
    const heard = tf.matMul(attention, values).transpose([1, 0, 2]);
    track = track.add(dense(heard.reshape([steps, blockHeads * headWidth]), 'linear'));
    track = track.add(dense(dense(levelled(track), 'relu'), 'linear'));
  }
  return track;
}

/** Each row divided by its root mean square (Zhang & Sennrich 2019); the gain is in the layer behind. */
function levelled(x: tf.Tensor2D): tf.Tensor2D {
  return x.mul(x.square().mean(1, true).add(1e-5).rsqrt());
}
