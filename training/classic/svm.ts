import { solve, type Machine, type TwoClasses } from './libsvm.js';
import { fitSigmoid, type Decision, type Sigmoid } from './platt.js';

/**
 * A support vector machine (Cortes & Vapnik 1995) with the RBF kernel exp(−γ‖x − y‖²), one machine for each pair of classes.
 * Each machine's decision value becomes a probability by the sigmoid that fits values held out in cross-validation (Platt 1999),
 * with the class weights counted there too; the pairs are coupled in closed form (Price et al. 1995). No random numbers: the
 * same rows give the same machine.
 */
export interface Svm {
  /** Probability of each class; 0 for one that had no row. @throws after release */
  predict(row: Float32Array): Float64Array;
  /** Forgets the training rows, which the machine holds until then. */
  release(): void;
}

export interface SvmConfig {
  /** C: what a row on the wrong side of its margin costs, before the weight of its class. */
  readonly cost: number;
  /** γ times the dimension: with standardised features, one value fits any number of them. */
  readonly gamma: number;
  /** Folds of the cross-validation that fits the probabilities. */
  readonly folds: number;
}

export const SVM: SvmConfig = { cost: 4, gamma: 0.4, folds: 5 };

/** Decides between two classes: f above 0 says `first`. */
interface Duel {
  readonly first: number;
  readonly second: number;
  readonly machine: Machine;
  readonly sigmoid: Sigmoid;
}

/**
 * @param rows standardised features
 * @param classes of each row, 0 … classCount − 1
 * @param weights of each class
 * @param onProgress pairs of classes done, of how many; ten thousand rows take some seconds a pair
 */
export async function trainSvm(
  rows: readonly Float32Array[],
  classes: readonly number[],
  weights: readonly number[],
  classCount: number,
  config: SvmConfig,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<Svm> {
  const gamma = config.gamma / (rows[0]?.length ?? 1);
  const members = Array.from({ length: classCount }, (_, c) => [...rows.keys()].filter((i) => classes[i] === c));
  const present = [...members.keys()].filter((c) => members[c]?.length);
  const pairs = present.flatMap((first, i) => present.slice(i + 1).map((second) => ({ first, second })));
  const duels: Duel[] = [];
  for (const { first, second } of pairs) {
    const ofFirst = members[first] ?? [];
    const of = [...ofFirst, ...(members[second] ?? [])];
    const problem: TwoClasses = {
      kernel: await kernelOf(
        of.map((i) => rows[i] as Float32Array),
        gamma,
      ),
      signs: of.map((_, i) => (i < ofFirst.length ? 1 : -1)),
      costs: { 1: config.cost * (weights[first] ?? 1), [-1]: config.cost * (weights[second] ?? 1) },
    };
    const sigmoid = await sigmoidOf(problem, config.folds);
    const { support, ...decision } = await solve(problem, [...of.keys()]);
    duels.push({ first, second, machine: { support: support.map((i) => of[i] ?? 0), ...decision }, sigmoid });
    onProgress(duels.length, pairs.length);
  }
  let known: readonly Float32Array[] | null = rows;
  return {
    predict(row) {
      if (!known) throw new Error('the support vector machine is released');
      const kernel = Float64Array.from(known, (other) => rbf(row, other, gamma));
      return coupled(duels, kernel, present, classCount);
    },
    release() {
      known = null;
    },
  };
}

/** Every row with every other; symmetric, so each value is computed once. Lets other work through while it computes. */
async function kernelOf(rows: readonly Float32Array[], gamma: number): Promise<Float64Array[]> {
  const kernel = rows.map(() => new Float64Array(rows.length));
  for (const [i, row] of rows.entries()) {
    const values = kernel[i] as Float64Array;
    for (let j = 0; j <= i; j++) (kernel[j] as Float64Array)[i] = values[j] = rbf(row, rows[j] as Float32Array, gamma);
    if (i % 256 === 255) await new Promise(setImmediate);
  }
  return kernel;
}

/** Four sums at once keep the processor's pipeline full: the kernel is most of the work. */
function rbf(a: Float32Array, b: Float32Array, gamma: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let i = 0;
  for (; i + 3 < a.length; i += 4) {
    const d0 = (a[i] as number) - (b[i] as number);
    const d1 = (a[i + 1] as number) - (b[i + 1] as number);
    const d2 = (a[i + 2] as number) - (b[i + 2] as number);
    const d3 = (a[i + 3] as number) - (b[i + 3] as number);
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (; i < a.length; i++) s0 += ((a[i] as number) - (b[i] as number)) ** 2;
  return Math.exp(-gamma * (s0 + s1 + s2 + s3));
}

/** The sigmoid that fits each row's decision by a machine that has not seen the row. */
async function sigmoidOf(problem: TwoClasses, folds: number): Promise<Sigmoid> {
  const { kernel, signs, costs } = problem;
  const seen = { '1': 0, '-1': 0 };
  const foldOf = signs.map((sign) => seen[sign]++ % folds);
  const decisions: Decision[] = [];
  for (let fold = 0; fold < folds; fold++) {
    const training = [...foldOf.keys()].filter((i) => foldOf[i] !== fold);
    if (new Set(training.map((i) => signs[i])).size < 2) continue; // a class with a single row
    const machine = await solve(problem, training);
    for (const [i, sign] of signs.entries()) {
      if (foldOf[i] !== fold) continue;
      const value = decisionOf(machine, kernel[i] as Float64Array);
      decisions.push({ value, positive: sign === 1, weight: costs[sign] });
    }
    await new Promise(setImmediate);
  }
  return fitSigmoid(decisions);
}

/** @param kernel of the row with every row that `support` counts */
function decisionOf({ support, coefficients, rho }: Machine, kernel: Float64Array): number {
  let sum = -rho;
  for (let i = 0; i < support.length; i++)
    sum += (coefficients[i] as number) * (kernel[support[i] as number] as number);
  return sum;
}

/** p_i ∝ 1 / (Σ_j 1/r_ij − (k − 2)), r_ij the probability of i against j (Price, Knerr, Personnaz & Dreyfus 1995). */
function coupled(
  duels: readonly Duel[],
  kernel: Float64Array,
  present: readonly number[],
  classCount: number,
): Float64Array {
  const sums = new Float64Array(classCount);
  for (const { first, second, machine, sigmoid } of duels) {
    const odds = Math.exp(sigmoid.slope * decisionOf(machine, kernel) + sigmoid.offset);
    sums[first] = (sums[first] ?? 0) + 1 + 1 / odds;
    sums[second] = (sums[second] ?? 0) + 1 + odds;
  }
  const p = new Float64Array(classCount);
  for (const c of present) p[c] = 1 / ((sums[c] ?? 0) - (present.length - 2));
  const sum = p.reduce((a, b) => a + b, 0);
  return p.map((value) => value / sum);
}
