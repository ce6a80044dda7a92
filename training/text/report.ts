import type { Emotion } from '../../src/emotion/scores.js';
import type { AcousticReport, Calibration, ClassLine } from '../voice/report.js';
import type { Made } from '../common/provenance.js';

/**
 * Everything `undertone evaluate text` found out, as plain JSON, in the terms of the report on the voice. Shares, recalls and
 * probabilities lie in 0..1; lists of emotions are in the order of EMOTIONS.
 */
export interface TextReport {
  readonly format: 1;
  readonly model: { readonly name: string; readonly sha256: string; readonly labels: readonly Emotion[] };
  readonly made: Made;
  readonly data: { readonly texts: number };
  /** Of the texts as written, by the model's own posterior, like everything below but `conditions`. */
  readonly summary: TextSummary;
  readonly calibration: Calibration;
  readonly riskCoverage: AcousticReport['riskCoverage'];
  readonly perClass: readonly ClassLine[];
  readonly confusion: AcousticReport['confusion'];
  readonly conditions: readonly (TextSummary & { readonly condition: TextCondition })[];
  /** How far the wording was found to say anything; null where the model does not tell. */
  readonly wording: WordingFigures | null;
}

/**
 * `written`: as the file has them. `spoken`: lower case without punctuation, as a recogniser may write. `told`: as written, drawn
 * to the prior where the wording says nothing, which is what clients and fusion get; only of models that tell.
 */
export type TextCondition = 'written' | 'spoken' | 'told';

export interface TextSummary {
  readonly n: number;
  readonly uar: number;
  readonly macroF1: number;
  readonly accuracy: number;
  /** 15 equal bins of the top probability. */
  readonly ece: number;
}

export interface WordingFigures {
  /** Texts labelled neutral, and the others; null where there are none. */
  readonly neutral: GateFigures | null;
  readonly emotional: GateFigures | null;
}

export interface GateFigures {
  readonly n: number;
  readonly meanExpressiveness: number;
  /** Share of texts that say nothing at all. */
  readonly silent: number;
  /** Share of texts that move no log-odds of an undecided fusion by more than 0.3. */
  readonly almostSilent: number;
}
