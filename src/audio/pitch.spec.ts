import { ANALYSIS_RATE, HOP, WINDOW, frameCount } from './frames.js';
import { trackPitch } from './pitch.js';

/** A buzz of six harmonics whose frequency follows `hz`. */
function buzz(seconds: number, hz: (t: number) => number, gain: (t: number) => number = () => 1): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: seconds * ANALYSIS_RATE }, (_, i) => {
    const t = i / ANALYSIS_RATE;
    phase += (2 * Math.PI * hz(t)) / ANALYSIS_RATE;
    let sum = 0;
    for (let h = 1; h <= 6; h++) sum += Math.sin(h * phase) / h;
    return 0.2 * gain(t) * sum;
  });
}

const track = (samples: Float32Array): ReturnType<typeof trackPitch> => trackPitch(samples, frameCount(samples.length));
const timeOf = (frame: number): number => (frame * HOP + WINDOW / 2) / ANALYSIS_RATE;

describe('trackPitch', () => {
  it.each([65, 90, 140, 220, 330, 480])('[AF3] finds a steady %i Hz within half a per cent', (hz) => {
    const found = track(buzz(0.5, () => hz));
    for (const value of found.hz.subarray(3, -3)) expect(Math.abs(value / hz - 1)).toBeLessThan(0.005);
    expect(Math.min(...found.clarity.subarray(3, -3))).toBeGreaterThan(0.95);
  });

  it('[AF3] follows a glide over an octave and a half without a jump', () => {
    const glide = (t: number): number => 100 * 2 ** (1.5 * t);
    const { hz } = track(buzz(1, glide));
    for (const [frame, value] of [...hz.entries()].slice(3, -3)) {
      expect(Math.abs(value / glide(timeOf(frame)) - 1)).toBeLessThan(0.02);
    }
  });

  it('[AF3] keeps the octave where the fundamental is missing', () => {
    const missing = Float32Array.from({ length: ANALYSIS_RATE / 2 }, (_, i) => {
      const turn = (2 * Math.PI * 150 * i) / ANALYSIS_RATE;
      return 0.2 * (Math.sin(2 * turn) + Math.sin(3 * turn) + Math.sin(4 * turn));
    });
    for (const value of track(missing).hz.subarray(3, -3)) expect(Math.abs(value / 150 - 1)).toBeLessThan(0.01);
  });

  it('[AF3] does not depend on gain', () => {
    const loud = buzz(0.3, () => 170);
    expect(track(loud.map((x) => x / 256)).hz).toEqual(track(loud).hz);
  });

  it('has no pitch in silence', () => {
    const { hz, clarity } = track(new Float32Array(4000));
    expect([...hz, ...clarity].every((x) => x === 0)).toBe(true);
  });
});
