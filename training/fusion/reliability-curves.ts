import type { Curve } from '../../src/fusion/config.js';

/** One reading of one side: a quality signal, and by which factor it spoke for what was meant, p / π rescaled (see fusion/pool.ts). */
export interface Applied {
  readonly signal: number;
  readonly factor: number;
}

/**
 * The probability w in 0..1 that such readings apply at all: where Σ log(1 − w + w · factor) is largest. The sum is concave, so its
 * slope is halved in on. 1 where there is nothing to go by.
 */
export function weightOf(readings: readonly Pick<Applied, 'factor'>[]): number {
  const slope = (w: number): number =>
    readings.reduce((sum, { factor }) => sum + (factor - 1) / (1 + w * (factor - 1)), 0);
  if (readings.length === 0) return 1;
  if (slope(0) <= 0) return 0;
  let [low, high] = [0, 1 - 1e-9];
  if (slope(high) >= 0) return 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (slope(middle) > 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Readings in one group of a curve, at least. */
const GROUP = 100;
const GROUPS = 10;

/**
 * How the weight depends on a signal: groups of neighbouring signals, the weight of each, made monotone by pooling neighbours that are
 * not (Ayer et al. 1955), and divided by the largest. Knots stand at the groups' medians.
 * @param direction 1: more of the signal is better; −1: worse
 */
export function curveOf(readings: readonly Applied[], direction: 1 | -1 = 1): Curve {
  const groups = groupsOf([...readings].sort((a, b) => direction * (a.signal - b.signal)));
  const weights = monotone(groups.map((group) => ({ weight: weightOf(group), size: group.length })));
  const best = Math.max(...weights, Number.MIN_VALUE);
  const knots = groups.map((group, i): [number, number] => [median(group), Math.min(1, (weights[i] ?? 0) / best)]);
  return thinned(direction > 0 ? knots : knots.reverse());
}

/** About equally many in each; equal signals stay together. */
function groupsOf(sorted: readonly Applied[]): Applied[][] {
  const size = Math.max(GROUP, sorted.length / GROUPS);
  const groups: Applied[][] = [];
  for (const reading of sorted) {
    const last = groups.at(-1);
    if (last && (last.length < size || last.at(-1)?.signal === reading.signal)) last.push(reading);
    else groups.push([reading]);
  }
  const rest = groups.length > 1 && (groups.at(-1)?.length ?? 0) < size / 2 ? groups.pop() : undefined;
  if (rest) groups.at(-1)?.push(...rest);
  return groups;
}

interface Weighed {
  readonly weight: number;
  readonly size: number;
}

/** Never falling. */
function monotone(weights: readonly Weighed[]): number[] {
  const blocks: (Weighed & { count: number })[] = [];
  for (const next of weights) {
    let block = { ...next, count: 1 };
    for (let before = blocks.at(-1); before && before.weight > block.weight; before = blocks.at(-1)) {
      const size = before.size + block.size;
      const weight = (before.weight * before.size + block.weight * block.size) / size;
      block = { weight, size, count: before.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  return blocks.flatMap(({ weight, count }) => Array.from({ length: count }, () => weight));
}

function median(group: readonly Applied[]): number {
  const sorted = group.map(({ signal }) => signal).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

/** Rounded to what was measured, and without knots that lie between equal ones or at the signal of the one before. */
function thinned(knots: readonly (readonly [number, number])[]): Curve {
  const rounded = knots.map(([signal, factor]) => [Number(signal.toPrecision(3)), Number(factor.toFixed(3))] as const);
  const distinct = rounded.filter(([signal], i) => signal > (rounded[i - 1]?.[0] ?? -Infinity));
  return distinct.filter(
    ([, factor], i) => factor !== distinct[i - 1]?.[1] || factor !== (distinct[i + 1]?.[1] ?? NaN),
  );
}
