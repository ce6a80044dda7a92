import type { Alert } from '../emotion/course.js';
import type { FusedEmotion } from '../emotion/fused.js';
import type { Emit } from '../emotion/line-events.js';
import type { Emotion } from '../emotion/scores.js';
import { isEmotion } from '../emotion/scores.js';
import { judge, NO_ALERTS, type AlertState, type Episode, type Observed } from '../fusion/alerts.js';
import type { AlertRule } from '../fusion/alert-rules.js';
import type { FusionConfig } from '../fusion/config.js';
import type { Messages } from '../fusion/messages.js';
import { decided, type LabelProfile } from '../fusion/profile.js';
import { NO_TRAJECTORY, step, type TrajectoryState } from '../fusion/trajectory.js';

export interface CourseOptions {
  readonly rules: readonly AlertRule[];
  /** Its labels may stand in rules. */
  readonly profile?: LabelProfile;
  readonly limits: FusionConfig['abstain'];
  /** How many of the last results may still be revised. */
  readonly revisable: number;
  /** The words of the session's language, now. */
  readonly messages: () => Messages;
}

interface State {
  readonly trajectory: TrajectoryState;
  readonly alerts: AlertState;
}

type Told = Pick<Alert, 'status'> & { readonly episode: Episode };

/**
 * How a session goes on: its trajectory and its alerts. Both are folds over the current results; a revised result is taken in
 * by folding again from the oldest one that can be revised, and what was told wrongly is told anew. Memory is bounded: what can
 * no longer be revised is folded away.
 */
export class Course {
  private settled: State = { trajectory: NO_TRAJECTORY, alerts: NO_ALERTS };
  private open: Observed[] = [];
  /** What was told of alerts that may still change. */
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly options: CourseOptions,
    private readonly emit: Emit,
  ) {}

  /** Takes in a result, or a revised one in the place of the first. One that is too old to be revised is left as it was. */
  take(utteranceId: string, endMs: number, fused: FusedEmotion): void {
    const observed = this.observed(utteranceId, endMs, fused);
    const known = this.open.findIndex((one) => one.utteranceId === utteranceId);
    if (known >= 0) this.open[known] = observed;
    else this.open.push(observed);
    const from = known >= 0 ? known : this.open.length - 1;

    let state = this.settled;
    const points = [];
    const [raised, cleared]: [Episode[], Episode[]] = [lasting(state.alerts), []];
    for (const one of this.open) {
      const next = this.step(state, one);
      state = next.state;
      points.push(next.point);
      raised.push(...next.raised);
      cleared.push(...next.cleared);
    }
    this.emit('session.trajectory', { points: points.slice(from) });
    this.tellAlerts(raised, new Set(cleared.map(({ alertId }) => alertId)));
    this.settle();
  }

  private step(state: State, observed: Observed) {
    const { rules, profile } = this.options;
    const { state: trajectory, point } = step(state.trajectory, observed);
    const emotionsOf = (label: string): readonly Emotion[] =>
      profile?.labels[label] ?? (isEmotion(label) ? [label] : []);
    const { state: alerts, raised, cleared } = judge(state.alerts, observed, point, rules, emotionsOf);
    return { state: { trajectory, alerts }, point, raised, cleared };
  }

  private observed(utteranceId: string, endMs: number, fused: FusedEmotion): Observed {
    const { profile, limits } = this.options;
    const { decision, scores, incongruence } = fused;
    const own = profile ? decided(fused, profile, limits).decision.label : null;
    return {
      utteranceId,
      endMs,
      scores,
      confidence: decision.confidence,
      abstained: decision.label === null,
      // What a person revoked was read, and does not count.
      unread:
        decision.abstainReason === 'revoked' ||
        Object.values(fused.modalities).every(({ reliability }) => reliability < limits.noEvidenceBelow),
      decided: [...new Set([decision.label, own])].filter((label) => label !== null),
      incongruence,
    };
  }

  private tellAlerts(raised: readonly Episode[], cleared: ReadonlySet<string>): void {
    const now = new Set(raised.map(({ alertId }) => alertId));
    for (const [alertId, { episode, status }] of this.told) {
      if (!now.has(alertId) && status !== 'withdrawn') this.tell(episode, 'withdrawn');
    }
    for (const episode of raised) {
      const status = cleared.has(episode.alertId) ? 'cleared' : 'raised';
      const before = this.told.get(episode.alertId)?.status ?? 'withdrawn';
      if (before === status) continue;
      if (before === 'withdrawn' && status === 'cleared') this.tell(episode, 'raised'); // one that is over already
      this.tell(episode, status);
    }
  }

  private tell(episode: Episode, status: Alert['status']): void {
    const { alertId, rule, met } = episode;
    this.told.set(alertId, { episode, status });
    const messages = this.options.messages();
    const { message } = rule;
    const said = typeof message === 'object' ? (message[messages.locale] ?? message.en) : message;
    this.emit('alert', {
      alertId,
      rule: rule.name,
      status,
      severity: rule.severity,
      utteranceIds: met.map(({ utteranceId }) => utteranceId),
      since: met[0]?.atMs ?? 0,
      reason: messages.rule(rule, met),
      ...(said === undefined ? {} : { message: said }),
    });
  }

  private settle(): void {
    while (this.open.length > this.options.revisable) {
      const [oldest] = this.open;
      if (!oldest) return;
      this.open.shift();
      const { state } = this.step(this.settled, oldest);
      this.settled = state;
    }
    const open = new Set(this.open.map(({ utteranceId }) => utteranceId));
    const still = new Set(lasting(this.settled.alerts).map(({ alertId }) => alertId));
    for (const [alertId, { episode }] of this.told) {
      if (!still.has(alertId) && !open.has(episode.met.at(-1)?.utteranceId ?? '')) this.told.delete(alertId);
    }
  }
}

/** Alerts that were raised and not cleared yet. */
function lasting({ rules }: AlertState): Episode[] {
  return [...rules.values()].flatMap(({ active }) => active ?? []);
}
