import * as tf from '@tensorflow/tfjs';
import {
  FOLD,
  networkShapes,
  VIEWS,
  weightAt,
  type AttentionShape,
  type CnnShape,
  type DenseShape,
  type NetworkShape,
  type PictureShape,
  type View,
} from './acoustic-format.js';
import { MEL_BANDS } from './features.js';
import { fold, FRAMES_PER_STEP, stepsOf } from './picture.js';

/** What one utterance looks like to the networks. */
export interface NetworkInput {
  /** Standardised; the same in both views as long as nothing is known of the speaker. */
  readonly functionals: Readonly<Record<View, Float32Array>>;
  /** Relative to the usual spectrum; frames × MEL_BANDS */
  readonly picture: Float32Array;
}

interface Network<Shape = NetworkShape> {
  readonly shape: Shape;
  readonly tensors: readonly tf.Tensor[];
}

/**
 * The weights of some networks on the backend. Together they say the sum of their outputs, each network's times its weight, which depends
 * on how many utterances of the speaker were heard before.
 */
export class AcousticNetworks {
  private readonly networks: readonly Network[];
  private readonly dense: readonly Network<DenseShape>[];
  private readonly looking: readonly Network<PictureShape>[];

  constructor(
    shapes: readonly NetworkShape[],
    weights: readonly (readonly Float32Array[])[],
    private readonly outputs: number,
  ) {
    this.networks = shapes.map((shape, i) => {
      const sizes = networkShapes(shape, MEL_BANDS, outputs);
      return { shape, tensors: sizes.map((size, k) => tf.tensor(weights[i]?.[k] ?? new Float32Array(), size)) };
    });
    this.dense = this.networks.filter((n): n is Network<DenseShape> => n.shape.kind === 'dense');
    this.looking = this.networks.filter((n): n is Network<PictureShape> => n.shape.kind !== 'dense');
  }

  /** What everything says together of one utterance. */
  read(input: NetworkInput, utterances: number): Float32Array {
    return this.weighed(this.networks, this.readEach(input, utterances), utterances);
  }

  /**
   * Outputs of each network for one utterance, in the order of the shapes, not weighed.
   * @param utterances when given, what counts nothing then is left out: no outputs
   */
  readEach({ functionals, picture }: NetworkInput, utterances?: number): Float32Array[] {
    const dense = this.dense.map(({ shape, tensors }) =>
      valuesOf(() => stack(tf.tensor2d(functionals[shape.view], [1, functionals[shape.view].length]), tensors)),
    );
    const seen = this.lookAt(picture, utterances);
    return this.networks.map((n) => (n.shape.kind === 'dense' ? dense : seen).shift() ?? new Float32Array());
  }

  /**
   * Outputs of each network that looks at the picture, not weighed.
   * @param utterances when given, what counts nothing then is left out: no outputs
   */
  lookAt(picture: Float32Array, utterances?: number): Float32Array[] {
    const steps = stepsOf(picture.length / MEL_BANDS);
    const folded = new Float32Array(steps * FRAMES_PER_STEP * MEL_BANDS);
    fold(picture, steps, folded);
    return this.looking.map(({ shape, tensors }) =>
      utterances !== undefined && weightAt(shape.weight, utterances) === 0
        ? new Float32Array()
        : valuesOf(() => look(tf.tensor2d(folded, [2 * steps, FOLD * MEL_BANDS]), shape, tensors)),
    );
  }

  /** What the networks that look at the picture say together; zeros when there are none. */
  sumOfLooks(looks: readonly Float32Array[], utterances: number): Float32Array {
    return this.weighed(this.looking, looks, utterances);
  }

  /**
   * What the dense networks say together when only some parts of the input are there, one row for each row of `games`. The first layer is
   * linear, so its part is done once per part and summed by game.
   * @param parts inputs that sum to the whole input, in either view @param games membership, games × parts
   */
  readGames(
    parts: Readonly<Record<View, readonly Float32Array[]>>,
    games: tf.Tensor2D,
    utterances: number,
  ): Float32Array[] {
    const counting = this.dense.filter(({ shape }) => weightAt(shape.weight, utterances) > 0);
    const values = valuesOf(() => {
      const zero = tf.zeros<tf.Rank.R2>([games.shape[0], this.outputs]);
      const sums = VIEWS.flatMap((view) => {
        const own = counting.filter(({ shape }) => shape.view === view);
        if (own.length === 0) return [];
        const inputs = stacked(parts[view]);
        return own.map(({ shape, tensors }) =>
          stack(inputs, tensors, games).mul<tf.Tensor2D>(weightAt(shape.weight, utterances)),
        );
      });
      return tf.addN([zero, ...sums]);
    });
    return Array.from({ length: games.shape[0] }, (_, i) => values.slice(i * this.outputs, (i + 1) * this.outputs));
  }

  release(): void {
    for (const { tensors } of this.networks) tf.dispose([...tensors]);
  }

  private weighed(networks: readonly Network[], each: readonly Float32Array[], utterances: number): Float32Array {
    const sum = new Float32Array(this.outputs);
    for (const [i, { shape }] of networks.entries()) {
      const weight = weightAt(shape.weight, utterances);
      for (let o = 0; o < sum.length; o++) sum[o] = (sum[o] ?? 0) + weight * (each[i]?.[o] ?? 0);
    }
    return sum;
  }
}

/** The values of what is computed, and nothing else remains. */
function valuesOf(compute: () => tf.Tensor): Float32Array {
  const result = tf.tidy(compute);
  const values = result.dataSync<'float32'>();
  result.dispose();
  return values;
}

/** rows.length × width */
function stacked(rows: readonly Float32Array[]): tf.Tensor2D {
  const width = rows[0]?.length ?? 0;
  const flat = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    flat.set(row, i * width);
  });
  return tf.tensor2d(flat, [rows.length, width]);
}

/**
 * Dense layers, kernel and bias in turn, ReLU between them.
 * @param games when given, the inputs are parts, and each row sums those of one game
 */
function stack(inputs: tf.Tensor2D, tensors: readonly tf.Tensor[], games?: tf.Tensor2D): tf.Tensor2D {
  let x = inputs;
  for (let layer = 0; layer < tensors.length; layer += 2) {
    const [kernel, bias] = [tensors[layer] as tf.Tensor2D, tensors[layer + 1] as tf.Tensor1D];
    const activation = layer + 2 < tensors.length ? 'relu' : 'linear';
    // The first layer is linear in the parts.
    const [a, b] = layer === 0 && games ? [games, tf.matMul(x, kernel)] : [x, kernel];
    x = tf.fused.matMul({ a, b, bias, activation }) as tf.Tensor2D;
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
  // A mean over time as a product: the wasm backend would turn the whole track around for `mean`.
  const even = tf.fill<tf.Rank.R2>([1, track.shape[0]], 1 / track.shape[0]);
  const mean = tf.matMul(even, track);
  const deviation = tf.matMul(even, track.sub<tf.Tensor2D>(mean).square()).add(1e-5).sqrt();
  const pooled = tf.concat([tf.matMul(attention, track).flatten(), mean.flatten(), deviation.flatten()]);
  return layers.dense(layers.dense(pooled.reshape([1, -1]), 'relu'), 'linear');
}

/** Batch normalisation has been folded into kernels and biases. */
function convolve(input: tf.Tensor2D, shape: CnnShape, { conv, dense }: Layers): tf.Tensor2D {
  const rows = MEL_BANDS / FOLD;
  const steps = input.shape[0] / 2;
  const edges = conv(input.reshape([1, 2 * steps, rows, FOLD * FOLD]));
  const halved = tf.avgPool(edges, [2, 1], [2, 1], 'valid');
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
