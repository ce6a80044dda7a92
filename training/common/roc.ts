/**
 * Area under the ROC curve: the chance that a positive scores above a negative, ties half (Mann & Whitney 1947; Hanley & McNeil 1982).
 * Null where one side is empty.
 */
export function areaUnderRoc(positives: readonly number[], negatives: readonly number[]): number | null {
  if (positives.length === 0 || negatives.length === 0) return null;
  const sorted = Float64Array.from(negatives).sort();
  let sum = 0;
  for (const score of positives) sum += (firstNotBelow(sorted, score) + firstAbove(sorted, score)) / 2;
  return sum / (positives.length * negatives.length);
}

/** The lowest threshold from which on no more than this share of the negatives is taken for positive. Null without negatives. */
export function thresholdAt(falseAlarm: number, negatives: readonly number[]): number | null {
  const sorted = Float64Array.from(negatives).sort();
  const allowed = Math.floor(falseAlarm * sorted.length + 1e-9);
  const highestRefused = sorted[sorted.length - 1 - allowed];
  if (highestRefused === undefined) return null;
  // Detected is what reaches the threshold: it lies just above the highest that must not be.
  return highestRefused * (1 + Number.EPSILON) + Number.MIN_VALUE;
}

function firstNotBelow(sorted: Float64Array, value: number): number {
  return bisect(sorted, (x) => x >= value);
}

function firstAbove(sorted: Float64Array, value: number): number {
  return bisect(sorted, (x) => x > value);
}

/** Index of the first for which it holds, as it does for all after it. */
function bisect(sorted: Float64Array, holds: (x: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
