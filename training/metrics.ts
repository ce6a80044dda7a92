/** Figures of a classifier over classes 0..k−1. Probabilities come as rows of length k. */
export interface Prediction {
  readonly truth: number;
  readonly scores: ArrayLike<number>;
}

export interface ClassFigures {
  readonly support: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
}

export interface Figures {
  readonly n: number;
  /** Unweighted average recall over the classes that occur in the data. */
  readonly uar: number;
  /** Unweighted average F1 over the same classes. */
  readonly macroF1: number;
  readonly accuracy: number;
  /** Expected calibration error, 15 equal bins of the top probability (Guo et al. 2017). */
  readonly ece: number;
  /** Per class; null where the class does not occur. */
  readonly perClass: readonly (ClassFigures | null)[];
  /** confusion[truth][predicted], counts. */
  readonly confusion: readonly (readonly number[])[];
}

/** @throws RangeError when there is nothing to count. */
export function figuresOf(predictions: readonly Prediction[], classes: number): Figures {
  if (predictions.length === 0) throw new RangeError('no predictions to count');
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const { truth, scores } of predictions) {
    const row = confusion[truth];
    if (!row) throw new RangeError(`class ${truth} is outside 0..${classes - 1}`);
    const predicted = argmax(scores);
    row[predicted] = (row[predicted] ?? 0) + 1;
  }
  const perClass = confusion.map((row, c): ClassFigures | null => {
    const support = total(row);
    if (support === 0) return null;
    const hits = row[c] ?? 0;
    const predicted = total(confusion.map((r) => r[c] ?? 0));
    return {
      support,
      recall: hits / support,
      precision: predicted === 0 ? 0 : hits / predicted,
      f1: (2 * hits) / (support + predicted),
    };
  });
  const present = perClass.filter((figures) => figures !== null);
  return {
    n: predictions.length,
    uar: total(present.map((f) => f.recall)) / present.length,
    macroF1: total(present.map((f) => f.f1)) / present.length,
    accuracy: total(confusion.map((row, c) => row[c] ?? 0)) / predictions.length,
    ece: calibrationError(predictions),
    perClass,
    confusion,
  };
}

/** Σ over bins of |mean confidence − accuracy| weighted by the bin's share. */
export function calibrationError(predictions: readonly Prediction[], bins = 15): number {
  const gap = new Float64Array(bins);
  for (const { truth, scores } of predictions) {
    const top = argmax(scores);
    const confidence = scores[top] ?? 0;
    const bin = Math.min(bins - 1, Math.floor(confidence * bins));
    gap[bin] = (gap[bin] ?? 0) + confidence - (top === truth ? 1 : 0);
  }
  return total(gap.map(Math.abs)) / predictions.length;
}

/** Index of the largest value; the first on a tie. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

export function softmaxOf(logits: ArrayLike<number>, temperature = 1): Float64Array {
  const exp = Float64Array.from(logits, (z) => z / temperature);
  const max = Math.max(...exp);
  const sum = exp.reduce((acc, z, i) => acc + (exp[i] = Math.exp(z - max)), 0);
  return exp.map((e) => e / sum);
}

/** The temperature that minimises the negative log-likelihood of held-out logits, by golden-section search on log T. */
export function fitTemperature(
  rows: readonly { readonly truth: number; readonly logits: ArrayLike<number> }[],
): number {
  const loss = (logT: number): number =>
    total(rows.map(({ truth, logits }) => -Math.log(Math.max(softmaxOf(logits, Math.exp(logT))[truth] ?? 0, 1e-12))));
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(0.1), Math.log(10)];
  while (high - low > 1e-3) {
    const a = high - ratio * (high - low);
    const b = low + ratio * (high - low);
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return Math.exp((low + high) / 2);
}

function total(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return sum;
}
