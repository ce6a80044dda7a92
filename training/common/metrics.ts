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
export function calibrationError(predictions: readonly Prediction[], bins = CALIBRATION_BINS): number {
  const gaps = calibrationBins(predictions, bins).map(({ confidenceSum, hits }) => Math.abs(confidenceSum - hits));
  return total(gaps) / predictions.length;
}

/** Bins of every ECE and reliability diagram here. */
export const CALIBRATION_BINS = 15;

/** How many predictions fell into a bin, their top probabilities added up, and how many were right. */
export interface BinCounts {
  count: number;
  confidenceSum: number;
  hits: number;
}

/** Equal bins of the top probability; 1 falls into the last. */
export function calibrationBins(predictions: readonly Prediction[], bins = CALIBRATION_BINS): BinCounts[] {
  const out = Array.from({ length: bins }, (): BinCounts => ({ count: 0, confidenceSum: 0, hits: 0 }));
  for (const { truth, scores } of predictions) {
    const top = argmax(scores);
    const confidence = scores[top] ?? 0;
    const bin = out[Math.min(bins - 1, Math.floor(confidence * bins))];
    if (!bin) throw new RangeError('a probability below 0');
    bin.count++;
    bin.confidenceSum += confidence;
    bin.hits += top === truth ? 1 : 0;
  }
  return out;
}

/**
 * By falling top probability; equals keep their order. The first ones are what is left when the others are rejected (El-Yaniv &
 * Wiener 2010).
 */
export function bySureness<P extends Prediction>(predictions: readonly P[]): P[] {
  return predictions
    .map((prediction) => ({ prediction, confidence: confidenceOf(prediction) }))
    .sort((a, b) => b.confidence - a.confidence)
    .map(({ prediction }) => prediction);
}

/** The top probability. */
export function confidenceOf({ scores }: Prediction): number {
  return scores[argmax(scores)] ?? 0;
}

/** The scores before a temperature divided their logits: softmax(T · log p), exact. */
export function untempered(scores: ArrayLike<number>, temperature: number): number[] {
  const powers = Array.from(scores, (p) => p ** temperature);
  const sum = total(powers);
  return powers.map((p) => p / sum);
}

/**
 * Interval of the UAR that covers `level` of what other speakers of the same kind would give: speakers are drawn with replacement
 * (cluster bootstrap, Field & Welsh 2007), because the clips of one voice are no independent evidence.
 */
export function uarInterval(
  predictions: readonly (Prediction & { readonly speaker: string })[],
  rng: () => number,
  { level = 0.95, draws = 2000 } = {},
): [low: number, high: number] {
  const speakers = new Map<string, { support: number[]; hits: number[] }>();
  for (const { speaker, truth, scores } of predictions) {
    const counts = speakers.get(speaker) ?? { support: [], hits: [] };
    counts.support[truth] = (counts.support[truth] ?? 0) + 1;
    counts.hits[truth] = (counts.hits[truth] ?? 0) + (argmax(scores) === truth ? 1 : 0);
    speakers.set(speaker, counts);
  }
  const groups = [...speakers.values()];
  const classes = Math.max(...groups.map((g) => g.support.length));
  const uars = Float64Array.from({ length: draws }, () => {
    const drawn = groups.map(() => groups[Math.floor(rng() * groups.length)]);
    const recalls = Array.from({ length: classes }, (_, c) => {
      const support = total(drawn.map((g) => g?.support[c] ?? 0));
      return support === 0 ? null : total(drawn.map((g) => g?.hits[c] ?? 0)) / support;
    }).filter((recall) => recall !== null);
    return total(recalls) / recalls.length;
  }).sort();
  const at = (share: number): number => uars[Math.round(share * (draws - 1))] ?? 0;
  return [at((1 - level) / 2), at((1 + level) / 2)];
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

/** Logits of one answer, and how much it counts (1 where nothing is said). */
export interface WeighedLogits {
  readonly truth: number;
  readonly logits: ArrayLike<number>;
  readonly weight?: number;
}

/** Negative log-likelihood at a temperature, nats. */
export function surprise(rows: readonly WeighedLogits[], temperature: number): number {
  return total(
    rows.map(
      ({ truth, logits, weight = 1 }) =>
        weight * -Math.log(Math.max(softmaxOf(logits, temperature)[truth] ?? 0, 1e-12)),
    ),
  );
}

/** The temperature that minimises the negative log-likelihood of held-out logits, by golden-section search on log T. */
export function fitTemperature(rows: readonly WeighedLogits[]): number {
  const loss = (logT: number): number => surprise(rows, Math.exp(logT));
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
