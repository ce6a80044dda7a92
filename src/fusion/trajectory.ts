import type { Departure, Phase, TrajectoryPoint } from '../emotion/course.js';
import { dimensionsOf, EMOTIONS, scoresOf, valenceSign, type Dimensions, type Scores } from '../emotion/scores.js';

/** One result, as the course of a session takes it in. */
export interface Moment {
  readonly utteranceId: string;
  readonly endMs: number;
  readonly scores: Scores;
  /** Of the most probable emotion. */
  readonly confidence: number;
  readonly abstained: boolean;
  /** Nothing could be read at all: time passes, and nothing is learnt. */
  readonly unread: boolean;
}

/** A smoothed value forgets half of what it knew in so many ms; what is usual in this conversation, more slowly. */
export const HALF_LIFE_MS = 30_000;
const USUAL_HALF_LIFE_MS = 120_000;
/** Even a typed message, which takes no audio, moves the clock on by this much. */
export const LEAST_STEP_MS = 3_000;
/** An abstention weighs this share of what a decision of the same confidence would. */
const ABSTAINED_WEIGHT = 0.5;
/** Utterances that a baseline is made of, and the least spread that it is believed to have. */
const BASELINE_UTTERANCES = 5;
const LEAST_SPREAD = 0.1;
/** So much more (or less) probability of unpleasant emotions than usual is an escalation (or a recovery); half of it ends one. */
const PHASE_GAP = 0.12;

/** A time-decayed weighted sum: mean = Σ w·x / Σ w, each w halved every half-life. */
interface Mean {
  readonly sum: Scores;
  readonly weight: number;
}

/** All that the next point depends on; its size does not grow. */
export interface TrajectoryState {
  readonly atMs: number;
  readonly recent: Mean;
  readonly usual: Mean;
  /** Squared steps between neighbours, decayed. */
  readonly steps: { readonly sum: number; readonly weight: number };
  readonly last: Dimensions | null;
  /** The first utterances, until there are enough. */
  readonly first: readonly { readonly place: Dimensions; readonly weight: number }[];
  readonly phase: Phase;
  readonly since: number;
}

const NOTHING: Mean = { sum: scoresOf(() => 0), weight: 0 };

export const NO_TRAJECTORY: TrajectoryState = {
  atMs: 0,
  recent: NOTHING,
  usual: NOTHING,
  steps: { sum: 0, weight: 0 },
  last: null,
  first: [],
  phase: 'steady',
  since: 0,
};

const decay = (elapsedMs: number, halfLifeMs: number): number => 2 ** (-elapsedMs / halfLifeMs);

function added({ sum, weight }: Mean, kept: number, x: Scores, w: number): Mean {
  return { sum: scoresOf((e) => sum[e] * kept + x[e] * w), weight: weight * kept + w };
}

const meanOf = ({ sum, weight }: Mean, otherwise: Scores): Scores =>
  weight > 0 ? scoresOf((e) => sum[e] / weight) : otherwise;

/** The probability of an unpleasant emotion. */
const strainOf = (scores: Scores): number => EMOTIONS.reduce((sum, e) => sum + (valenceSign(e) < 0 ? scores[e] : 0), 0);

const distance = (a: Dimensions, b: Dimensions): number => Math.hypot(a.valence - b.valence, a.arousal - b.arousal);

/** How much a result counts: its confidence, less where nothing was decided, nothing where nothing was read. */
export function weightOf({ confidence, abstained, unread }: Moment): number {
  return unread ? 0 : confidence * (abstained ? ABSTAINED_WEIGHT : 1);
}

/**
 * Takes one result in. A fold: the course of a session is `moments.reduce(step)`, so that revised results are taken in by
 * going through them again.
 *
 * Smoothing is exponential in time (for unevenly spaced series: Wright 1986; Eckner 2012) and weighted by confidence; the
 * volatility is the root mean square successive difference of affect research (Jahng, Wood & Trull 2008), decayed alike.
 */
export function step(state: TrajectoryState, moment: Moment): { state: TrajectoryState; point: TrajectoryPoint } {
  const atMs = Math.max(moment.endMs, state.atMs + LEAST_STEP_MS);
  const kept = decay(atMs - state.atMs, HALF_LIFE_MS);
  const weight = weightOf(moment);
  const recent = added(state.recent, kept, moment.scores, weight);
  const usual = added(state.usual, decay(atMs - state.atMs, USUAL_HALF_LIFE_MS), moment.scores, weight);
  const place = dimensionsOf(moment.scores);
  const stepWeight = state.last === null ? 0 : weight;
  const steps = {
    sum: state.steps.sum * kept + stepWeight * distance(place, state.last ?? place) ** 2,
    weight: state.steps.weight * kept + stepWeight,
  };
  const first =
    weight > 0 && state.first.length < BASELINE_UTTERANCES ? [...state.first, { place, weight }] : state.first;

  const shares = meanOf(recent, moment.scores);
  const phase = phaseOf(state.phase, strainOf(shares) - strainOf(meanOf(usual, moment.scores)));
  const since = phase === state.phase ? state.since : atMs;
  const now = dimensionsOf(shares);
  return {
    state: { atMs, recent, usual, steps, last: weight > 0 ? place : state.last, first, phase, since },
    point: {
      utteranceId: moment.utteranceId,
      atMs,
      ...now,
      shares,
      volatility: steps.weight > 0 ? Math.sqrt(steps.sum / steps.weight) : 0,
      phase,
      since,
      departure: departureOf(now, first),
    },
  };
}

/** With hysteresis: a phase ends where half of what began it is gone. */
function phaseOf(phase: Phase, gap: number): Phase {
  if (gap >= PHASE_GAP || (phase === 'escalating' && gap >= PHASE_GAP / 2)) return 'escalating';
  if (gap <= -PHASE_GAP || (phase === 'recovering' && gap <= -PHASE_GAP / 2)) return 'recovering';
  return 'steady';
}

function departureOf(now: Dimensions, first: TrajectoryState['first']): Departure | null {
  if (first.length < BASELINE_UTTERANCES) return null;
  const total = first.reduce((sum, { weight }) => sum + weight, 0);
  const mean = (value: (place: Dimensions) => number): number =>
    first.reduce((sum, { place, weight }) => sum + weight * value(place), 0) / total;
  const usual = { valence: mean((p) => p.valence), arousal: mean((p) => p.arousal) };
  const spread = Math.sqrt(mean((p) => distance(p, usual) ** 2));
  return {
    valence: now.valence - usual.valence,
    arousal: now.arousal - usual.arousal,
    sigma: distance(now, usual) / Math.max(spread, LEAST_SPREAD),
  };
}
