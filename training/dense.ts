import * as tf from '@tensorflow/tfjs';
import type { DenseLayer } from '../src/audio/acoustic-format.js';
import { normal, rngOf, shuffled, weightedSampler, type Rng } from './rng.js';

/** Everything that shapes one dense network; with a seed and the same features it reproduces the weights. */
export interface DenseConfig {
  readonly hidden: readonly number[];
  readonly epochs: number;
  readonly batch: number;
  /** Peak of the one-cycle schedule (Smith 2018). */
  readonly learningRate: number;
  /** Decoupled weight decay (AdamW, Loshchilov & Hutter 2019). */
  readonly weightDecay: number;
  readonly inputDropout: number;
  readonly hiddenDropout: number;
  /** Standard deviation of the Gaussian noise added to standardised inputs. */
  readonly noise: number;
  /** α of the Beta(α, α) that mixes pairs of clips (mixup, Zhang et al. 2018). */
  readonly mixup: number;
  readonly labelSmoothing: number;
  /** Decay of the exponential average of the weights, which is what is kept. */
  readonly average: number;
}

export const DENSE: DenseConfig = {
  hidden: [256, 128],
  epochs: 40,
  batch: 128,
  learningRate: 1e-3,
  weightDecay: 2e-2,
  inputDropout: 0.2,
  hiddenDropout: 0.5,
  noise: 0.1,
  mixup: 0.3,
  labelSmoothing: 0.05,
  average: 0.995,
};

/** Rows of standardised inputs, the class of each, and how often each is drawn relative to the others. */
export interface TrainingSet {
  readonly rows: readonly Float32Array[];
  readonly classes: readonly number[];
  readonly weights: readonly number[];
  readonly classCount: number;
}

export interface TrainingProgress {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}

interface Parameter {
  readonly shape: number[];
  readonly values: Float32Array;
  readonly decays: boolean;
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly averaged: Float32Array;
}

const EPSILON = 1e-5; // batch normalisation's variance floor

/**
 * Trains input → (dropout) → [dense → batch norm → ReLU → dropout]* → dense on soft targets. The averaged weights are
 * returned with batch normalisation folded in, so the network that serves is plain dense layers.
 */
export async function trainDense(
  set: TrainingSet,
  config: DenseConfig,
  seed: number,
  onProgress: (progress: TrainingProgress) => void = () => undefined,
): Promise<DenseLayer[]> {
  const rng = rngOf(seed);
  const net = new Network(set.rows[0]?.length ?? 0, config, set.classCount, rng);
  const draw = weightedSampler(set.weights, rng);
  const stepsPerEpoch = Math.max(1, Math.floor(set.rows.length / config.batch));
  const steps = stepsPerEpoch * config.epochs;
  let loss = Number.NaN;
  for (let step = 0; step < steps; step++) {
    const current = net.step(mixedBatch(set, config, draw, rng), oneCycle(step / steps) * config.learningRate, rng);
    loss = Number.isNaN(loss) ? current : 0.98 * loss + 0.02 * current;
    if (step % 20 === 0 || step === steps - 1) {
      onProgress({ step: step + 1, steps, loss });
      await new Promise(setImmediate); // let a progress bar draw and Ctrl-C arrive
    }
  }
  return net.folded();
}

/** Share of the peak learning rate after `done` of the training: cosine up over the first 30 %, cosine down to ~0. */
function oneCycle(done: number): number {
  const up = 0.3;
  const cosine = (from: number, to: number, t: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2;
  return done < up ? cosine(1 / 25, 1, done / up) : cosine(1, 1e-4, (done - up) / (1 - up));
}

interface Batch {
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
  readonly size: number;
}

/** Draws a batch, mixes it with a shuffled copy of itself and adds noise. */
function mixedBatch(set: TrainingSet, config: DenseConfig, draw: () => number, rng: Rng): Batch {
  const { batch: size, noise, mixup, labelSmoothing } = config;
  const width = set.rows[0]?.length ?? 0;
  const picks = Array.from({ length: size }, draw);
  const partners = shuffled(picks, rng);
  const share = mixup > 0 ? beta(mixup, rng) : 1;
  const inputs = new Float32Array(size * width);
  const targets = new Float32Array(size * set.classCount).fill(labelSmoothing / set.classCount);
  for (let i = 0; i < size; i++) {
    const [a, b] = [picks[i] ?? 0, partners[i] ?? 0];
    const [rowA, rowB] = [set.rows[a], set.rows[b]];
    if (!rowA || !rowB) throw new RangeError('a drawn row does not exist');
    for (let d = 0; d < width; d++) {
      const mixed = share * (rowA[d] ?? 0) + (1 - share) * (rowB[d] ?? 0);
      inputs[i * width + d] = mixed + noise * (NORMALS[(rng() * NORMALS.length) | 0] ?? 0);
    }
    const mass = 1 - labelSmoothing;
    for (const [row, weight] of [
      [a, share],
      [b, 1 - share],
    ] as const) {
      const at = i * set.classCount + (set.classes[row] ?? 0);
      targets[at] = (targets[at] ?? 0) + mass * weight;
    }
  }
  return { inputs, targets, size };
}

/** A fixed table of normal draws: two table look-ups cost less than one logarithm, and the noise need not be finer. */
const NORMALS = Float32Array.from({ length: 65_536 }, () => 0);
{
  const rng = rngOf(1);
  for (let i = 0; i < NORMALS.length; i++) NORMALS[i] = normal(rng);
}

/** One draw from Beta(α, α), α < 1 (Jöhnk 1964). */
function beta(alpha: number, rng: Rng): number {
  for (;;) {
    const x = rng() ** (1 / alpha);
    const y = rng() ** (1 / alpha);
    if (x + y > 0 && x + y <= 1) return x / (x + y);
  }
}

/** Parameters live in plain arrays and are updated there; tfjs does the forward pass and the gradients of a step. */
class Network {
  private readonly parameters: Parameter[] = [];
  private readonly running: { mean: Float32Array; variance: Float32Array }[] = [];
  private readonly sizes: number[];
  private steps = 0;

  constructor(
    inputs: number,
    private readonly config: DenseConfig,
    outputs: number,
    rng: Rng,
  ) {
    this.sizes = [inputs, ...config.hidden, outputs];
    for (let layer = 0; layer + 1 < this.sizes.length; layer++) {
      const [from, to] = this.widths(layer);
      const bound = Math.sqrt(1 / from);
      this.add([from, to], true, () => (2 * rng() - 1) * bound);
      this.add([to], false, () => 0); // BN shift, or the bias of the last layer
      if (layer < config.hidden.length) {
        this.add([to], false, () => 1); // BN scale
        this.running.push({ mean: new Float32Array(to), variance: new Float32Array(to).fill(1) });
      }
    }
  }

  /** One AdamW step; returns the loss. */
  step(batch: Batch, learningRate: number, rng: Rng): number {
    const masks = this.sizes
      .slice(0, -1)
      .map((width, layer) => dropoutMask(batch.size * width, this.dropout(layer), rng));
    this.steps++;
    const { loss, gradients, moments } = this.gradients(batch, masks);
    const keep = Math.min(this.config.average, this.steps / (this.steps + 10));
    this.parameters.forEach((p, i) => {
      adamW(p, gradients[i] ?? new Float32Array(), this.steps, learningRate, this.config.weightDecay);
      blend(p.averaged, p.values, keep);
    });
    this.running.forEach((r, i) => {
      const [mean, variance] = [moments[2 * i], moments[2 * i + 1]];
      if (!mean || !variance) return;
      blend(r.mean, mean, keep);
      blend(r.variance, variance, keep);
    });
    return loss;
  }

  /** Plain layers: x̂·γ/√(v+ε) + β − m·γ/√(v+ε) is one more affine map, so it goes into kernel and bias. */
  folded(): DenseLayer[] {
    let next = 0;
    const take = (): Float32Array => this.parameters[next++]?.averaged.slice() ?? new Float32Array();
    return this.sizes.slice(1).map((_, layer) => {
      const [inputs, outputs] = this.widths(layer);
      const [kernel, bias] = [take(), take()];
      const statistics = this.running[layer];
      if (statistics) {
        const scale = take();
        for (let o = 0; o < outputs; o++) {
          const factor = (scale[o] ?? 1) / Math.sqrt((statistics.variance[o] ?? 1) + EPSILON);
          bias[o] = (bias[o] ?? 0) - (statistics.mean[o] ?? 0) * factor;
          for (let i = 0; i < inputs; i++) kernel[i * outputs + o] = (kernel[i * outputs + o] ?? 0) * factor;
        }
      }
      return { inputs, outputs, kernel, bias };
    });
  }

  private gradients(
    batch: Batch,
    masks: readonly Float32Array[],
  ): { loss: number; gradients: Float32Array[]; moments: Float32Array[] } {
    const moments: tf.Tensor[] = [];
    const step = tf.tidy(() => {
      const targets = tf.tensor2d(batch.targets, [batch.size, this.sizes.at(-1) ?? 0]);
      const drops = masks.map((mask, layer) => tf.tensor2d(mask, [batch.size, this.sizes[layer] ?? 0]));
      // Outside `forward`, whose tensors are gone before the first layer's gradient wants its input.
      const inputs = tf.tensor2d(batch.inputs, [batch.size, this.sizes[0] ?? 0]).mul<tf.Tensor2D>(drops[0] ?? 1);
      const forward = (...parameters: tf.Tensor[]): tf.Scalar => {
        let next = 0;
        const take = (): tf.Tensor => parameters[next++] ?? tf.scalar(0);
        let x = inputs;
        for (let layer = 0; layer < this.running.length; layer++) {
          const z = product(x, take() as tf.Tensor2D, layer === 0);
          const [shift, scale] = [take(), take()];
          const mean = z.mean(0);
          const centred = z.sub(mean);
          const variance = centred.square().mean(0);
          moments.push(tf.keep(mean.clone()), tf.keep(variance.clone()));
          x = centred
            .mul(variance.add(EPSILON).rsqrt().mul(scale))
            .add(shift)
            .relu()
            .mul(drops[layer + 1] ?? 1);
        }
        const logits = product(x, take() as tf.Tensor2D, this.running.length === 0).add(take());
        return targets.mul(logits.logSoftmax()).sum().div(-batch.size).asScalar();
      };
      const { value, grads } = tf.valueAndGrads(forward)(this.parameters.map((p) => tf.tensor(p.values, p.shape)));
      return [value, ...grads];
    });
    const read = (tensors: tf.Tensor[]): Float32Array[] => tensors.map((tensor) => tensor.dataSync<'float32'>());
    const [loss, ...gradients] = read(step);
    const result = { loss: loss?.[0] ?? Number.NaN, gradients, moments: read(moments) };
    tf.dispose([...step, ...moments]);
    return result;
  }

  private add(shape: number[], decays: boolean, initial: () => number): void {
    const values = new Float32Array(shape.reduce((a, b) => a * b, 1)).map(initial);
    const zeros = (): Float32Array => new Float32Array(values.length);
    this.parameters.push({ shape, values, decays, first: zeros(), second: zeros(), averaged: values.slice() });
  }

  private widths(layer: number): [number, number] {
    return [this.sizes[layer] ?? 0, this.sizes[layer + 1] ?? 0];
  }

  private dropout(layer: number): number {
    return layer === 0 ? this.config.inputDropout : this.config.hiddenDropout;
  }
}

/**
 * x·w, whose gradient multiplies explicit transposes: the wasm kernel's own transposed product is fifteen times slower.
 * @param constant x is data, not a layer's output, and needs no gradient
 */
function product(x: tf.Tensor2D, w: tf.Tensor2D, constant: boolean): tf.Tensor2D {
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

/** 0 where a unit is dropped, 1/(1−rate) where it stays. */
function dropoutMask(length: number, rate: number, rng: Rng): Float32Array {
  const kept = 1 / (1 - rate);
  const mask = new Float32Array(length);
  for (let i = 0; i < length; i++) mask[i] = rng() < rate ? 0 : kept;
  return mask;
}

function adamW(p: Parameter, gradient: Float32Array, step: number, rate: number, decay: number): void {
  const [b1, b2] = [0.9, 0.999];
  const [c1, c2] = [1 - b1 ** step, 1 - b2 ** step];
  const shrink = p.decays ? 1 - rate * decay : 1;
  for (let i = 0; i < p.values.length; i++) {
    const g = gradient[i] ?? 0;
    const m = (p.first[i] = b1 * (p.first[i] ?? 0) + (1 - b1) * g);
    const v = (p.second[i] = b2 * (p.second[i] ?? 0) + (1 - b2) * g * g);
    p.values[i] = (p.values[i] ?? 0) * shrink - (rate * (m / c1)) / (Math.sqrt(v / c2) + 1e-8);
  }
}

function blend(average: Float32Array, value: Float32Array, keep: number): void {
  for (let i = 0; i < average.length; i++) average[i] = keep * (average[i] ?? 0) + (1 - keep) * (value[i] ?? 0);
}
