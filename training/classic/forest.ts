import { rngOf, shuffled, type Rng } from '../common/rng.js';

/**
 * A random forest (Breiman 2001): Gini impurity, √d features tried at each node, bootstrap samples, full depth. Splits
 * are sought on 64 quantile bins of each feature, as in histogram boosting; the usual JavaScript package compares every
 * clip with every other at each node, which on ten thousand clips takes hours.
 */
export interface Forest {
  /** Mean of the trees' class frequencies. */
  predict(row: ArrayLike<number>): Float64Array;
}

export interface ForestConfig {
  readonly trees: number;
  readonly minLeaf: number;
}

export const FOREST: ForestConfig = { trees: 200, minLeaf: 1 };

type Node =
  | { readonly leaf: Float64Array }
  | { readonly feature: number; readonly bin: number; readonly left: Node; readonly right: Node };

const BINS = 64;

export async function trainForest(
  rows: readonly ArrayLike<number>[],
  classes: readonly number[],
  classCount: number,
  config: ForestConfig,
  seed: number,
  onTree: (trees: number) => void = () => undefined,
): Promise<Forest> {
  const rng = rngOf(seed);
  const edges = Array.from({ length: rows[0]?.length ?? 0 }, (_, f) => quantileEdges(rows.map((row) => row[f] ?? 0)));
  const binned = edges.map((cuts, f) => Uint8Array.from(rows, (row) => binOf(row[f] ?? 0, cuts)));
  const trees: Node[] = [];
  for (let t = 0; t < config.trees; t++) {
    const bootstrap = Uint32Array.from(rows, () => Math.floor(rng() * rows.length));
    trees.push(grow(bootstrap, { binned, classes, classCount, minLeaf: config.minLeaf, rng }));
    onTree(t + 1);
    await new Promise(setImmediate);
  }
  return {
    predict(row) {
      const bins = edges.map((cuts, f) => binOf(row[f] ?? 0, cuts));
      const sum = new Float64Array(classCount);
      for (const tree of trees) leafOf(tree, bins).forEach((p, c) => (sum[c] = (sum[c] ?? 0) + p / trees.length));
      return sum;
    },
  };
}

interface Context {
  /** binned[feature][row] */
  readonly binned: readonly Uint8Array[];
  readonly classes: readonly number[];
  readonly classCount: number;
  readonly minLeaf: number;
  readonly rng: Rng;
}

function grow(members: Uint32Array, context: Context): Node {
  const counts = new Float64Array(context.classCount);
  for (const row of members) increment(counts, context.classes[row] ?? 0);
  const split = counts.some((n) => n === members.length) ? null : bestSplit(members, counts, context);
  if (!split) return { leaf: counts.map((n) => n / members.length) };
  const column = context.binned[split.feature] ?? new Uint8Array();
  const goesLeft = (row: number): boolean => (column[row] ?? 0) <= split.bin;
  return {
    ...split,
    left: grow(members.filter(goesLeft), context),
    right: grow(
      members.filter((row) => !goesLeft(row)),
      context,
    ),
  };
}

/** The split with the highest Σ n_c²/n over both sides, which is the lowest Gini impurity; null when none divides. */
function bestSplit(
  members: Uint32Array,
  totals: Float64Array,
  { binned, classes, classCount, minLeaf, rng }: Context,
): { feature: number; bin: number } | null {
  const features = shuffled([...binned.keys()], rng);
  const tried = Math.max(1, Math.round(Math.sqrt(features.length)));
  let best: { feature: number; bin: number; purity: number } | null = null;
  const histogram = new Float64Array(BINS * classCount);
  for (const [nth, feature] of features.entries()) {
    if (nth >= tried && best) break; // beyond √d only while no feature divides
    const column = binned[feature] ?? new Uint8Array();
    histogram.fill(0);
    for (const row of members) increment(histogram, (column[row] ?? 0) * classCount + (classes[row] ?? 0));
    const left = new Float64Array(classCount);
    let size = 0;
    for (let bin = 0; bin < BINS - 1; bin++) {
      let [leftSquares, rightSquares] = [0, 0];
      for (let c = 0; c < classCount; c++) {
        const here = histogram[bin * classCount + c] ?? 0;
        const n = (left[c] = (left[c] ?? 0) + here);
        size += here;
        leftSquares += n * n;
        rightSquares += ((totals[c] ?? 0) - n) ** 2;
      }
      if (size < minLeaf || members.length - size < minLeaf) continue;
      const purity = leftSquares / size + rightSquares / (members.length - size);
      if (!best || purity > best.purity) best = { feature, bin, purity };
    }
  }
  return best;
}

function increment(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

function leafOf(node: Node, bins: readonly number[]): Float64Array {
  while (!('leaf' in node)) node = (bins[node.feature] ?? 0) <= node.bin ? node.left : node.right;
  return node.leaf;
}

/** Up to 63 increasing cuts that divide the values evenly. */
function quantileEdges(values: readonly number[]): Float64Array {
  const sorted = Float64Array.from(values).sort();
  const cuts = Array.from({ length: BINS - 1 }, (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)] ?? 0);
  return Float64Array.from(new Set(cuts));
}

/** How many cuts lie below the value. */
function binOf(value: number, cuts: Float64Array): number {
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cuts[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
