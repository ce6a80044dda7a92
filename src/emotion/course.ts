import type { Dimensions, Emotion } from './scores.js';

/** Which way a conversation is going: unpleasant emotions have grown against its usual, or have receded, or neither. */
export type Phase = 'steady' | 'escalating' | 'recovering';

/** How a session stood after one utterance, smoothed over time. */
export interface TrajectoryPoint<L extends string = Emotion> extends Dimensions {
  readonly utteranceId: string;
  /** Milliseconds since the session's first sample; typed messages count as some seconds each. */
  readonly atMs: number;
  /** Smoothed probability of each emotion; sums to 1. */
  readonly shares: Readonly<Record<L, number>>;
  /** How much the mood swings from one utterance to the next: the root of the mean squared step in valence and arousal. */
  readonly volatility: number;
  readonly phase: Phase;
  /** Since when it has been in this phase, ms. */
  readonly since: number;
  /** Distance from the subject's own baseline; null until that is known. */
  readonly departure: Departure | null;
}

/** From the mean of the first utterances of the session. */
export interface Departure extends Dimensions {
  /** The distance in standard deviations of those first utterances. */
  readonly sigma: number;
}

/** What is told of a configured rule that came true, or no longer is. */
export interface Alert {
  /** The same for all that is told of one alert. */
  readonly alertId: string;
  readonly rule: string;
  /** `withdrawn`: revised results show that it should never have been raised. */
  readonly status: 'raised' | 'cleared' | 'withdrawn';
  readonly severity: 'info' | 'warning' | 'critical';
  /** The utterances that it rests on, oldest first. */
  readonly utteranceIds: readonly string[];
  /** Since when the rule has held, ms since the session's first sample. */
  readonly since: number;
  /** The rule and the numbers that met it, in words. */
  readonly reason: string;
  /** What the rule's author wants said. */
  readonly message?: string;
}

/** What a language model takes for a cause. It never changes a label or a score. */
export interface Cause {
  readonly cause: string;
  /** The utterance that it rests on, and its exact words there, personal data taken out. */
  readonly utteranceId: string;
  readonly quote: string;
  readonly generated: true;
}
