import { FURTHER_MODALITIES, type Cue, type FurtherEvidence } from '../emotion/evidence.js';
import { EMOTIONS, topOf } from '../emotion/scores.js';
import { UNCALIBRATED, UNMEASURED, fusionConfig } from './config.js';
import {
  evidenceOf,
  fuse,
  NO_TEXT,
  numbersIn,
  peaked,
  randomAvailable,
  randomEvidence,
  randomOf,
  textOf,
  voiceOf,
  type Random,
} from './evidence.fixture.js';
import { logRatios } from './pool.js';
import { profileOf, viewOf } from './profile.js';
import { replay } from './replay.js';

const { ref: _ref, ...values } = UNCALIBRATED;

function randomFurther(random: Random): FurtherEvidence {
  const some = FURTHER_MODALITIES.filter(() => random() < 0.6);
  return Object.fromEntries(some.map((modality) => [modality, randomEvidence(modality, random)]));
}

function randomSet(random: Random) {
  return { voice: randomEvidence('voice', random), text: randomEvidence('text', random), ...randomFurther(random) };
}

describe('further modalities, over random evidence', () => {
  it('[FU12] all contributions and the prior are the log-scores; scores sum to 1; nothing is NaN', () => {
    const random = randomOf(41);
    for (let i = 0; i < 1500; i++) {
      const result = fuse(randomSet(random));
      const errors = EMOTIONS.map((e) => {
        const contributions = Object.values(result.modalities).reduce((sum, m) => sum + m.contribution[e], 0);
        return Math.abs(result.logPrior[e] + contributions - result.logScores[e]);
      });
      expect(Math.max(...errors)).toBeLessThan(1e-12);
      expect(Math.abs(EMOTIONS.reduce((sum, e) => sum + result.scores[e], -1))).toBeLessThan(1e-12);
      expect(numbersIn(result).every(Number.isFinite)).toBe(true);
    }
  });

  it('[FU12] the order in which they are given changes no bit', () => {
    const random = randomOf(42);
    for (let i = 0; i < 300; i++) {
      const set = randomSet(random);
      const backwards = Object.fromEntries(Object.entries(set).reverse()) as unknown as typeof set;
      expect(JSON.stringify(fuse(backwards))).toBe(JSON.stringify(fuse(set)));
    }
  });

  it('[FU12] one that is absent equals one of weight zero, in every number of the answer', () => {
    const random = randomOf(43);
    for (let i = 0; i < 300; i++) {
      const { face: _face, ...without } = randomSet(random);
      const mute = { ...randomAvailable('face', random), quality: { reliability: 0 } };
      const [absent, silent] = [fuse(without), fuse({ ...without, face: mute })];
      expect(silent.logScores).toEqual(absent.logScores);
      expect(silent.scores).toEqual(absent.scores);
      expect(silent.predictionSet).toEqual(absent.predictionSet);
      expect(silent.incongruence).toEqual(absent.incongruence);
      expect(silent.explanation.cues).toEqual(absent.explanation.cues);
      expect(silent.decision.label).toBe(absent.decision.label);
    }
  });

  it('[FU12] the emotion that it speaks for most only gains with its declared reliability', () => {
    const random = randomOf(44);
    for (let i = 0; i < 300; i++) {
      const set = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const face = randomAvailable('face', random);
      const favourite = topOf(logRatios(face, UNCALIBRATED));
      let before = 0;
      for (const reliability of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
        const p = fuse({ ...set, face: { ...face, quality: { reliability } } }).scores[favourite];
        expect(p).toBeGreaterThanOrEqual(before - 1e-12);
        before = p;
      }
    }
  });

  it('[FU12] without one of them it is what fusing without it gives', () => {
    const random = randomOf(45);
    for (let i = 0; i < 300; i++) {
      const { other: _other, ...set } = { ...randomSet(random), other: undefined };
      const { withoutOther } = fuse({ ...set, other: randomAvailable('other', random) }).explanation.counterfactual;
      if (!withoutOther) continue;
      const { scores } = fuse(set);
      expect(withoutOther.label).toBe(topOf(scores));
      expect(withoutOther.confidence).toBeCloseTo(scores[withoutOther.label], 12);
    }
  });

  it('[FU11] stored evidence gives the same answer to the last bit', () => {
    const random = randomOf(46);
    for (let i = 0; i < 200; i++) {
      const set = randomSet(random);
      const record = JSON.parse(JSON.stringify({ ...set, fused: fuse(set) })) as Parameters<typeof replay>[0];
      expect(replay(record, UNCALIBRATED).identical).toBe(true);
    }
  });
});

describe('a face', () => {
  const BROWS: Cue = { modality: 'face', name: 'AU4', detail: 'brows drawn together', toward: 'sad', weight: 0.8 };
  const voice = voiceOf(peaked({ neutral: 0.45, sad: 0.35 }));
  const text = textOf(peaked({ neutral: 0.45, sad: 0.3 }));
  const face = evidenceOf('face', peaked({ sad: 0.8 }), { cues: [BROWS], quality: { reliability: 0.9 } });
  const result = fuse({ voice, text, face }, { words: "I'm fine." });

  it('[FU12] can turn the decision, and is in the explanation as what it is', () => {
    expect(fuse({ voice, text }).decision.label).toBe('neutral');
    expect(result.decision.label).toBe('sad');
    expect(result.modalities.face).toMatchObject({ status: 'available', reliability: 0.45, top: 'sad' });
    expect(result.explanation.counterfactual.withoutFace).toMatchObject({ label: 'neutral' });
    expect(result.explanation.cues).toMatchObject([
      { modality: 'face', detail: 'brows drawn together', toward: 'sad' },
    ]);
    expect(result.explanation.summary).toContain('the face looks sad (brows drawn together)');
    expect(result.explanation.short).toMatch(/voice neutral, words neutral, face sad$/);
    expect(result.explanation.paragraph).toContain('face 0.45');
    expect(result.explanation.paragraph).toContain('without the face: neutral');
    expect(result.explanation.gates).toContain('face counted less: its reliability is declared as 0.9');
  });

  it.each([
    ['physiology', "the body's signals read sad", '生理信号显示悲伤'],
    ['other', 'another model reads sad', '另一个模型判读为悲伤'],
    ['face', 'the face looks sad', '面部看起来悲伤'],
  ] as const)('[FU12] [FU10] %s is named in both languages', (modality, english, chinese) => {
    const set = { voice, text, [modality]: evidenceOf(modality, peaked({ sad: 0.8 })) };
    expect(fuse(set).explanation.summary).toContain(english);
    expect(fuse(set, { locale: 'zh' }).explanation.summary).toContain(chinese);
  });

  it('[FU12] takes at most ln 2 from an emotion unless somebody measured it, and then what they say', () => {
    const sure = evidenceOf('face', peaked({ sad: 0.999 }));
    const { modalities } = fuse({ voice, text, face: sure });
    expect(modalities.face?.reliability).toBe(UNMEASURED.maxWeight);
    expect(Math.min(...Object.values(modalities.face?.contribution ?? {}))).toBeGreaterThan(-Math.LN2);
    const measured = fusionConfig({
      ...values,
      maxWeight: { ...values.maxWeight, face: 0.9 },
      curves: { ...values.curves, face: { reliability: [[0.5, 0], [1, 1]] } }, // prettier-ignore
    });
    expect(fuse({ voice, text, face: sure }, { config: measured }).modalities.face?.reliability).toBe(0.9);
    expect(fuse({ voice, text, face }, { config: measured }).modalities.face?.reliability).toBeCloseTo(0.72, 12);
    expect(() => fusionConfig({ ...values, maxWeight: { ...values.maxWeight, face: 2 } })).toThrow('maxWeight.face');
  });

  it('[FU6] [FU12] has no part in whether voice and words disagree', () => {
    const coldly = { voice: voiceOf(peaked({ sad: 0.72, neutral: 0.12 })), text: textOf(peaked({ happy: 0.8 })) };
    const smiling = fuse({ ...coldly, face: evidenceOf('face', peaked({ happy: 0.9 })) });
    expect(smiling.incongruence).toEqual(fuse(coldly).incongruence);
    expect(smiling.incongruence.detected).toBe(true);
    expect(smiling.explanation.short).toMatch(/face happy; voice and words disagree$/);
    const labels = { labels: { bad: ['angry', 'sad', 'fearful', 'disgust'], rest: ['neutral', 'happy', 'surprised'] } };
    const profile = profileOf('two', labels as unknown as Parameters<typeof profileOf>[1]);
    const agreeing = {
      voice: coldly.voice,
      text: textOf(peaked({ angry: 0.8 })),
      face: evidenceOf('face', peaked({ happy: 0.9 })),
    };
    const view = viewOf(fuse(agreeing), profile, UNCALIBRATED.abstain);
    expect(view.incongruence.detected).toBe(false);
    expect(view.modalities.face?.top).toBe('rest');
  });

  it('[FU4] [FU12] whose numbers are no probabilities counts as failed and cannot spoil the others', () => {
    const broken = evidenceOf('face', { ...peaked({}), sad: NaN });
    const spoilt = fuse({ voice, text: NO_TEXT, face: broken });
    expect(spoilt.scores).toEqual(fuse({ voice, text: NO_TEXT }).scores);
    expect(spoilt.degraded).toEqual(['face:failed']);
    expect(spoilt.explanation.summary).toContain('what the client sent of the face cannot be read');
  });
});
