import { DeclaredFileError, parseDeclared } from '../common/declared.js';
import { EMOTIONS } from '../emotion/scores.js';
import { UNCALIBRATED } from './config.js';
import { fuse, NO_TEXT, peaked, randomEvidence, randomOf, textOf, voiceOf } from './evidence.fixture.js';
import { LabelProfilesSchema, profileOf, viewOf } from './profile.js';

const { abstain } = UNCALIBRATED;
const SERVICE = profileOf('service', {
  labels: {
    calm: ['neutral'],
    pleased: ['happy', 'surprised'],
    upset: ['angry', 'disgust'],
    distress: ['sad', 'fearful'],
  },
  names: { zh: { upset: '不满' } },
});
const EACH = profileOf('each', { labels: Object.fromEntries(EMOTIONS.map((e) => [e, [e]])) });

describe('a label profile', () => {
  it('[LB2] adds probabilities up and decides anew: torn between angry and disgust is a sure upset', () => {
    const torn = fuse({ voice: voiceOf(peaked({ angry: 0.46, disgust: 0.45 })), text: NO_TEXT });
    expect(torn.decision.label).toBeNull();
    const view = viewOf(torn, SERVICE, abstain);
    expect(view.decision.label).toBe('upset');
    expect(view.decision.confidence).toBeCloseTo(torn.scores.angry + torn.scores.disgust, 12);
    expect(view.predictionSet).toEqual(['upset']);
    expect(view.explanation.short).toMatch(/^Upset \(9\d%\): voice upset$/);
    expect(view.explanation.summary).not.toMatch(/angry|disgust/i);
    expect(view.labels).toBe('service');
    expect(view.seven).toEqual({ decision: torn.decision, scores: torn.scores, predictionSet: torn.predictionSet });
  });

  it('[LB2] sums exactly, holds every label that the set held, and names nothing but its own', () => {
    const random = randomOf(51);
    const labels = Object.keys(SERVICE.labels);
    for (let i = 0; i < 400; i++) {
      const fused = fuse({ voice: randomEvidence('voice', random), text: randomEvidence('text', random) });
      const view = viewOf(fused, SERVICE, abstain);
      expect(Object.keys(view.scores)).toEqual(labels);
      expect(Object.values(view.scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
      for (const e of fused.predictionSet) expect(view.predictionSet).toContain(SERVICE.labelOf(e));
      const { withoutVoice, withoutText, tippingPoints } = view.explanation.counterfactual;
      const named = [
        ...(view.decision.label === null ? [] : [view.decision.label]),
        ...view.predictionSet,
        ...Object.values(view.modalities).flatMap(({ top }) => top ?? []),
        ...view.explanation.cues.map(({ toward }) => toward),
        ...[withoutVoice, withoutText, ...tippingPoints].flatMap((one) => one?.label ?? []),
      ];
      expect(named.filter((label) => !labels.includes(label))).toEqual([]);
      expect(view.logScores).toEqual(fused.logScores);
      for (const weak of ['noEvidence', 'tooShort', 'lowQuality'] as const)
        expect(view.decision.abstainReason === weak).toBe(fused.decision.abstainReason === weak);
    }
  });

  it('[LB2] of one emotion each is the very same answer', () => {
    const random = randomOf(52);
    for (let i = 0; i < 200; i++) {
      const fused = fuse(
        { voice: randomEvidence('voice', random), text: randomEvidence('text', random) },
        { words: 'so' },
      );
      const { labels: _labels, seven: _seven, ...view } = viewOf(fused, EACH, abstain);
      expect(view).toEqual(fused);
    }
  });

  it('[LB3] no disagreement is told between emotions of one label', () => {
    const energy = profileOf('energy', {
      labels: { high: ['happy', 'angry', 'fearful', 'surprised'], low: ['neutral', 'sad', 'disgust'] },
    });
    const pair = { voice: voiceOf(peaked({ angry: 0.95 })), text: textOf(peaked({ happy: 0.95 })) };
    const fused = fuse(pair);
    expect(fused.incongruence.detected).toBe(true);
    expect(viewOf(fused, energy, abstain).incongruence).toEqual({ detected: false, score: fused.incongruence.score });
    expect(viewOf(fused, SERVICE, abstain).incongruence).toMatchObject({ detected: true, voice: { emotion: 'upset' } });
  });

  it('[LB4] is called by its own names in the language of the explanation', () => {
    const fused = fuse({ voice: voiceOf(peaked({ angry: 0.9 })), text: NO_TEXT }, { locale: 'zh' });
    expect(viewOf(fused, SERVICE, abstain).explanation.short).toMatch(/^不满（9\d%）：声音不满$/);
  });

  it.each([
    ['{ a: [angry], b: [sad] }', 'neutral, happy, fearful, disgust, surprised must be in a label too'],
    [
      '{ a: [neutral, happy, angry, sad, fearful, disgust, surprised], b: [sad] }',
      'sad is in a already: each emotion is in exactly one label',
    ],
    ['{ a: [neutral, happy, angry, sad, fearful, disgust, surprised] }', 'at least two labels are needed'],
    [
      '{ sad: [neutral, happy, angry], b: [sad, fearful, disgust, surprised] }',
      'a label that is called sad has to hold sad',
    ],
    ['{ a: [cheerful], b: [sad] }', '"cheerful" was given; allowed are neutral, happy'],
    ['{ a: [], b: [sad] }', 'a label needs at least one emotion'],
  ])('[LB1] refuses %s', (labels, fault) => {
    const faultsOf = (): string => {
      try {
        parseDeclared(`mine:\n  labels: ${labels}\n`, LabelProfilesSchema, 'labels.yaml');
        return '';
      } catch (error) {
        if (error instanceof DeclaredFileError) return error.message;
        throw error;
      }
    };
    expect(faultsOf()).toContain(fault);
    expect(faultsOf()).toMatch(/^labels\.yaml:2: mine\.labels/);
  });
});
