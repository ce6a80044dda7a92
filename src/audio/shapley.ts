/**
 * Shapley values (1953): what each of n players adds to a game, averaged over every order in which they could join. They
 * are the only attribution that is symmetric, gives nothing to a player who changes nothing, and sums exactly to
 * v(everyone) − v(nobody). With the six cue groups all 64 coalitions are cheap to play, so nothing is sampled.
 */

/** Membership of every coalition, row by row: row s has 1 in column i when bit i of s is set; 2ⁿ × n. */
export function coalitions(players: number): Float32Array {
  return Float32Array.from(
    { length: players * 2 ** players },
    (_, at) => (Math.floor(at / players) >> (at % players)) & 1,
  );
}

/** @param values v of every coalition, in the order of `coalitions`. */
export function shapleyValues(values: ArrayLike<number>, players: number): number[] {
  const weight = Array.from(
    { length: players },
    (_, size) => (factorial(size) * factorial(players - size - 1)) / factorial(players),
  );
  return Array.from({ length: players }, (_, player) => {
    let sum = 0;
    for (let without = 0; without < 2 ** players; without++) {
      if ((without >> player) & 1) continue;
      const gain = (values[without | (1 << player)] ?? 0) - (values[without] ?? 0);
      sum += (weight[sizeOf(without)] ?? 0) * gain;
    }
    return sum;
  });
}

function sizeOf(coalition: number): number {
  let size = 0;
  for (let rest = coalition; rest; rest >>= 1) size += rest & 1;
  return size;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
