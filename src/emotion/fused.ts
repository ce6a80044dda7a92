import type {
  ByModality,
  FurtherModality,
  Modality,
  ModelRef,
  OwnModality,
  UnavailableReason,
  WordedCue,
} from './evidence.js';
import type { Dimensions, Emotion, Scores } from './scores.js';

/** `revoked`: a person said that the label must not stand. */
export type AbstainReason = 'noEvidence' | 'tooShort' | 'lowQuality' | 'ambiguous' | 'revoked';

export type IncongruenceType =
  | 'positiveWordsNegativeVoice'
  | 'neutralWordsNegativeVoice'
  | 'negativeWordsPositiveVoice'
  | 'neutralWordsPositiveVoice'
  | 'negativeWordsNeutralVoice'
  | 'positiveWordsNeutralVoice'
  | 'sameValence';

/** What one side of a disagreement says, and where it says so most. */
export interface IncongruentSide<L extends string = Emotion> {
  readonly emotion: L;
  /** By this modality's own posterior. */
  readonly probability: number;
  /** Milliseconds since the session's first sample. */
  readonly audioMs?: readonly [number, number];
  /** Character offsets into the transcript, end exclusive. */
  readonly textSpan?: readonly [number, number];
}

/** Do voice and words contradict each other? */
export interface Incongruence<L extends string = Emotion> {
  readonly detected: boolean;
  /** Probability that they are of opposite valence and not the same, both as likely beforehand; 0 where there is only one side. */
  readonly score: number;
  /** These three where it was detected. */
  readonly type?: IncongruenceType;
  readonly voice?: IncongruentSide<L>;
  readonly text?: IncongruentSide<L>;
}

/** A quality signal that lowered a modality's weight. */
export interface Gate {
  readonly modality: Modality;
  /** `voicedMs`, `snrDb`, `clipping`, `asrConfidence`, `contentWords`, `languageSupported`; `reliability` as a client declares it. */
  readonly signal: string;
  readonly value: number;
  /** The factor in 0..1 that it multiplied the reliability by. */
  readonly factor: number;
}

export interface ModalityReading<L extends string = Emotion> {
  readonly status: 'available' | 'unavailable';
  readonly reason?: UnavailableReason;
  /** w_m in the pooling: the probability that this reading applies at all, 0..1; 0 when unavailable. */
  readonly reliability: number;
  /** log(1 − w_m + w_m · p_m / π_m) for each emotion, nats. With the log-prior these sum to `logScores`. */
  readonly contribution: Scores;
  /** The most probable emotion of this modality's own posterior; null when unavailable. */
  readonly top: L | null;
  /** What lowered the reliability, the strongest first. */
  readonly gates: readonly Gate[];
}

export interface Decision<L extends string = Emotion> {
  readonly label: L | null;
  /** Calibrated probability of the label; of the most probable emotion when abstaining. */
  readonly confidence: number;
  readonly abstainReason?: AbstainReason;
  /** A person decided so; left out where the models did. */
  readonly by?: 'person';
}

export interface Counterfactual<L extends string = Emotion> {
  readonly label: L;
  readonly confidence: number;
}

/** The least change of one modality's reliability that would make another emotion the most probable. */
export interface TippingPoint<L extends string = Emotion> {
  readonly modality: Modality;
  /** The reliability it would take, 0..1. */
  readonly reliability: number;
  readonly label: L;
}

type Without<M extends Modality> = `without${Capitalize<M>}`;

/** Where the answer without a modality stands. */
export const WITHOUT: { readonly [M in Modality]: Without<M> } = {
  voice: 'withoutVoice',
  text: 'withoutText',
  face: 'withoutFace',
  physiology: 'withoutPhysiology',
  other: 'withoutOther',
};

/** The most probable emotion without one modality; null when nothing would be left to decide on. Of further ones where they are. */
export type Counterfactuals<L extends string = Emotion> = Readonly<
  Record<Without<OwnModality>, Counterfactual<L> | null> &
    Partial<Record<Without<FurtherModality>, Counterfactual<L> | null>>
>;

/** What would be answered otherwise. */
export type WhatIf<L extends string = Emotion> = Counterfactuals<L> & {
  readonly tippingPoints: readonly TippingPoint<L>[];
};

/** Languages that explanations are written in. */
export const LOCALES = ['en', 'zh'] as const;
export type Locale = (typeof LOCALES)[number];

export interface Explanation<L extends string = Emotion> {
  readonly locale: Locale;
  /** One line, for a bot. */
  readonly short: string;
  /** A sentence or two that a child could follow. */
  readonly summary: string;
  /** All of it, for an analyst. */
  readonly paragraph: string;
  /** The words as the summary quotes them. */
  readonly quote?: string;
  /** Cues of all modalities, their weights scaled by the modality's reliability, the strongest first. */
  readonly cues: readonly WordedCue<L>[];
  readonly counterfactual: WhatIf<L>;
  readonly gates: readonly string[];
}

/**
 * The answer: one emotion or an abstention, how sure, and why. `L` are the seven emotions, or the labels of a profile that
 * merges them; log-scores and contributions are those of the seven in either case.
 */
export interface FusedEmotion<L extends string = Emotion> {
  readonly decision: Decision<L>;
  readonly scores: Readonly<Record<L, number>>;
  /** log π + Σ contributions, before the temperature; nats. */
  readonly logScores: Scores;
  readonly logPrior: Scores;
  readonly temperature: number;
  /** Labels it may be, the most probable first: a conformal set. */
  readonly predictionSet: readonly L[];
  /** How often such sets hold what is meant, 0..1: nominally, over many utterances. */
  readonly coverage: number;
  readonly dimensions: Dimensions;
  readonly modalities: ByModality<ModalityReading<L>>;
  readonly incongruence: Incongruence<L>;
  readonly explanation: Explanation<L>;
  /** What was left out and why, e.g. `text:modelUnavailable`. */
  readonly degraded: readonly string[];
  readonly models: Readonly<Partial<Record<Modality | 'fusion' | 'whisper', ModelRef>>>;
}
