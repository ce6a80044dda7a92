import type { BaselineMode } from '../samples/samples.js';
import type { ModelRef } from '../../src/emotion/evidence.js';
import type { AbstainReason, IncongruenceType } from '../../src/emotion/fused.js';
import type { CoveragePoint } from '../voice/report.js';
import type { Condition } from '../samples/conditions.js';
import type { PairKind } from './pairs.js';
import type { Made } from '../common/provenance.js';
import { WORD_ERROR_RATES } from './word-errors.js';

/** Ways to answer for a pair: what the product does, either side alone, the mean of the posteriors, the surer of the two. */
export const WAYS = ['fused', 'voice', 'text', 'mean', 'max'] as const;
export type Ways<T> = Readonly<Record<(typeof WAYS)[number], T>>;

/** What a pair goes through before it is read. */
export interface Situation {
  readonly audio: Condition;
  /** 0..1. */
  readonly wordErrorRate: number;
}

/** Where everything is at its best. */
export const BEST: Situation = { audio: 'clean', wordErrorRate: 0 };

/** Each side made worse while the other is left alone, and both at their worst. */
export const SITUATIONS: readonly Situation[] = [
  ...WORD_ERROR_RATES.map((wordErrorRate): Situation => ({ audio: 'clean', wordErrorRate })),
  { audio: 'noise10', wordErrorRate: 0 },
  { audio: 'noise0', wordErrorRate: 0 },
  { audio: 'noise0', wordErrorRate: 0.4 },
];

/** Everything `undertone evaluate fusion` found out, as plain JSON. Shares, recalls and probabilities lie in 0..1. */
export interface FusionReport {
  readonly format: 1;
  readonly models: { readonly voice: ModelRef; readonly text: ModelRef; readonly fusion: ModelRef };
  readonly made: Made;
  readonly baseline: BaselineMode;
  readonly data: {
    /** Pairs of each kind, in one situation. */
    readonly pairs: Readonly<Partial<Record<PairKind, number>>>;
    readonly clips: number;
    readonly speakers: number;
    /** Different words. */
    readonly texts: number;
    /** Of these, those that gave no reading though clean and without errors. */
    readonly unreadVoices: number;
    readonly unreadTexts: number;
  };
  readonly conditions: readonly ConditionLine[];
  /**
   * `ece`, `coverage`, `meanSetSize`, `riskCoverage` and `abstained` are of the fused answer over all pairs whose truth both sides can
   * agree on or the words leave open (congruent, neutral wording, given), in all situations together.
   */
  readonly ece: number;
  /** Share of pairs whose prediction set holds the truth; nominal is the configuration's. */
  readonly coverage: number;
  readonly nominalCoverage: number;
  readonly meanSetSize: number;
  /** When the surest 100, 80 and 60 % are answered. */
  readonly riskCoverage: readonly CoveragePoint[];
  /** Share that the product would not answer, and for which reasons. The figures above answer for all. */
  readonly abstained: { readonly share: number; readonly byReason: Readonly<Partial<Record<AbstainReason, number>>> };
  readonly incongruence: IncongruenceFigures;
}

export interface ConditionLine extends Situation {
  readonly kind: PairKind;
  readonly n: number;
  readonly uar: Ways<number>;
  readonly macroF1: Ways<number>;
  /** Of the fused answer. */
  readonly ece: number;
  readonly coverage: number;
  readonly abstained: number;
  /** Share in which an incongruence was detected. */
  readonly detected: number;
}

/** Clean audio, no word errors. Null where a kind of pair is missing. */
export interface IncongruenceFigures {
  readonly threshold: number;
  /** ROC of the score, incongruent against congruent pairs. */
  readonly auc: number | null;
  /** Share of congruent pairs in which one was detected. */
  readonly falseAlarm: number | null;
  /** Share of incongruent pairs in which one was detected. */
  readonly hitRate: number | null;
  /** "I'm fine": detected where the voice is angry, sad, fearful or disgusted, and where it is none of these. */
  readonly reassurance: { readonly hitRate: number; readonly falseAlarm: number } | null;
  readonly byType: readonly TypeLine[];
  /** The threshold at which at most 5 % of congruent pairs raise an alarm, and what is then detected. */
  readonly atFivePercent: { readonly threshold: number; readonly hitRate: number } | null;
}

/** Incongruent pairs of one type, as they were made. */
export interface TypeLine {
  readonly type: IncongruenceType;
  readonly n: number;
  readonly detected: number;
  /** Share that was detected and given this very type. */
  readonly named: number;
}
