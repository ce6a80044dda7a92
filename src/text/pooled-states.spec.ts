import { describe, expect, it } from '@jest/globals';
import { PooledStates } from './pooled-states.js';

const STEP = 4;
/** Positions of a window at these levels: full scale, −20 dB, −40 dB, silence. */
const blocks = (...levels: number[]): Float32Array =>
  Float32Array.from({ length: levels.length * STEP }, (_, i) => levels[Math.floor(i / STEP)] ?? 0);
/** States of width 2 that tell their position, and a constant. */
const states = (positions: number): Float32Array =>
  Float32Array.from({ length: 2 * positions }, (_, i) => (i % 2 === 0 ? i / 2 : 5));

describe('PooledStates', () => {
  it('[WH1] gives mean and deviation over the positions that were speech: no pause, no padding', () => {
    const samples = blocks(0, 1, 0.01, 0.1, 0.5);
    const pooled = new PooledStates(samples, STEP, 2);
    pooled.add(states(9), samples);
    // Positions 1, 3 and 4.
    expect(pooled.result()?.[0]).toBeCloseTo(8 / 3, 6);
    expect(pooled.result()?.[1]).toBe(5);
    expect(pooled.result()?.[2]).toBeCloseTo(Math.sqrt(26 / 3 - (8 / 3) ** 2), 6);
    expect(pooled.result()?.[3]).toBe(0);
  });

  it('[WH1] counts what two windows share once, by the loudness of the whole utterance', () => {
    const samples = blocks(0.02, 0.02, 0.02, 1, 1, 1);
    const pooled = new PooledStates(samples, STEP, 2);
    pooled.add(states(4), samples.subarray(0, 4 * STEP), 0, 3 * STEP);
    expect(pooled.result()).toBeUndefined();
    pooled.add(states(4), samples.subarray(2 * STEP), STEP, 4 * STEP);
    expect(pooled.result()?.[0]).toBe(2);
  });

  it('[WH1] is nothing where there is nothing', () => {
    for (const samples of [new Float32Array(0), new Float32Array(40), new Float32Array(40).fill(NaN)]) {
      const pooled = new PooledStates(samples, STEP, 2);
      pooled.add(states(10), samples);
      expect(pooled.result()).toBeUndefined();
    }
  });
});
