import { MEL_BANDS } from '../../src/audio/features.js';
import { FRAMES_PER_STEP, fold, relativeTo, SILENCE, stepsOf } from '../../src/audio/picture.js';
import { batchOf, blended, distorted } from './pictures.js';
import { normal, rngOf } from '../common/rng.js';

function picture(frames: number, seed: number): Float32Array {
  const rng = rngOf(seed);
  return Float32Array.from({ length: frames * MEL_BANDS }, () => Math.max(SILENCE, normal(rng)));
}

describe('pictures', () => {
  it('are folded so that each value stands once at its place, silence behind', () => {
    const frames = 6;
    const steps = stepsOf(frames);
    expect(steps).toBe(2);
    const folded = new Float32Array(steps * FRAMES_PER_STEP * MEL_BANDS);
    const numbered = Float32Array.from({ length: frames * MEL_BANDS }, (_, i) => i);
    fold(numbered, steps, folded);
    expect([...folded].filter((x) => x !== Math.fround(SILENCE)).sort((a, b) => a - b)).toEqual([...numbered]);
    // Frame 3, band 5: second of its pair of frames, second of its pair of bands.
    const rows = MEL_BANDS / 2;
    expect(folded[((1 * rows + 2) * 2 + 1) * 2 + 1]).toBe(3 * MEL_BANDS + 5);
  });

  it('are relative to what is usual, and cut where only silence is left', () => {
    const usual = Float32Array.from({ length: MEL_BANDS }, () => -3);
    const relative = relativeTo(
      usual,
      Float32Array.from({ length: MEL_BANDS }, (_, i) => (i === 0 ? -3 : -30)),
    );
    expect(relative[0]).toBeCloseTo(0, 6);
    expect(relative[1]).toBeCloseTo(SILENCE, 6);
  });

  it('are changed by the same draw in the same way, stay finite, and at most a sixth longer or shorter', () => {
    const original = picture(100, 1);
    for (let seed = 0; seed < 20; seed++) {
      const changed = distorted(original, rngOf(seed));
      expect(changed).toEqual(distorted(original, rngOf(seed)));
      expect(changed.every(Number.isFinite)).toBe(true);
      expect(Math.abs(changed.length / original.length - 1)).toBeLessThan(0.18);
    }
    expect(distorted(picture(1000, 2), rngOf(1)).length / MEL_BANDS).toBeLessThanOrEqual(351);
  });

  it('sound at once by the sum of their powers', () => {
    const [a, b] = [picture(10, 1), picture(20, 2)];
    const same = blended(a, a, 0.7);
    for (const [i, x] of a.entries()) expect(same[i]).toBeCloseTo(x, 5);
    expect(blended(a, b, 0.7)).toHaveLength(b.length);
    const [, loud] = [
      0,
      blended(
        a.map(() => 2),
        b.map(() => SILENCE),
        0.9,
      ),
    ];
    expect(loud[0]).toBeCloseTo(2 + Math.log(0.9) / 2.5, 2);
    expect(loud.at(-1)).toBeCloseTo(SILENCE, 6);
  });

  it('share a batch with silence behind the shorter ones, and the mask says so', () => {
    const { steps, pictures, mask } = batchOf([picture(8, 1), picture(17, 2)]);
    expect(steps).toBe(5);
    expect([...mask]).toEqual([1, 1, 0, 0, 0, 1, 1, 1, 1, 1]);
    expect(pictures).toHaveLength(2 * 5 * FRAMES_PER_STEP * MEL_BANDS);
  });
});
