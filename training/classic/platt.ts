/** Turns a decision value into a probability: 1 / (1 + exp(−(slope · value + offset))). */
export interface Sigmoid {
  readonly slope: number;
  readonly offset: number;
}

export interface Decision {
  /** Of a row that the machine was not trained on. */
  readonly value: number;
  readonly positive: boolean;
  readonly weight: number;
}

const START: Sigmoid = { slope: 1, offset: 0 };
const ROUNDS = 50;
/** Keeps Newton's equations solvable when all values are alike. */
const RIDGE = 1e-9;

/**
 * The sigmoid under which held-out decisions are likeliest (Platt 1999), by Newton's method with backtracking (Lin, Lin & Weng
 * 2007). Targets stay off 0 and 1 by one imagined row on either side, so that values which separate do not end in certainty.
 * Without decisions, the plain sigmoid.
 */
export function fitSigmoid(decisions: readonly Decision[]): Sigmoid {
  const positives = decisions.filter((d) => d.positive).length;
  const targets = { true: (positives + 1) / (positives + 2), false: 1 / (decisions.length - positives + 2) };
  const rows = decisions.map((d) => ({ ...d, target: targets[`${d.positive}`] }));
  const loss = ({ slope, offset }: Sigmoid): number =>
    rows.reduce((sum, { value, weight, target }) => {
      const z = slope * value + offset;
      return sum + weight * (Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))) - target * z);
    }, 0);

  let best = START;
  let least = loss(best);
  for (let round = 0; round < ROUNDS; round++) {
    let [gradSlope, gradOffset, hessSlope, hessBoth, hessOffset] = [0, 0, RIDGE, 0, RIDGE];
    for (const { value, weight, target } of rows) {
      const p = 1 / (1 + Math.exp(-(best.slope * value + best.offset)));
      const curve = weight * p * (1 - p);
      gradSlope += weight * (p - target) * value;
      gradOffset += weight * (p - target);
      hessSlope += curve * value * value;
      hessBoth += curve * value;
      hessOffset += curve;
    }
    const determinant = hessSlope * hessOffset - hessBoth * hessBoth;
    const slopeStep = (hessOffset * gradSlope - hessBoth * gradOffset) / determinant;
    const offsetStep = (hessSlope * gradOffset - hessBoth * gradSlope) / determinant;
    const before = least;
    for (let size = 1; size > 1e-6; size /= 2) {
      const tried = { slope: best.slope - size * slopeStep, offset: best.offset - size * offsetStep };
      const lossOfTried = loss(tried);
      if (lossOfTried >= least) continue;
      best = tried;
      least = lossOfTried;
      break;
    }
    if (before - least <= 1e-9 * before) break;
  }
  return best;
}
