import { argmax } from '../common/metrics.js';
import { normal, rngOf } from '../common/rng.js';
import { SVM, trainSvm } from './svm.js';

/** Clips of one cloud: standard normal around a centre. */
function cloud(centre: readonly number[], count: number, seed: number, spread = 1): Float32Array[] {
  const rng = rngOf(seed);
  return Array.from({ length: count }, () => Float32Array.from(centre, (c) => c + spread * normal(rng)));
}

/** Three clouds at the corners of a triangle, two of them near each other. */
const TRIANGLE = [
  [0, 3],
  [-1, 0],
  [1, 0],
] as const;

function triangle(count: number, seed: number): { rows: Float32Array[]; classes: number[] } {
  const rows = TRIANGLE.flatMap((centre, c) => cloud(centre, count, seed + c));
  return { rows, classes: rows.map((_, i) => Math.floor(i / count)) };
}

describe('trainSvm', () => {
  it('separates what no line separates', async () => {
    const corners = [
      [2, 2],
      [-2, -2],
      [2, -2],
      [-2, 2],
    ];
    const rows = corners.flatMap((corner, i) => cloud(corner, 20, i, 0.5));
    const classes = rows.map((_, i) => (i < 40 ? 0 : 1));
    const svm = await trainSvm(rows, classes, [1, 1], 2, SVM);
    const right = corners.map((corner) => svm.predict(Float32Array.from(corner))[0] ?? 0);
    expect(right.map((p) => p > 0.9)).toEqual([true, true, false, false]);
    expect(right.map((p) => p < 0.1)).toEqual([false, false, true, true]);
  });

  it('gives probabilities of three classes, which sum to 1 and are as sure as they are right', async () => {
    const { rows, classes } = triangle(150, 1);
    const svm = await trainSvm(rows, classes, [1, 1, 1], 3, SVM);
    const unseen = triangle(200, 100);
    const scores = unseen.rows.map((row) => svm.predict(row));
    for (const p of scores) expect(p.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    const accuracy = scores.filter((p, i) => argmax(p) === unseen.classes[i]).length / scores.length;
    const confidence = scores.reduce((sum, p) => sum + Math.max(...p), 0) / scores.length;
    expect(accuracy).toBeGreaterThan(0.83); // Bayes: .87
    expect(Math.abs(confidence - accuracy)).toBeLessThan(0.05);
  });

  it('leans to the class with the greater weight', async () => {
    const rows = [...cloud([0], 100, 1), ...cloud([1], 100, 2)];
    const classes = rows.map((_, i) => (i < 100 ? 0 : 1));
    const second = async (weights: number[]): Promise<number> =>
      (await trainSvm(rows, classes, weights, 2, SVM)).predict(Float32Array.of(0.5))[1] ?? 0;
    const even = await second([1, 1]);
    expect(await second([3, 1])).toBeLessThan(even - 0.1);
    expect(await second([1, 3])).toBeGreaterThan(even + 0.1);
  });

  it('gives a class without rows nothing', async () => {
    const { rows, classes } = triangle(10, 1);
    const svm = await trainSvm(
      rows,
      classes.map((c) => c * 2),
      [1, 1, 1, 1, 1],
      5,
      SVM,
    );
    const p = svm.predict(Float32Array.of(0, 3));
    expect([p[1], p[3]]).toEqual([0, 0]);
    expect(argmax(p)).toBe(0);
  });

  it('gives the same probabilities for the same rows, and counts the pairs as they are done', async () => {
    const { rows, classes } = triangle(30, 7);
    const progress: [number, number][] = [];
    const first = await trainSvm(rows, classes, [1, 1, 1], 3, SVM, (done, of) => progress.push([done, of]));
    const second = await trainSvm(rows, classes, [1, 1, 1], 3, SVM);
    expect(first.predict(Float32Array.of(0, 1))).toEqual(second.predict(Float32Array.of(0, 1)));
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('reads nothing once released', async () => {
    const { rows, classes } = triangle(10, 1);
    const svm = await trainSvm(rows, classes, [1, 1, 1], 3, SVM);
    svm.release();
    expect(() => svm.predict(Float32Array.of(0, 0))).toThrow('released');
  });

  it('leaves rejected promises and fetch to others, which the library would take over', async () => {
    const { fetch } = globalThis;
    const { rows, classes } = triangle(5, 1);
    await trainSvm(rows, classes, [1, 1, 1], 3, SVM);
    expect(process.listenerCount('unhandledRejection')).toBe(0);
    expect(globalThis.fetch).toBe(fetch);
  });
});
