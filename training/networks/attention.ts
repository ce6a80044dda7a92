import * as tf from '@tensorflow/tfjs';
import { FOLD, type AttentionShape } from '../../src/audio/acoustic-format.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { convolution, levelled, product, selfAttention } from './layers.js';
import type { OptimizerConfig } from './optimizer.js';
import type { PictureNetwork } from './picture-trainer.js';
import type { PoolingConfig } from './pooling.js';

/** Everything that shapes a network of self-attention but its data. */
export interface AttentionConfig
  extends OptimizerConfig, PoolingConfig, Omit<AttentionShape, 'kind' | 'view' | 'weight'> {
  /** Share of the channels that are dropped from what each part of a block adds. */
  readonly channelDropout: number;
}

/**
 * A projection of each step, a convolution over time, then pre-norm blocks of self-attention and feed-forward (Xiong et al. 2020). Padding
 * is neither seen by the convolution nor attended to, so a clip is read alike in every batch.
 */
export function attention(config: AttentionConfig): PictureNetwork {
  const { channels, blocks, blockHeads: heads, headWidth: width } = config;
  const inputs = 2 * FOLD * MEL_BANDS;
  return {
    // Whom it is for does not shape it.
    shape: { kind: 'attention', view: 'population', weight: { alone: 1, known: 1 }, ...config },
    config,
    normalised: [],
    inputShape: (size, steps) => [size * steps, inputs],
    track(input, { size, steps, mask }, { take, drop }) {
      const sound = tf.tensor2d(mask, [size * steps, 1]);
      const dense = (x: tf.Tensor2D, constant = false): tf.Tensor2D =>
        product(x, take() as tf.Tensor2D, constant).add<tf.Tensor2D>(take());
      const plus = (track: tf.Tensor2D, heard: tf.Tensor): tf.Tensor2D => {
        const clips = heard.reshape([size, steps, channels]);
        return track.add(drop(clips, [size, 1, channels], config.channelDropout).reshape([-1, channels]));
      };
      let track = dense(input as tf.Tensor2D, true);
      const near = levelled(track).mul(sound).reshape<tf.Tensor4D>([size, steps, 1, channels]);
      track = plus(
        track,
        convolution(near, take() as tf.Tensor4D)
          .add(take())
          .relu(),
      );
      for (let block = 0; block < blocks; block++) {
        const mixed = dense(levelled(track));
        track = plus(track, dense(selfAttention(mixed, sound, { size, steps, heads, width })));
        track = plus(track, dense(dense(levelled(track)).relu()));
      }
      return track;
    },
  };
}
