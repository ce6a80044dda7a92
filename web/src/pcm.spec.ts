import { describe, expect, it } from '@jest/globals';
import { levelDb, mixDown, toPcm16 } from './pcm.js';

describe('samples on their way to the wire', () => {
  it('[LP4] use the whole 16-bit range and clamp what is beyond it', () => {
    expect([...toPcm16(Float32Array.of(0, 1, -1, 0.5, 7, -7))]).toEqual([0, 32767, -32768, 16384, 32767, -32768]);
  });

  it('[LP4] become mono as the mean of the channels', () => {
    expect([...mixDown([Float32Array.of(1, 0), Float32Array.of(0, -1)])]).toEqual([0.5, -0.5]);
    expect(mixDown([])).toHaveLength(0);
  });

  it('[LP4] have a level: full scale is 0 dB, half is −6 dB, silence is the floor', () => {
    expect(levelDb(new Int16Array(64).fill(-32768))).toBeCloseTo(0, 6);
    expect(levelDb(new Int16Array(64).fill(16384))).toBeCloseTo(-6.02, 2);
    expect(levelDb(new Int16Array(64))).toBe(-100);
    expect(levelDb(new Int16Array(0))).toBe(-100);
  });
});
