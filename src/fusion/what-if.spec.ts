import { fuse, randomEvidence, randomOf } from './evidence.fixture.js';
import type { Modality } from '../emotion/evidence.js';
import { UNCALIBRATED, UNMEASURED, fusionConfig } from './config.js';
import { topOf } from '../emotion/scores.js';

const { ref: _ref, ...values } = UNCALIBRATED;
const weightOf = (modality: Modality): number => values.maxWeight[modality] ?? UNMEASURED.maxWeight;

describe('what would be answered otherwise', () => {
  it('[FU8] without a modality it is what fusing without it gives', () => {
    const random = randomOf(31);
    const mute = fusionConfig({ ...values, maxWeight: { ...values.maxWeight, text: 0 } });
    for (let i = 0; i < 300; i++) {
      const pair = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const { withoutText } = fuse(pair).explanation.counterfactual;
      if (!withoutText) continue;
      const { scores } = fuse(pair, { config: mute });
      expect(withoutText.label).toBe(topOf(scores));
      expect(withoutText.confidence).toBeCloseTo(scores[withoutText.label], 12);
    }
  });

  it('[FU8] a tipping point turns the most probable emotion into the one it names, and nothing nearer does', () => {
    const random = randomOf(32);
    let found = 0;
    for (let i = 0; i < 300; i++) {
      const pair = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const { explanation, modalities, scores } = fuse(pair);
      for (const { modality, reliability, label } of explanation.counterfactual.tippingPoints) {
        const now = modalities[modality]?.reliability ?? 0;
        /** The answer where the modality is trusted so much. */
        const topAt = (r: number) => {
          const maxWeight = { ...values.maxWeight, [modality]: (weightOf(modality) * r) / now };
          return topOf(fuse(pair, { config: fusionConfig({ ...values, maxWeight }) }).scores);
        };
        if ((weightOf(modality) * reliability) / now > 1) continue; // no configuration gives it so much
        found += 1;
        expect(topAt(reliability)).toBe(label);
        expect(label).not.toBe(topOf(scores));
        if (Math.abs(reliability - now) < 0.05) continue; // found to a hundredth only
        for (const share of [0.25, 0.5, 0.75]) expect(topAt(now + (reliability - now) * share)).toBe(topOf(scores));
      }
    }
    expect(found).toBeGreaterThan(50);
  });
});
