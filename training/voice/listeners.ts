import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Listeners } from './report.js';
import type { Votes } from '../corpora/corpora.js';
import { argmax } from '../common/metrics.js';

/** One clip that people listened to. Scores are over EMOTIONS. */
export interface Heard {
  /** The acted emotion. */
  readonly truth: number;
  readonly votes: Votes;
  readonly scores: readonly number[];
  /** The model's own estimate of the votes, where it has one. */
  readonly perceived?: readonly number[];
}

/** A model that rules out what somebody heard is charged as if it had left it this much. */
const LEAST_PROBABILITY = 1e-6;

/**
 * Compares a model with the people who only listened, over the emotions that these could choose from; on both sides what they could
 * not choose is left out and the rest brought to 1. Null without votes.
 */
export function compareWithListeners(clips: readonly Heard[]): Listeners | null {
  const offered = EMOTIONS.flatMap((emotion, i) => (clips.some((c) => c.votes[emotion] !== undefined) ? [i] : []));
  const judged = clips.flatMap((clip) => {
    const votes = normalised(offered.map((i) => clip.votes[EMOTIONS[i] ?? 'neutral'] ?? 0));
    const said = clip.perceived ?? clip.scores;
    const model = normalised(offered.map((i) => said[i] ?? 0));
    return votes && model ? [{ truth: clip.truth, votes, model, winners: winnersOf(votes) }] : [];
  });
  if (judged.length === 0) return null;
  const agreement = (winners: readonly number[], emotion: number): number =>
    winners.includes(offered.indexOf(emotion)) ? 1 / winners.length : 0;
  const recalls = [...new Set(judged.map((j) => j.truth))].map((truth) =>
    mean(judged.filter((j) => j.truth === truth).map((j) => agreement(j.winners, truth))),
  );
  return {
    n: judged.length,
    from: clips.some((c) => c.perceived) ? 'perceived' : 'scores',
    emotions: offered.map((i) => EMOTIONS[i] ?? 'neutral'),
    kl: mean(judged.map(({ votes, model }) => divergence(votes, model))),
    correlation: correlation(
      judged.flatMap((j) => j.votes),
      judged.flatMap((j) => j.model),
    ),
    accuracy: mean(judged.map(({ winners, model }) => (winners.includes(argmax(model)) ? 1 : 0))),
    humanAccuracy: mean(judged.map(({ winners, truth }) => agreement(winners, truth))),
    humanUar: mean(recalls),
  };
}

/** KL(p ‖ q) in nats. */
export function divergence(p: readonly number[], q: readonly number[]): number {
  return p.reduce(
    (sum, share, i) => (share === 0 ? sum : sum + share * Math.log(share / Math.max(q[i] ?? 0, LEAST_PROBABILITY))),
    0,
  );
}

/** Pearson's r; 0 where one side does not vary. */
export function correlation(x: readonly number[], y: readonly number[]): number {
  const [mx, my] = [mean(x), mean(y)];
  const sum = (f: (dx: number, dy: number) => number): number =>
    x.reduce((s, value, i) => s + f(value - mx, (y[i] ?? 0) - my), 0);
  const spread = Math.sqrt(sum((dx) => dx * dx) * sum((_, dy) => dy * dy));
  return spread === 0 ? 0 : sum((dx, dy) => dx * dy) / spread;
}

function winnersOf(shares: readonly number[]): number[] {
  const most = Math.max(...shares);
  return shares.flatMap((share, i) => (share === most ? [i] : []));
}

function normalised(values: readonly number[]): number[] | null {
  const sum = values.reduce((a, b) => a + b, 0);
  return sum > 0 ? values.map((v) => v / sum) : null;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
