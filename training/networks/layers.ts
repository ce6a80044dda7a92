import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../common/rng.js';

/**
 * Layers with gradients that the wasm backend is fast at. It has no gradient of a convolution's filter at all, is ten times slower
 * than needed at that of its input, and fifteen times at products of transposed matrices; each is expressed here by what is fast:
 * plain convolutions and plain products.
 */

/** Variance floor of batch normalisation. */
export const EPSILON = 1e-5;

/** What a forward pass draws from. */
export interface Layers {
  /** The next tensor that is learnt, in the order of `networkShapes`. */
  readonly take: () => tf.Tensor;
  /** The next batch normalisation. */
  readonly norms: (x: tf.Tensor2D) => tf.Tensor2D;
  /** Dropout; the mask is of the given shape. */
  readonly drop: (x: tf.Tensor, shape: number[], rate: number) => tf.Tensor;
}

/** x·w. @param constant x is data, not a layer's output, and needs no gradient */
export function product(x: tf.Tensor2D, w: tf.Tensor2D, constant = false): tf.Tensor2D {
  const byWeights = (left: tf.Tensor, dy: tf.Tensor): tf.Tensor => tf.matMul(tf.transpose(left), dy);
  if (constant) {
    const multiply = tf.customGrad((b) => ({
      value: tf.matMul(x, b as tf.Tensor),
      gradFunc: (dy: tf.Tensor) => byWeights(x, dy),
    }));
    return multiply(w) as tf.Tensor2D;
  }
  const multiply = tf.customGrad((a, b, save) => {
    const [left, right] = [a as tf.Tensor, b as tf.Tensor];
    (save as tf.GradSaveFunc)([left, right]);
    return {
      value: tf.matMul(left, right),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before = left, weights = right] = saved;
        return [tf.matMul(dy, tf.transpose(weights)), byWeights(before, dy)];
      },
    };
  });
  return multiply(x, w) as tf.Tensor2D;
}

/**
 * Convolution with stride 1 and padding "same", batch × time × rows × channels, dilated in time. The gradient of the input is a
 * convolution with the kernel turned round; that of the filter is a convolution of the input, channels for batch, with the
 * output's gradient as its filter, whose stride is the dilation.
 * @param constant x is data and needs no gradient
 */
export function convolution(x: tf.Tensor4D, w: tf.Tensor4D, dilation = 1, constant = false): tf.Tensor4D {
  const [height, width] = w.shape;
  const margins = [(dilation * (height - 1)) / 2, (width - 1) / 2] as const;
  const forward = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D => tf.conv2d(a, b, 1, 'same', 'NHWC', [dilation, 1]);
  const byInput = (dy: tf.Tensor4D, weights: tf.Tensor4D): tf.Tensor4D =>
    forward(dy, tf.transpose(tf.reverse(weights, [0, 1]), [0, 1, 3, 2]));
  const byFilter = (input: tf.Tensor4D, dy: tf.Tensor4D): tf.Tensor4D => {
    const [up, left] = margins;
    const padded = tf.pad(input, [
      [0, 0],
      [up, up],
      [left, left],
      [0, 0],
    ]);
    const channelsFirst = tf.transpose<tf.Tensor4D>(padded, [3, 1, 2, 0]);
    const filter = tf.transpose<tf.Tensor4D>(dy, [1, 2, 0, 3]);
    return tf.transpose(tf.conv2d(channelsFirst, filter, [dilation, 1], 'valid'), [1, 2, 0, 3]);
  };
  if (constant) {
    const convolve = tf.customGrad((b) => ({
      value: forward(x, b as tf.Tensor4D),
      gradFunc: (dy: tf.Tensor) => byFilter(x, dy as tf.Tensor4D),
    }));
    return convolve(w) as tf.Tensor4D;
  }
  const convolve = tf.customGrad((a, b, save) => {
    const [input, weights] = [a as tf.Tensor4D, b as tf.Tensor4D];
    (save as tf.GradSaveFunc)([input, weights]);
    return {
      value: forward(input, weights),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, kernel] = saved as [tf.Tensor4D, tf.Tensor4D];
        return [byInput(dy as tf.Tensor4D, kernel), byFilter(before, dy as tf.Tensor4D)];
      },
    };
  });
  return convolve(x, w);
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) of rows × channels. Sums over the rows are products with a row of ones, which is eight
 * times faster here than a reduction. The batch's mean and variance are kept in `moments`.
 */
export function normalised(x: tf.Tensor2D, scale: tf.Tensor, shift: tf.Tensor, moments: tf.Tensor[]): tf.Tensor2D {
  const rows = x.shape[0];
  const normalise = tf.customGrad((input, gain, offset, save) => {
    const [a, g, b] = [input as tf.Tensor2D, gain as tf.Tensor1D, offset as tf.Tensor1D];
    const ones = tf.ones<tf.Rank.R2>([1, rows]);
    const mean = tf.matMul(ones, a).div<tf.Tensor2D>(rows);
    const variance = tf.matMul(ones, a.square()).div(rows).sub<tf.Tensor2D>(mean.square()).relu();
    const inverse = variance.add<tf.Tensor2D>(EPSILON).rsqrt();
    moments.push(tf.keep(mean.flatten()), tf.keep(variance.flatten()));
    const slope = inverse.mul(g);
    (save as tf.GradSaveFunc)([a, mean, inverse, slope]);
    return {
      value: a.mul(slope).add(b.sub(mean.mul(slope))),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [before, m, i, s] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
        const row = tf.ones<tf.Rank.R2>([1, rows]);
        const sum = tf.matMul(row, dy);
        const byGain = i.mul(tf.matMul(row, dy.mul<tf.Tensor2D>(before)).sub(m.mul(sum)));
        const bend = s.mul(i).mul(byGain).div(-rows);
        const level = s.mul(sum).div(-rows).sub(bend.mul(m));
        return [dy.mul(s).add(before.mul(bend)).add(level), byGain.flatten(), sum.flatten()];
      },
    };
  });
  return normalise(x, scale, shift) as tf.Tensor2D;
}

/** Each row divided by its root mean square (Zhang & Sennrich 2019), without a gain: the layer behind it has one. */
export function levelled(x: tf.Tensor2D): tf.Tensor2D {
  const width = x.shape[1];
  const level = tf.customGrad((input, save) => {
    const a = input as tf.Tensor2D;
    const meanOf = (t: tf.Tensor2D): tf.Tensor2D => tf.matMul(t, tf.fill<tf.Rank.R2>([width, 1], 1 / width));
    const inverse = meanOf(a.square()).add(EPSILON).rsqrt();
    const value = a.mul<tf.Tensor2D>(inverse);
    (save as tf.GradSaveFunc)([value, inverse]);
    return {
      value,
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [y, i] = saved as [tf.Tensor2D, tf.Tensor2D];
        return dy.sub(y.mul(meanOf(dy.mul(y)))).mul(i);
      },
    };
  });
  return level(x);
}

/** How the rows of a batch are to be read: clips of so many steps each, and heads of so many numbers. */
export interface AttentionSizes {
  readonly size: number;
  readonly steps: number;
  readonly heads: number;
  readonly width: number;
}

/**
 * Self-attention of each clip's steps (Vaswani et al. 2017).
 * @param mixed rows × 3·heads·width: queries, keys and values, heads side by side @param mask size × steps: 1 where a step may be looked at
 * @returns rows × heads·width
 */
export function selfAttention(mixed: tf.Tensor2D, mask: tf.Tensor, sizes: AttentionSizes): tf.Tensor2D {
  const { size, steps, heads, width } = sizes;
  const rows = size * steps;
  const scale = width ** -0.5;
  // Head by head, clip by clip: so that queries, keys and values lie one after the other and a product of many matrices does.
  const byHead = (t: tf.Tensor): tf.Tensor3D => t.reshape([rows, -1, width]).transpose<tf.Tensor3D>([1, 0, 2]);
  const byRow = (t: tf.Tensor): tf.Tensor => t.reshape([-1, rows, width]).transpose([1, 0, 2]).reshape([rows, -1]);
  const attend = tf.customGrad((input, save) => {
    const [q, k, v] = tf
      .split(byHead(input as tf.Tensor2D), 3)
      .map((t) => t.reshape<tf.Tensor3D>([heads * size, steps, width])) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const queries = q.mul<tf.Tensor3D>(scale);
    const barred = mask.sub(1).mul(1e4).reshape([1, size, 1, steps]);
    const scores = tf.matMul(queries, k, false, true).reshape([heads, size, steps, steps]).add(barred);
    const attention = scores.softmax().reshape<tf.Tensor3D>([heads * size, steps, steps]);
    const heard = tf.matMul(attention, v);
    (save as tf.GradSaveFunc)([queries, k, v, attention, heard]);
    return {
      value: byRow(heard),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => {
        const [sq, sk, sv, a, o] = saved as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
        const dOut = byHead(dy).reshape<tf.Tensor3D>([heads * size, steps, width]);
        const dAttention = tf.matMul(dOut, sv, false, true);
        // Of the softmax: what a row's weights say together, which is what its output says.
        const dScores = a.mul<tf.Tensor3D>(dAttention.sub(dOut.mul(o).sum(-1, true)));
        const dQueries = tf.matMul(dScores, sk).mul(scale);
        const dKeys = tf.matMul(dScores, sq, true);
        return byRow(tf.concat([dQueries, dKeys, tf.matMul(a, dOut, true)]));
      },
    };
  });
  return attend(mixed) as tf.Tensor2D;
}

/** 0 where a unit is dropped, 1/(1−rate) where it stays. */
export function dropout(shape: number[], rate: number, rng: Rng): tf.Tensor {
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < mask.length; i++) mask[i] = rng() < rate ? 0 : kept;
  return tf.tensor(mask, shape);
}

/**
 * Folds batch normalisation into the layer before it: x̂·γ/√(v+ε) + β − m·γ/√(v+ε) is one more affine map. The last axis of the kernel
 * is the normalised one.
 */
export function foldedAfter(
  kernel: Float32Array,
  bias: Float32Array | undefined,
  { scale, shift, mean, variance }: Record<'scale' | 'shift' | 'mean' | 'variance', Float32Array>,
): [kernel: Float32Array, bias: Float32Array] {
  const factor = scale.map((s, o) => s / Math.sqrt((variance[o] ?? 1) + EPSILON));
  return [
    kernel.map((w, i) => w * (factor[i % factor.length] ?? 0)),
    shift.map((b, o) => b + ((bias?.[o] ?? 0) - (mean[o] ?? 0)) * (factor[o] ?? 0)),
  ];
}
