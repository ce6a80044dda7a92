import * as tf from '@tensorflow/tfjs';
import type { Emotion } from '../../src/emotion/scores.js';
import { beta, type Rng } from '../common/rng.js';
import type { Sample } from '../samples/samples.js';

/** What the outputs of a network mean: what was meant, then what listeners heard. */
export interface OutputLabels {
  readonly labels: readonly Emotion[];
  /** Empty where nobody voted. */
  readonly heard: readonly Emotion[];
}

/** How much a listeners' vote counts beside what was meant. */
const LISTENERS = 0.5;

/** The outputs wanted of a clip: a smoothed label, and the listeners' shares; all 0 where nobody voted. */
export function targetOf(sample: Sample, { labels, heard }: OutputLabels, smoothing: number): Float32Array {
  const out = new Float32Array(labels.length + heard.length).fill(smoothing / labels.length, 0, labels.length);
  const meant = labels.indexOf(sample.emotion);
  out[meant] = (out[meant] ?? 0) + 1 - smoothing;
  out.set(votesOf(sample, heard) ?? [], labels.length);
  return out;
}

/** Share of the listeners who heard each emotion; undefined where nobody voted for any of them. */
export function votesOf({ votes }: Sample, heard: readonly Emotion[]): number[] | undefined {
  const counts = heard.map((emotion) => votes?.[emotion] ?? 0);
  const total = counts.reduce((a, b) => a + b, 0);
  return total > 0 ? counts.map((count) => count / total) : undefined;
}

/** Cross-entropy with what was meant plus that with what was heard, mean over the batch. */
export function lossOf(outputs: tf.Tensor2D, targets: Float32Array, labels: number): tf.Scalar {
  const [size, width] = outputs.shape;
  const wanted = tf.tensor2d(targets, [size, width]);
  const against = (from: number, to: number): tf.Tensor =>
    wanted
      .slice([0, from], [size, to - from])
      .mul(outputs.slice([0, from], [size, to - from]).logSoftmax())
      .sum();
  const meant = against(0, labels);
  const all = labels < width ? meant.add(against(labels, width).mul(LISTENERS)) : meant;
  return all.div(-size).asScalar();
}

/** Pairs to mix and how much of the first remains (mixup, Zhang et al. 2018); share is 1 where nothing is mixed. */
export interface Mixture {
  readonly partners: readonly number[];
  readonly share: number;
}

/** Draws a mixture for a batch: each clip with another one, one share from Beta(α, α) for all, the larger part first. */
export function mixtureOf(size: number, alpha: number, rng: Rng): Mixture {
  const share = alpha > 0 ? beta(alpha, rng) : 1;
  const partners = Array.from({ length: size }, () => Math.floor(rng() * size));
  return { partners, share: Math.max(share, 1 - share) };
}

/** Row by row: share of the row plus the rest of its partner's. */
export function mixed(rows: readonly Float32Array[], { partners, share }: Mixture): Float32Array {
  const width = rows[0]?.length ?? 0;
  const out = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    const partner = rows[partners[i] ?? i] ?? row;
    for (let d = 0; d < width; d++) out[i * width + d] = share * (row[d] ?? 0) + (1 - share) * (partner[d] ?? 0);
  }
  return out;
}
