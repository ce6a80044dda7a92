import type { Dimensions, Emotion } from '../../../src/emotion/scores.js';

/** One utterance as a point of the timeline. */
export interface Moment {
  readonly id: string;
  /** Milliseconds since the session's first sample. */
  readonly startMs: number;
  readonly endMs: number;
  /** Null: not sure, or revoked. */
  readonly label: Emotion | null;
  readonly fused: Dimensions;
  readonly voice?: Dimensions;
  readonly text?: Dimensions;
  /** Where the session was by then: smoothed. */
  readonly course: Dimensions;
  readonly incongruent: boolean;
  /** What it is called aloud. */
  readonly title: string;
}

/** A moment with the stretch of the axis that it takes. */
export interface Placed extends Moment {
  readonly x1: number;
  readonly x2: number;
  readonly x: number;
}

/** Shortest stretch that can be seen and hit, as a share of the whole axis. */
const LEAST_SHARE = 0.012;

/**
 * Lays moments out along seconds, or, where several stand at the same time as typed messages do, one after the other.
 */
export function layOut(moments: readonly Moment[]): {
  readonly by: 'time' | 'order';
  readonly placed: readonly Placed[];
} {
  const ordered = moments.some(({ startMs }, i) => i > 0 && startMs <= (moments[i - 1]?.startMs ?? 0));
  if (ordered) {
    const placed = moments.map((moment, i) => ({ ...moment, x1: i + 0.55, x2: i + 1.45, x: i + 1 }));
    return { by: 'order', placed };
  }
  const least = LEAST_SHARE * Math.max(1, ...moments.map(({ endMs }) => endMs / 1000));
  const placed = moments.map((moment) => {
    const x1 = moment.startMs / 1000;
    const x2 = Math.max(moment.endMs / 1000, x1 + least);
    return { ...moment, x1, x2, x: (x1 + x2) / 2 };
  });
  return { by: 'time', placed };
}

/** The moment at a place of the axis: the one it lies in, or the nearest. */
export function nearest(placed: readonly Placed[], x: number): Placed | undefined {
  const away = ({ x1, x2 }: Placed): number => Math.max(x1 - x, x - x2, 0);
  let best: Placed | undefined;
  for (const one of placed) if (!best || away(one) < away(best)) best = one;
  return best;
}
