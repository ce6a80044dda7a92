import * as tf from '@tensorflow/tfjs';

/** One tensor that is learnt. It lives in plain arrays and is updated there; tfjs does the forward pass and the gradients of a step. */
export interface Parameter {
  readonly shape: number[];
  readonly values: Float32Array;
  /** Weight decay pulls kernels towards 0, not biases and scales. */
  readonly decays: boolean;
  /** Running moments of the gradient. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Exponential average of the values, which is what is kept. */
  readonly averaged: Float32Array;
}

export function parameter(shape: number[], decays: boolean, initial: () => number): Parameter {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1)).map(initial);
  const zeros = (): Float32Array => new Float32Array(values.length);
  return { shape, values, decays, first: zeros(), second: zeros(), averaged: values.slice() };
}

/** Mean and variance of a normalised layer over training, averaged like the parameters. */
export interface RunningMoments {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

export interface OptimizerConfig {
  /** Peak of the one-cycle schedule (Smith 2018). */
  readonly learningRate: number;
  /** Share of the steps on which the rate climbs. */
  readonly warmUp: number;
  /** Decoupled weight decay (AdamW, Loshchilov & Hutter 2019). */
  readonly weightDecay: number;
  /** Decay of the exponential average of the weights. */
  readonly average: number;
}

/** What one step needs: the loss of a batch as a function of the parameters, and the moments its normalised layers saw. */
export type LossOf = (parameters: tf.Tensor[], moments: tf.Tensor[]) => tf.Scalar;

/** AdamW over plain arrays, with averaged weights. */
export class Optimizer {
  steps = 0;

  constructor(
    readonly parameters: readonly Parameter[],
    readonly running: readonly RunningMoments[],
    private readonly config: OptimizerConfig,
  ) {}

  /** One step at `done` (0..1) of the training; returns the loss. */
  step(done: number, lossOf: LossOf): number {
    const { loss, gradients, moments } = this.gradients(lossOf);
    this.steps++;
    const { learningRate, warmUp, weightDecay, average } = this.config;
    const rate = oneCycle(done, warmUp) * learningRate;
    const keep = Math.min(average, this.steps / (this.steps + 10));
    this.parameters.forEach((p, i) => {
      adamW(p, gradients[i] ?? new Float32Array(), this.steps, rate, weightDecay);
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

  private gradients(lossOf: LossOf): { loss: number; gradients: Float32Array[]; moments: Float32Array[] } {
    const moments: tf.Tensor[] = [];
    const tensors = tf.tidy(() => {
      const values = this.parameters.map((p) => tf.tensor(p.values, p.shape));
      const { value, grads } = tf.valueAndGrads((...parameters: tf.Tensor[]) => lossOf(parameters, moments))(values);
      return [value, ...grads];
    });
    const read = (list: tf.Tensor[]): Float32Array[] => list.map((tensor) => tensor.dataSync<'float32'>());
    const [loss, ...gradients] = read(tensors);
    const result = { loss: loss?.[0] ?? Number.NaN, gradients, moments: read(moments) };
    tf.dispose([...tensors, ...moments]);
    return result;
  }
}

/** Share of the peak learning rate after `done` of the training: cosine up over the first part, cosine down to ~0. */
export function oneCycle(done: number, up: number): number {
  const cosine = (from: number, to: number, t: number): number => to + ((from - to) * (1 + Math.cos(Math.PI * t))) / 2;
  return done < up ? cosine(1 / 25, 1, done / up) : cosine(1, 1e-4, (done - up) / (1 - up));
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
