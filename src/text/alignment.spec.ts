import { describe, expect, it } from '@jest/globals';
import { alignedRows, type Attention } from './alignment.js';

/** Attention of a head that looks, for each token, evenly at a stretch of positions, and faintly everywhere else. */
function looking(columns: number, places: readonly (readonly [number, number])[], faint = 1e-6): Attention {
  const values = new Float32Array(places.length * columns).fill(faint);
  for (const [row, [from, to]] of places.entries()) {
    values.fill(1 / (to - from), row * columns + from, row * columns + to);
  }
  return { rows: places.length, columns, values };
}

const PLACES = [
  [30, 50],
  [50, 60],
  [60, 100],
  [100, 110],
] as const;
const STARTS = [0.6, 1, 1.2, 2];

describe('alignedRows', () => {
  it('[TX15] finds when each token begins, the first after the silence before it', () => {
    expect(alignedRows([looking(150, PLACES)], 0.02)).toEqual(STARTS.map((s) => expect.closeTo(s, 5)));
  });

  it('[TX15] counts positions by how long they are', () => {
    expect(alignedRows([looking(150, PLACES)], 0.04)).toEqual(STARTS.map((s) => expect.closeTo(2 * s, 5)));
  });

  it('[TX15] is not led astray by what heads do in silence, nor by one head of several', () => {
    const silent = looking(150, PLACES, 0);
    // In silence the last token looks a little harder than the others.
    silent.values.fill(1e-5, 3 * 150, 3 * 150 + 28);
    expect(alignedRows([silent], 0.02)).toEqual(STARTS.map((s) => expect.closeTo(s, 5)));
    const nowhere = looking(
      150,
      PLACES.map(() => [0, 150]),
    );
    expect(alignedRows([silent, looking(150, PLACES), nowhere], 0.02)).toEqual(STARTS.map((s) => expect.closeTo(s, 5)));
  });

  it.each([
    ['no head', []],
    [
      'no position',
      [
        looking(
          0,
          PLACES.map(() => [0, 0]),
        ),
      ],
    ],
    [
      'one position',
      [
        looking(
          1,
          PLACES.map(() => [0, 1]),
        ),
      ],
    ],
    ['one token', [looking(20, [[5, 9]])]],
    ['not numbers', [{ rows: 2, columns: 3, values: new Float32Array(6).fill(NaN) }]],
  ])('[TX15] gives finite times in order for %s', (_, heads: readonly Attention[]) => {
    const times = alignedRows(heads, 0.02);
    expect(times).toHaveLength(heads[0]?.columns ? heads[0].rows : 0);
    for (const [i, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(times[i - 1] ?? 0);
  });
});
