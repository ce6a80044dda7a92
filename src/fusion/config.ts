import { createHash } from 'node:crypto';
import type { ByModality, FurtherModality, ModelRef, OwnModality, Quality } from '../emotion/evidence.js';
import { EMOTIONS, scoresOf, type Scores } from '../emotion/scores.js';

/** Knots of a piecewise-linear map from a quality signal to a factor in 0..1; signals ascending, factors all rising or all falling. */
export type Curve = readonly (readonly [signal: number, factor: number])[];

/** One curve for each stated signal of each modality; a boolean signal is 0 or 1. Of further ones where somebody measured them. */
export type Curves = { readonly [M in OwnModality]: Readonly<Record<keyof Quality[M], Curve>> } & {
  readonly [M in FurtherModality]?: Readonly<Record<keyof Quality[M], Curve>>;
};

/**
 * What holds of a client's own model where the configuration does not say: nobody here has measured it. It is believed as far as
 * the client does, and by half at the most: it then never takes more than ln 2 from an emotion.
 */
export const UNMEASURED: { readonly maxWeight: number; readonly curves: Curves[FurtherModality] & object } = {
  maxWeight: 0.5,
  curves: {
    reliability: [
      [0, 0],
      [1, 1],
    ],
  },
};

/** Every number that fusion depends on. Plain JSON, so that a calibration can write one. */
export interface FusionValues {
  readonly name: string;
  /** The models whose readings the numbers were measured on; absent: nobody measured them. Of others the numbers are guesses. */
  readonly measuredWith?: { readonly voice: ModelRef; readonly text: ModelRef };
  /** π: how common each emotion is taken to be where the system is used. */
  readonly prior: Scores;
  /** T of the last softmax; above 1 makes the answer less sure. */
  readonly temperature: number;
  /** Smallest probability and prior that enters a logarithm: bounds what one expert can say to −log(floor) nats. */
  readonly floor: number;
  /** The weight of a modality whose quality is perfect, 0..1. */
  readonly maxWeight: ByModality<number>;
  readonly curves: Curves;
  /** How often the prediction set is to hold what is meant, 0..1. */
  readonly coverage: number;
  /** The probability mass at which that many sets do: fitted, as scores are never quite right. */
  readonly predictionMass: number;
  /** Incongruence is detected from this score up, 0..1; about 0.5 is no sign either way. */
  readonly incongruenceThreshold: number;
  /** The same where the words claim that all is well. */
  readonly reassuranceThreshold: number;
  readonly abstain: {
    /** Where no modality weighs this much, there is no evidence. */
    readonly noEvidenceBelow: number;
    /** Where none weighs this much, the evidence is too short or too poor. */
    readonly weakBelow: number;
    /** More emotions than this in the prediction set are ambiguous. */
    readonly maxSetSize: number;
    /** So is a lead of the first over the second below this. */
    readonly minMargin: number;
  };
}

/** Values that were checked, frozen, and named by their content. */
export interface FusionConfig extends FusionValues {
  readonly ref: ModelRef;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}

function isMonotone(curve: Curve): boolean {
  const rises = curve.slice(1).map(([, factor], i) => factor - (curve[i]?.[1] ?? factor));
  return rises.every((d) => d >= 0) || rises.every((d) => d <= 0);
}

function check(ok: boolean, what: string): void {
  if (!ok) throw new RangeError(`fusion configuration: ${what}`);
}

const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/** @throws RangeError naming the field that cannot be used. */
export function fusionConfig(values: FusionValues): FusionConfig {
  const { prior, temperature, floor, maxWeight, curves } = values;
  check(
    EMOTIONS.every((e) => prior[e] > 0) && Math.abs(EMOTIONS.reduce((sum, e) => sum + prior[e], -1)) < 1e-6,
    'prior must give each emotion a positive share of 1',
  );
  check(Number.isFinite(temperature) && temperature > 0, 'temperature must be positive');
  check(within(floor, 1e-12, 0.1), 'floor must lie in 1e-12..0.1');
  for (const share of ['coverage', 'predictionMass', 'incongruenceThreshold', 'reassuranceThreshold'] as const) {
    check(within(values[share], 0, 1), `${share} must lie in 0..1`);
  }
  for (const [modality, weight] of Object.entries(maxWeight)) {
    check(within(weight, 0, 1), `maxWeight.${modality} must lie in 0..1`);
  }
  for (const [modality, signals] of Object.entries(curves)) {
    for (const [signal, curve] of Object.entries(signals)) {
      const usable =
        curve.length > 0 &&
        curve.every(([x, factor], i) => within(factor, 0, 1) && x > (curve[i - 1]?.[0] ?? -Infinity)) &&
        isMonotone(curve);
      check(usable, `curves.${modality}.${signal} must be a monotone curve of ascending signals and factors in 0..1`);
    }
  }
  const sha256 = createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 12);
  return deepFreeze({ ...structuredClone(values), ref: { name: values.name, sha256 } });
}

/** First guesses: what a calibration starts from and a test relies on. The server fuses by `models/fusion/`, which was measured. */
export const UNCALIBRATED = fusionConfig({
  name: 'uncalibrated',
  prior: scoresOf(() => 1 / EMOTIONS.length),
  temperature: 1,
  floor: 1e-4,
  maxWeight: { voice: 1, text: 0.8 },
  curves: {
    voice: {
      // Measured: UAR above chance by milliseconds of voice, as a share of that of two seconds (docs/evaluation.md).
      voicedMs: [
        [0, 0],
        [250, 0.3],
        [500, 0.5],
        [700, 0.6],
        [950, 0.8],
        [1300, 0.87],
        [2000, 1],
      ],
      snrDb: [
        [-5, 0],
        [0, 0.2],
        [10, 0.75],
        [20, 1],
      ],
      clipping: [
        [0.001, 1],
        [0.01, 0.9],
        [0.1, 0.4],
        [0.5, 0],
      ],
    },
    text: {
      asrConfidence: [
        [0.2, 0],
        [0.5, 0.4],
        [0.85, 1],
      ],
      contentWords: [
        [0, 0.1],
        [1, 0.5],
        [2, 0.8],
        [4, 1],
      ],
      languageSupported: [
        [0, 0],
        [1, 1],
      ],
    },
  },
  coverage: 0.9,
  predictionMass: 0.9,
  incongruenceThreshold: 0.67,
  reassuranceThreshold: 0.75,
  abstain: { noEvidenceBelow: 0.01, weakBelow: 0.15, maxSetSize: 6, minMargin: 0.05 },
});
