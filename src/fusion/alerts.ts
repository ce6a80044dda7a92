import type { TrajectoryPoint } from '../emotion/course.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';
import { labelsOf, type AlertRule, type Condition } from './alert-rules.js';
import type { Moment } from './trajectory.js';

/** One result, as rules look at it. */
export interface Observed extends Moment {
  /** What was decided: the emotion, and the label of the profile; empty for an abstention. */
  readonly decided: readonly string[];
  readonly incongruence: Pick<FusedEmotion['incongruence'], 'detected' | 'type'>;
}

/** The numbers by which one utterance met a rule. */
export interface Met {
  readonly utteranceId: string;
  readonly atMs: number;
  /** Probabilities of the labels that the rule names. */
  readonly scores: Readonly<Record<string, number>>;
  readonly point: TrajectoryPoint;
  /** The runs that valence and arousal are in. */
  readonly trends: Trends;
}

export interface Episode {
  readonly alertId: string;
  readonly rule: AlertRule;
  /** The utterances that it rests on, oldest first. */
  readonly met: readonly Met[];
}

/** A run without a turn: where it began, and the farthest it came. */
interface Run {
  readonly sinceMs: number;
  readonly from: number;
  readonly farthest: number;
}
type Axis = 'valence' | 'arousal';
export type Trends = Readonly<Record<Axis, { readonly rising: Run; readonly falling: Run }>>;

interface RuleState {
  /** The last utterances running that met the rule, as many as it asks for. */
  readonly run: readonly Met[];
  readonly active: Episode | null;
  readonly raisedAtMs: number | null;
}

/** All that the next judgement depends on; its size does not grow. */
export interface AlertState {
  readonly trends: Trends | null;
  readonly rules: ReadonlyMap<string, RuleState>;
}

export const NO_ALERTS: AlertState = { trends: null, rules: new Map() };
const UNMET: RuleState = { run: [], active: null, raisedAtMs: null };

/** A movement smaller than this against a run is no turn. */
const TURN = 0.02;
/** A trend is worth telling from this much on, where the rule does not say. */
const DEFAULT_BY = 0.1;

/**
 * Takes one result in: what is raised, what is cleared. A fold, as the trajectory is. A result of which nothing could be read
 * neither meets a rule nor breaks a run.
 * @param emotionsOf the emotions that a label stands for
 */
export function judge(
  state: AlertState,
  observed: Observed,
  point: TrajectoryPoint,
  rules: readonly AlertRule[],
  emotionsOf: (label: string) => readonly Emotion[],
): { state: AlertState; raised: readonly Episode[]; cleared: readonly Episode[] } {
  if (observed.unread) return { state, raised: [], cleared: [] };
  const trends = moved(state.trends, point);
  const next = new Map<string, RuleState>();
  const [raised, cleared]: [Episode[], Episode[]] = [[], []];
  for (const rule of rules) {
    const before = state.rules.get(rule.name) ?? UNMET;
    const { utteranceId } = observed;
    const scoreOf = (label: string): number => emotionsOf(label).reduce((sum, e) => sum + observed.scores[e], 0);
    const scores = Object.fromEntries(labelsOf(rule).map((label) => [label, scoreOf(label)]));
    const met: Met = { utteranceId, atMs: point.atMs, scores, point, trends };
    const holds = meets(rule.when, met, observed, before.active ? rule.hysteresis : 0);
    const run = holds ? [...before.run, met].slice(-rule.utterances) : [];
    if (before.active) {
      if (!holds) cleared.push(before.active);
      next.set(rule.name, { ...before, run, active: holds ? before.active : null });
      continue;
    }
    const rested = before.raisedAtMs === null || point.atMs - before.raisedAtMs >= rule.coolDown * 1_000;
    if (run.length < rule.utterances || !rested) {
      next.set(rule.name, { ...before, run });
      continue;
    }
    const active = { alertId: `${rule.name}/${utteranceId}`, rule, met: run };
    raised.push(active);
    next.set(rule.name, { run, active, raisedAtMs: point.atMs });
  }
  return { state: { trends, rules: next }, raised, cleared };
}

/** Do all conditions hold, with bounds looser by `slack`? */
function meets(when: Condition, { scores, point, trends }: Met, observed: Observed, slack: number): boolean {
  const within = (value: number, bound: { atLeast?: number | undefined; atMost?: number | undefined }): boolean =>
    value >= (bound.atLeast ?? -Infinity) - slack && value <= (bound.atMost ?? Infinity) + slack;
  const along = (axis: Axis): boolean => {
    const rule = when[axis];
    if (!rule) return true;
    const { rising, falling } = trends[axis];
    const ran = ({ sinceMs, from }: Run, forSeconds: number | undefined): boolean =>
      forSeconds === undefined ||
      (point.atMs - sinceMs >= forSeconds * 1_000 && Math.abs(point[axis] - from) >= (rule.by ?? DEFAULT_BY) - slack);
    return within(point[axis], rule) && ran(rising, rule.risingFor) && ran(falling, rule.fallingFor);
  };
  const { label, score, incongruence, phase, volatility, departure } = when;
  const { detected, type } = observed.incongruence;
  return (
    (label === undefined || [label].flat().some((one) => observed.decided.includes(one))) &&
    Object.entries(score ?? {}).every(([name, bound]) => within(scores[name] ?? 0, bound)) &&
    (incongruence === undefined ||
      (detected && (incongruence === true || (type !== undefined && [incongruence].flat().includes(type))))) &&
    along('valence') &&
    along('arousal') &&
    (phase === undefined || point.phase === phase) &&
    (volatility === undefined || within(point.volatility, volatility)) &&
    (departure === undefined || (point.departure !== null && within(point.departure.sigma, departure)))
  );
}

function moved(trends: Trends | null, point: TrajectoryPoint): Trends {
  const along = (axis: Axis) => {
    const value = point[axis];
    const start = { sinceMs: point.atMs, from: value, farthest: value };
    const before = trends?.[axis];
    const go = (run: Run | undefined, sign: 1 | -1): Run =>
      run === undefined || (run.farthest - value) * sign > TURN
        ? start
        : { ...run, farthest: sign > 0 ? Math.max(run.farthest, value) : Math.min(run.farthest, value) };
    return { rising: go(before?.rising, 1), falling: go(before?.falling, -1) };
  };
  return { valence: along('valence'), arousal: along('arousal') };
}
