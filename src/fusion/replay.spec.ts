import { UNCALIBRATED, fusionConfig } from './config.js';
import { fuse, peaked, randomEvidence, randomOf, textOf, voiceOf } from './evidence.fixture.js';
import { replay, type FusedRecord } from './replay.js';

const { ref: _ref, ...values } = UNCALIBRATED;
const WORDLESS = fusionConfig({ ...values, name: 'wordless', maxWeight: { voice: 1, text: 0 } });

describe('replay', () => {
  it('[FU11] by the same fusion gives the same answer to the last bit, from JSON and in any language', () => {
    const random = randomOf(20);
    for (let i = 0; i < 400; i++) {
      const pair = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const fused = fuse(pair, { words: 'so it goes', locale: i % 2 ? 'zh' : 'en' });
      const stored = JSON.parse(JSON.stringify({ ...pair, words: 'so it goes', fused })) as FusedRecord;
      expect(replay(stored, UNCALIBRATED)).toMatchObject({ identical: true, decisionChanged: false, scoresMoved: 0 });
    }
  });

  it('[FU11] by another fusion tells what changes', () => {
    const pair = { voice: voiceOf(peaked({ sad: 0.4 })), text: textOf(peaked({ happy: 0.8 })) };
    const { fused, ...told } = replay({ ...pair, fused: fuse(pair) }, WORDLESS);
    expect(told).toMatchObject({ identical: false, decisionChanged: true });
    expect(told.scoresMoved).toBeGreaterThan(0.3);
    expect(fused.decision.label).toBe('sad');
  });
});
