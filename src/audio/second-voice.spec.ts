import { describe, expect, it } from '@jest/globals';
import type { AvailableEvidence } from '../emotion/evidence.js';
import { withHead } from './second-voice.js';

const acoustic: AvailableEvidence<'voice'> = {
  modality: 'voice',
  status: 'available',
  scores: { neutral: 0.5, happy: 0.3, sad: 0.2 },
  prior: { neutral: 0.5, happy: 0.25, sad: 0.25 },
  perceived: { neutral: 0.9, happy: 0.1 },
  quality: { voicedMs: 900, snrDb: 20, clipping: 0 },
  cues: [{ modality: 'voice', name: 'loudness', toward: 'neutral', weight: 0.4 }],
  model: { name: 'acoustic/a', sha256: '0123456789ab' },
};
const head = { name: 'whisper-head/h', sha256: 'ba9876543210' };

describe('withHead', () => {
  it('[WH4] replace: says what the head says, with the quality that was measured and without reasons of another model', () => {
    const reading = { scores: { happy: 0.7, angry: 0.3 }, prior: { happy: 0.5, angry: 0.5 } };
    const { quality } = acoustic;
    expect(withHead(acoustic, reading, head, 'replace')).toEqual({
      modality: 'voice',
      status: 'available',
      ...reading,
      quality,
      cues: [],
      model: head,
    });
  });

  it('[WH4] join: pools both at equal shares, and keeps the cues at theirs', () => {
    const reading = { scores: { neutral: 0.2, happy: 0.6, sad: 0.2 }, prior: { neutral: 0.4, happy: 0.4, sad: 0.2 } };
    const { scores, cues, prior, perceived, model } = withHead(acoustic, reading, head, 'join');
    // prior · √(p₁/π₁ · p₂/π₂)
    const powers = [0.5 * Math.sqrt(1 * 0.5), 0.25 * Math.sqrt(1.2 * 1.5), 0.25 * Math.sqrt(0.8 * 1)];
    const sum = powers.reduce((a, b) => a + b, 0);
    for (const [i, label] of (['neutral', 'happy', 'sad'] as const).entries())
      expect(scores[label]).toBeCloseTo((powers[i] ?? 0) / sum, 12);
    expect(cues).toEqual([{ ...acoustic.cues[0], weight: 0.2 }]);
    expect([prior, perceived]).toEqual([acoustic.prior, acoustic.perceived]);
    expect(model.name).toBe('acoustic/a+whisper-head/h');
    expect(model.sha256).toMatch(/^[0-9a-f]{12}$/);
  });

  it('[WH4] join: a head that says what it was told beforehand moves the other half-way to its own prior, and no veto exists', () => {
    const nothing = { scores: { neutral: 0.5, happy: 0.5 }, prior: { neutral: 0.5, happy: 0.5 } };
    const { scores } = withHead(acoustic, nothing, head, 'join');
    // 'sad' is not known to the head: for it, too, nothing was said.
    const powers = { neutral: 0.5 * 1, happy: 0.25 * Math.sqrt(1.2), sad: 0.25 * Math.sqrt(0.8) };
    const sum = Object.values(powers).reduce((a, b) => a + b, 0);
    expect(scores.sad).toBeCloseTo(powers.sad / sum, 12);
    expect(scores.happy).toBeCloseTo(powers.happy / sum, 12);
    const veto = { scores: { neutral: 0, happy: 1 }, prior: { neutral: 0.5, happy: 0.5 } };
    expect(withHead(acoustic, veto, head, 'join').scores.neutral).toBeGreaterThan(0);
  });
});
