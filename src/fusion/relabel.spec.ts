import { EMOTIONS } from '../emotion/scores.js';
import { UNCALIBRATED } from './config.js';
import { peaked, textOf, voiceOf } from './evidence.fixture.js';
import { fuse } from './fuse.js';
import { relabel } from './relabel.js';

const SILENT = UNCALIBRATED.abstain.noEvidenceBelow;
const pair = { voice: voiceOf(peaked({ sad: 0.7 })), text: textOf(peaked({ neutral: 0.7 })) };
const machine = fuse(pair, { config: UNCALIBRATED, words: "I'm fine" });

describe('a person’s word', () => {
  it('[RV5] is certain, and what the models read stays to be seen', () => {
    const named = relabel(machine, 'angry', SILENT);
    expect(named.decision).toEqual({ label: 'angry', confidence: 1, by: 'person' });
    expect(named.scores.angry).toBe(1);
    expect(EMOTIONS.reduce((sum, e) => sum + named.scores[e], 0)).toBe(1);
    expect(named.dimensions.valence).toBeLessThan(machine.dimensions.valence);
    expect(named.modalities).toEqual(machine.modalities);
    expect(named.logScores).toEqual(machine.logScores);
    expect(named.explanation.summary).toMatch(/^Angry, as a person says: .*voice sounds sad.*I'm fine/);
    expect(named.explanation.cues).toEqual(machine.explanation.cues);
  });

  it('[RV5] that no label must stand leaves what is known without any reading', () => {
    const revoked = relabel(machine, null, SILENT);
    expect(revoked.decision).toMatchObject({ label: null, abstainReason: 'revoked', by: 'person' });
    expect(revoked.scores.sad).toBeCloseTo(1 / 7, 12);
    expect(revoked.predictionSet).toHaveLength(7);
    expect(revoked.explanation.short).toContain('a person revoked the label');
  });

  it('[RV5] corrected is the same as said at once, in either language', () => {
    expect(relabel(relabel(relabel(machine, 'angry', SILENT), null, SILENT), 'happy', SILENT)).toEqual(
      relabel(machine, 'happy', SILENT),
    );
    const chinese = fuse(pair, { config: UNCALIBRATED, locale: 'zh' });
    expect(relabel(chinese, 'angry', SILENT).explanation.short).toMatch(/人工标注/);
  });
});
