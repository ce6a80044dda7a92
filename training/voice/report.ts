import type { Emotion } from '../../src/emotion/scores.js';
import type { Condition } from '../samples/conditions.js';
import type { BaselineMode } from '../samples/samples.js';
import type { Made } from '../common/provenance.js';

/**
 * Everything `undertone evaluate acoustic` found out, as plain JSON: `--json` prints it, the tables of the terminal and the page of
 * `--html` are drawn from it. Shares, recalls and probabilities lie in 0..1; lists of emotions are in the order of EMOTIONS.
 */
export interface AcousticReport {
  readonly format: 1;
  readonly model: {
    /** As in the manifest: `acoustic/seven`. */
    readonly name: string;
    readonly sha256: string;
    readonly licence: string;
    readonly labels: readonly Emotion[];
    readonly temperature: number;
  };
  readonly made: Made;
  readonly data: {
    /** Names of the corpora in the manifest; one empty name where it has no such column. */
    readonly corpora: readonly string[];
    /** Clips that are counted, and the speakers of them. */
    readonly clips: number;
    readonly speakers: number;
    /** Rows of the manifest without one of the seven emotions. */
    readonly dropped: number;
    /** Counted clips that gave no reading and stand in the figures by the model's prior (rule EV4). */
    readonly unavailable: number;
  };
  readonly baseline: {
    readonly mode: BaselineMode;
    /** `online`: the first clips of each speaker that only build the baseline and are not counted. */
    readonly after: number;
  };
  /** What the clips went through before they were read. All figures but `robustness` belong to it. */
  readonly condition: Condition;
  readonly summary: Summary;
  /** 95 % interval of the UAR by drawing speakers with replacement; null with fewer than five of them. */
  readonly uar95: readonly [low: number, high: number] | null;
  readonly calibration: {
    /** ECE and bins of the scores as served, and of the same scores with the temperature taken back out. */
    readonly after: Calibration;
    readonly before: Calibration;
  };
  readonly riskCoverage: {
    /** Coverage 1, 0.8 and 0.6. */
    readonly at: readonly CoveragePoint[];
    /** The whole curve by falling coverage, at most 100 points. */
    readonly curve: readonly CoveragePoint[];
  };
  /** The emotions that occur in the data; others have no line. */
  readonly perClass: readonly ClassLine[];
  readonly confusion: {
    readonly labels: readonly Emotion[];
    /** counts[truth][predicted]. */
    readonly counts: readonly (readonly number[])[];
  };
  readonly perCorpus: readonly GroupLine[];
  /** `female`, `male`, …; empty where the manifest does not say. */
  readonly perGender: readonly GroupLine[];
  /** Largest difference between two genders; null with fewer than two. */
  readonly genderGap: { readonly uar: number; readonly accuracy: number } | null;
  /** By falling UAR: the best speaker first, the worst last. */
  readonly perSpeaker: readonly GroupLine[];
  /** Against the crowd that only listened; null where the manifest has no votes. */
  readonly listeners: Listeners | null;
  /** The same clips under each condition, `clean` first; empty unless `--condition all`. */
  readonly robustness: readonly (Summary & { readonly condition: Condition })[];
}

export interface Summary {
  readonly n: number;
  /** Mean recall and mean F1 over the emotions that occur (rule EV1). */
  readonly uar: number;
  readonly macroF1: number;
  readonly accuracy: number;
  /** Expected calibration error, 15 bins (rule EV2): as served, and without the temperature. */
  readonly ece: number;
  readonly eceBefore: number;
}

export interface Calibration {
  readonly ece: number;
  /** 15 equal bins of the top probability, from low to high. */
  readonly bins: readonly CalibrationBin[];
}

export interface CalibrationBin {
  /** The bin holds from ≤ confidence < to; the last one 1 as well. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
  /** Mean top probability and share of hits; null in an empty bin. */
  readonly confidence: number | null;
  readonly accuracy: number | null;
}

/** Figures when only the surest share of the clips is answered. */
export interface CoveragePoint {
  readonly coverage: number;
  /** Top probability of the least sure clip that is still answered. */
  readonly threshold: number;
  readonly accuracy: number;
  readonly uar: number;
}

export interface ClassLine {
  readonly emotion: Emotion;
  readonly support: number;
  readonly recall: number;
  readonly precision: number;
  readonly f1: number;
}

export interface GroupLine {
  readonly name: string;
  readonly n: number;
  readonly uar: number;
  readonly macroF1: number;
  readonly accuracy: number;
  readonly ece: number;
}

export interface Listeners {
  /** Clips with votes. */
  readonly n: number;
  /** `perceived`: the model's own scores of how listeners hear it; `scores`: it has none, so its ordinary ones. */
  readonly from: 'perceived' | 'scores';
  /** Emotions that the listeners could choose from: the cells compared, brought to a sum of 1 on both sides. */
  readonly emotions: readonly Emotion[];
  /** Mean KL(shares of votes ‖ model) in nats. */
  readonly kl: number;
  /** Pearson correlation of shares and scores over all cells, clips × emotions. */
  readonly correlation: number;
  /** Share of clips whose top score is what most listeners heard (any of them on a tie). */
  readonly accuracy: number;
  /** How the listeners' plurality itself does against the acted labels on these clips; a tie counts as its share. */
  readonly humanAccuracy: number;
  readonly humanUar: number;
}
