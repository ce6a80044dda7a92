import type { Cue, Modality, ModelRef, UnavailableReason } from './evidence.js';
import type { Dimensions, Emotion, Scores } from './scores.js';

export type AbstainReason = 'noEvidence' | 'tooShort' | 'lowQuality' | 'ambiguous';

export type IncongruenceType =
  | 'positiveWordsNegativeVoice'
  | 'neutralWordsNegativeVoice'
  | 'negativeWordsPositiveVoice'
  | 'neutralWordsPositiveVoice'
  | 'negativeWordsNeutralVoice'
  | 'positiveWordsNeutralVoice'
  | 'sameValence';

/** A quality signal that lowered a modality's weight. */
export interface Gate {
  readonly modality: Modality;
  /** `voicedMs`, `snrDb`, `clipping`, `asrConfidence`, `contentWords`, `languageSupported`. */
  readonly signal: string;
  readonly value: number;
  /** The factor in 0..1 that it multiplied the reliability by. */
  readonly factor: number;
  /** "words counted little: recognition confidence 0.41" */
  readonly detail: string;
}

export interface ModalityReading {
  readonly status: 'available' | 'unavailable';
  readonly reason?: UnavailableReason;
  /** w_m in the pooling, 0..1; 0 when unavailable. */
  readonly reliability: number;
  /** w_m · (log p_m − log π_m) for each emotion, nats. With the log-prior these sum to `logScores`. */
  readonly contribution: Scores;
  /** The most probable emotion of this modality's own posterior; null when unavailable. */
  readonly top: Emotion | null;
}

export interface Decision {
  readonly label: Emotion | null;
  /** Calibrated probability of the label; of the most probable emotion when abstaining. */
  readonly confidence: number;
  readonly abstainReason?: AbstainReason;
}

export interface Counterfactual {
  readonly label: Emotion;
  readonly confidence: number;
}

export interface Explanation {
  readonly summary: string;
  readonly locale: 'en';
  /** Cues of both modalities, their weights scaled by the modality's reliability, the strongest first. */
  readonly cues: readonly Cue[];
  /** The most probable emotion without one modality; null when nothing would be left to decide on. */
  readonly counterfactual: {
    readonly withoutVoice: Counterfactual | null;
    readonly withoutText: Counterfactual | null;
  };
  readonly gates: readonly string[];
}

/** The answer: one emotion or an abstention, how sure, and why. */
export interface FusedEmotion {
  readonly decision: Decision;
  readonly scores: Scores;
  /** log π + Σ contributions, before the temperature; nats. */
  readonly logScores: Scores;
  readonly logPrior: Scores;
  readonly temperature: number;
  /** The smallest set of emotions whose scores reach `coverage`, the most probable first. */
  readonly predictionSet: readonly Emotion[];
  readonly coverage: number;
  readonly dimensions: Dimensions;
  readonly modalities: Readonly<Record<Modality, ModalityReading>>;
  readonly incongruence: { readonly detected: boolean; readonly score: number; readonly type?: IncongruenceType };
  readonly explanation: Explanation;
  /** What was left out and why, e.g. `text:modelUnavailable`. */
  readonly degraded: readonly string[];
  readonly models: Readonly<Partial<Record<Modality | 'fusion' | 'whisper', ModelRef>>>;
}
