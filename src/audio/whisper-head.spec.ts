import { describe, expect, it } from '@jest/globals';
import { dense, WhisperHead, type HeadConfig } from './whisper-head.js';

const config: HeadConfig = {
  format: 1,
  encoder: { name: 'some-whisper', sha256: 'a'.repeat(64) },
  labels: ['happy', 'sad'],
  prior: [0.75, 0.25],
  temperature: 2,
  mean: [1, -1],
  sd: [2, 1],
  widths: [2, 2, 2],
  training: {},
};
/** Inputs × outputs: the identity, then one that tells the second hidden unit from the first. */
const tensors = [
  [1, 0, 0, 1],
  [0, 0.5],
  [0, 2, 4, 0],
  [1, 0],
].map((values) => Float32Array.from(values));
const head = new WhisperHead({ name: 'whisper-head/h', sha256: '0' }, 'Apache-2.0', config, tensors);

describe('WhisperHead', () => {
  it('is dense layers with ReLU between them', () => {
    expect([...dense(Float32Array.of(-1, 1), tensors)]).toEqual([4 * 1.5 + 1, 0]);
  });

  it('[WH1] standardises the states, and softens by its temperature', () => {
    const { scores, prior } = head.read(Float32Array.of(1, -1));
    // Inputs of 0: the hidden units are 0 and 0.5, the logits 3 and 0.
    expect(scores.happy).toBeCloseTo(1 / (1 + Math.exp(-3 / 2)), 6);
    expect((scores.happy ?? 0) + (scores.sad ?? 0)).toBeCloseTo(1, 12);
    expect(prior).toEqual({ happy: 0.75, sad: 0.25 });
    expect(head.read(Float32Array.of(1e9, -1)).scores.sad).toBeGreaterThan(0);
  });

  it('[WH5] refuses states of another encoder, by both names and with what to do', () => {
    expect(() => {
      head.assertFits('a'.repeat(64), 'some-whisper');
    }).not.toThrow();
    expect(() => {
      head.assertFits('b'.repeat(64), 'other-whisper');
    }).toThrow(/aaaaaaaaaaaa of some-whisper, and other-whisper has the encoder bbbbbbbbbbbb: .*--recipe whisper-head/);
  });
});
