type Numbers = ArrayLike<number>;

/** 0 for no values. */
export function mean(values: Numbers): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  return values.length > 0 ? sum / values.length : 0;
}

/** Standard deviation of the population around their mean; 0 for no values. */
export function deviation(values: Numbers, middle = mean(values)): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += ((values[i] ?? 0) - middle) ** 2;
  return values.length > 0 ? Math.sqrt(sum / values.length) : 0;
}

/** The q-th percentile, 0..100, of ascending values, between neighbours linearly (numpy's default); 0 for no values. */
export function percentile(sorted: Numbers, q: number): number {
  const at = ((sorted.length - 1) * q) / 100;
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? 0;
  return below + (above - below) * (at - Math.floor(at));
}

/** Least-squares change from the middle to the end of evenly spaced values; 0 for fewer than two. */
export function slope(values: Numbers): number {
  const n = values.length;
  let product = 0;
  let square = 0;
  for (let i = 0; i < n; i++) {
    const t = n > 1 ? (2 * i) / (n - 1) - 1 : 0;
    product += t * (values[i] ?? 0);
    square += t * t;
  }
  return square > 0 ? product / square : 0;
}

/** Least-squares bend: the coefficient of t² in a parabola over t = −1..1; 0 for fewer than three values. */
export function curvature(values: Numbers): number {
  const n = values.length;
  if (n < 3) return 0;
  // t² less its mean is orthogonal to 1 and to t, for evenly spaced t around 0.
  const squares = Float64Array.from({ length: n }, (_, i) => ((2 * i) / (n - 1) - 1) ** 2);
  const middle = mean(squares);
  let product = 0;
  let norm = 0;
  for (let i = 0; i < n; i++) {
    const basis = (squares[i] ?? 0) - middle;
    product += basis * (values[i] ?? 0);
    norm += basis * basis;
  }
  return norm > 0 ? product / norm : 0;
}

/** Pearson's r; 0 where either side does not vary. */
export function correlation(a: Numbers, b: Numbers): number {
  const [meanA, meanB] = [mean(a), mean(b)];
  let product = 0;
  for (let i = 0; i < a.length; i++) product += ((a[i] ?? 0) - meanA) * ((b[i] ?? 0) - meanB);
  const scale = a.length * deviation(a) * deviation(b);
  return scale > 1e-9 ? product / scale : 0;
}

/** Index of the greatest value, the first on a tie; 0 for no values. */
export function argmax(values: Numbers): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] ?? 0) > (values[best] ?? 0)) best = i;
  return best;
}

/** 0 for no values. */
export function greatest(values: Numbers): number {
  return values[argmax(values)] ?? 0;
}

/** Indices of local maxima of at least `height` that rise by at least `prominence` above the higher of the valleys beside them. */
export function findPeaks(values: Numbers, height: number, prominence: number): number[] {
  const peaks: number[] = [];
  const valley = (peak: number, step: 1 | -1): number => {
    const top = values[peak] ?? 0;
    let low = top;
    for (let i = peak + step; i >= 0 && i < values.length && (values[i] ?? 0) <= top; i += step) {
      low = Math.min(low, values[i] ?? 0);
    }
    return low;
  };
  for (let i = 1; i < values.length - 1; i++) {
    const here = values[i] ?? 0;
    if (here < height || here <= (values[i - 1] ?? 0) || here < (values[i + 1] ?? 0)) continue;
    if (here - Math.max(valley(i, -1), valley(i, 1)) >= prominence) peaks.push(i);
  }
  return peaks;
}
