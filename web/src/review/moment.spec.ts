import { describe, expect, it } from '@jest/globals';
import { layOut, nearest, type Moment } from './moment.js';

const moment = (id: string, startMs: number, endMs: number): Moment => ({
  id,
  startMs,
  endMs,
  label: null,
  fused: { valence: 0, arousal: 0 },
  course: { valence: 0, arousal: 0 },
  incongruent: false,
  title: id,
});

describe('moments of a timeline', () => {
  it('[RP4] stands speech where it was said, and makes what is too short wide enough to hit', () => {
    const { by, placed } = layOut([
      moment('u1', 0, 1_000),
      moment('u2', 50_000, 50_001),
      moment('u3', 99_000, 100_000),
    ]);
    expect(by).toBe('time');
    expect(placed.map(({ x1, x2 }) => [x1, x2])).toEqual([
      [0, 1.2],
      [50, 51.2],
      [99, 100.2],
    ]);
  });

  it('[RP4] stands messages of the same moment one after the other', () => {
    const { by, placed } = layOut([moment('u1', 0, 0), moment('u2', 0, 0)]);
    expect([by, ...placed.map(({ x }) => x)]).toEqual(['order', 1, 2]);
  });

  it('[RP4] finds the moment that a click means', () => {
    const { placed } = layOut([moment('u1', 0, 10_000), moment('u2', 20_000, 21_000)]);
    expect([5, 14, 16, 99].map((x) => nearest(placed, x)?.id)).toEqual(['u1', 'u1', 'u2', 'u2']);
    expect(nearest([], 3)).toBe(undefined);
  });
});
