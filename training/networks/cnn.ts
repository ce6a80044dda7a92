import type * as tf from '@tensorflow/tfjs';
import { FOLD, type CnnShape } from '../../src/audio/acoustic-format.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { convolution, product } from './layers.js';
import type { OptimizerConfig } from './optimizer.js';
import type { PictureNetwork } from './picture-trainer.js';
import type { PoolingConfig } from './pooling.js';

/** Everything that shapes a convolutional network but its data. */
export interface CnnConfig extends OptimizerConfig, PoolingConfig, Omit<CnnShape, 'kind' | 'view' | 'weight'> {
  /** Share of the channels that are dropped after each convolution over time. */
  readonly channelDropout: number;
}

/** Two convolutions over bands and time, a projection, residual convolutions over time; batch normalisation and ReLU behind each. */
export function cnn(config: CnnConfig): PictureNetwork {
  const { front, middle, channels, dilations } = config;
  const rows = MEL_BANDS / FOLD;
  return {
    // Whom it is for does not shape it.
    shape: { kind: 'cnn', view: 'population', weight: { alone: 1, known: 1 }, ...config },
    config,
    normalised: [front, middle, channels, ...dilations.map(() => channels)],
    inputShape: (size, steps) => [size, 2 * steps, rows, FOLD * FOLD],
    track(input, { size, steps }, { take, norms, drop }) {
      const filtered = convolution(input as tf.Tensor4D, take() as tf.Tensor4D, 1, true);
      const edges = norms(filtered.reshape([-1, front])).relu();
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
        track = track.add<tf.Tensor2D>(drop(heard, [size, 1, channels], config.channelDropout).reshape([-1, channels]));
      }
      return track;
    },
  };
}
