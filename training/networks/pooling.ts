import * as tf from '@tensorflow/tfjs';
import type { PictureShape } from '../../src/audio/acoustic-format.js';
import { foldedAfter, product, type Layers } from './layers.js';
import type { PictureBatch } from './pictures.js';

/** Attentive statistics pooling (Okabe et al. 2018) and the hidden layer behind it. */
export interface PoolingConfig extends Pick<PictureShape, 'channels' | 'heads' | 'scorer' | 'hidden'> {
  /** Share of the pooled statistics and of the hidden units that are dropped. */
  readonly pooledDropout: number;
  readonly hiddenDropout: number;
}

/** Keeps the root of the deviation differentiable where a channel is constant. */
const EPS_DEVIATION = 1e-5;

/** What each head attends to, mean and deviation. */
export function pooledWidth({ channels, heads }: PoolingConfig): number {
  return (heads + 2) * channels;
}

/** From size·steps × channels to size × outputs. Where the picture was padded there is nothing to hear. */
export function pooledOutputs(
  track: tf.Tensor2D,
  batch: PictureBatch,
  config: PoolingConfig,
  { take, norms, drop }: Layers,
): tf.Tensor2D {
  const { size, steps } = batch;
  const { channels, heads } = config;
  const mask = tf.tensor3d(batch.mask, [size, steps, 1]);
  const judged = product(track, take() as tf.Tensor2D)
    .add<tf.Tensor2D>(take())
    .tanh();
  const scored = product(judged, take() as tf.Tensor2D).add(take());
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
  const thinned = drop(pooled, [size, pooledWidth(config)], config.pooledDropout) as tf.Tensor2D;
  const hidden = tf.add<tf.Tensor2D>(product(thinned, take() as tf.Tensor2D), take()).relu();
  const kept = drop(hidden, [size, config.hidden], config.hiddenDropout) as tf.Tensor2D;
  return product(kept, take() as tf.Tensor2D).add<tf.Tensor2D>(take());
}

/**
 * The pooled statistics are normalised before the hidden layer: there it goes into the rows of the kernel. The hidden layer is the last
 * but one of the tensors, which are changed in place.
 */
export function foldIntoHidden(tensors: readonly Float32Array[], pooled: Parameters<typeof foldedAfter>[2]): void {
  const [kernel, bias] = tensors.slice(-4);
  if (!kernel || !bias) throw new Error('the network has no hidden layer');
  const ones = Float32Array.from(pooled.scale, () => 1);
  const [scale, shift] = foldedAfter(ones, undefined, pooled);
  const width = bias.length;
  for (let i = 0; i < scale.length; i++) {
    for (let o = 0; o < width; o++) {
      const at = i * width + o;
      bias[o] = (bias[o] ?? 0) + (shift[i] ?? 0) * (kernel[at] ?? 0);
      kernel[at] = (kernel[at] ?? 0) * (scale[i] ?? 0);
    }
  }
}
