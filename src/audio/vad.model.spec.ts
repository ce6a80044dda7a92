import { clip } from '../../test/support/clips.js';
import { decodeFile } from './decode.js';
import { WINDOW } from './segmenter.js';
import { loadVad, newVadState, type VadModel } from './vad.model.js';

let vad: VadModel;
beforeAll(async () => {
  vad = await loadVad();
});
afterAll(() => vad.release());

async function windowsOf(name: string): Promise<Float32Array> {
  const { samples } = await decodeFile(clip(name));
  return samples.slice(0, samples.length - (samples.length % WINDOW));
}

const mean = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('loadVad', () => {
  it('[VD1] finds the speech of the clip and not its pauses', async () => {
    const { probabilities } = await vad.run(await windowsOf('two-sentences.wav'), newVadState());
    const between = (fromMs: number, toMs: number): number => mean(probabilities.subarray(fromMs / 32, toMs / 32));
    expect(between(0, 480)).toBeLessThan(0.1);
    expect(between(576, 1152)).toBeGreaterThan(0.9);
    expect(between(1344, 2336)).toBeLessThan(0.1);
    expect(between(2464, 3200)).toBeGreaterThan(0.9);
    expect(between(4288, 4832)).toBeLessThan(0.1);
  });

  it('[VD1] finds none in noise', async () => {
    const { probabilities } = await vad.run(await windowsOf('noise.wav'), newVadState());
    expect(Math.max(...probabilities)).toBeLessThan(0.3);
  });

  it('[PR5] calls of any length give the same bits as one call, for streams that take turns too', async () => {
    const speech = await windowsOf('two-sentences.wav');
    const noisy = await windowsOf('noisy.wav');
    const whole = await vad.run(speech, newVadState());
    const probabilities: number[] = [];
    let state = newVadState();
    let other = newVadState();
    for (let at = 0, k = 1; at < speech.length; k = 1 + (k % 5)) {
      const result = await vad.run(speech.slice(at, at + k * WINDOW), state);
      probabilities.push(...result.probabilities);
      at += k * WINDOW;
      // As if another thread had served it: what travels is a copy.
      state = structuredClone(result.state);
      other = (await vad.run(noisy.slice(0, WINDOW), other)).state;
    }
    expect(Float32Array.from(probabilities)).toEqual(whole.probabilities);
  });

  it('[VD2] does not ask the network about silence', async () => {
    const state = newVadState();
    const hiss = new Float32Array(WINDOW * 3).fill(0.0009);
    const result = await vad.run(hiss, state);
    expect([...result.probabilities]).toEqual([0, 0, 0]);
    expect(result.state.hidden).toBe(state.hidden);
  });

  it('[VD3] refuses part of a window', async () => {
    await expect(vad.run(new Float32Array(WINDOW + 1), newVadState())).rejects.toThrow(RangeError);
  });
});
