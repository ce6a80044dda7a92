import { unavailable } from '../emotion/evidence.js';
import { EMOTIONS, topOf, type Emotion, type PartialScores, type Scores } from '../emotion/scores.js';
import { UNCALIBRATED, fusionConfig } from './config.js';
import {
  EVEN,
  NO_TEXT,
  NO_VOICE,
  numbersIn,
  peaked,
  randomAvailable,
  randomEvidence,
  randomOf,
  textOf,
  voiceOf,
  fuse,
} from './evidence.fixture.js';
import { logRatios } from './pool.js';

const { ref, ...values } = UNCALIBRATED;
const EQUAL = fusionConfig({ ...values, name: 'equal', maxWeight: { voice: 1, text: 1 } });
const total = (scores: PartialScores): number => Object.values(scores).reduce((a, b) => a + b, 0);

describe('properties over random evidence', () => {
  it('[FU1] contributions and prior are the log-scores, and the scores are their softmax and sum to 1', () => {
    const random = randomOf(3);
    for (let i = 0; i < 3000; i++) {
      const result = fuse({ voice: randomEvidence('voice', random), text: randomEvidence('text', random) });
      const { voice, text } = result.modalities;
      const normaliser = Math.log(EMOTIONS.reduce((sum, e) => sum + Math.exp(result.logScores[e]), 0));
      const poolingError = EMOTIONS.map(
        (e) => result.logPrior[e] + voice.contribution[e] + text.contribution[e] - result.logScores[e],
      );
      const softmaxError = EMOTIONS.map((e) => Math.log(result.scores[e]) - (result.logScores[e] - normaliser));
      expect(Math.max(...poolingError.map(Math.abs))).toBeLessThan(1e-12);
      expect(Math.max(...softmaxError.map(Math.abs))).toBeLessThan(1e-9);
      expect(Math.abs(total(result.scores) - 1)).toBeLessThan(1e-12);
    }
  });

  it('[FU1] no number is ever NaN or infinite', () => {
    const random = randomOf(4);
    for (let i = 0; i < 1000; i++) {
      const result = fuse({ voice: randomEvidence('voice', random), text: randomEvidence('text', random) });
      expect(numbersIn(result).every(Number.isFinite)).toBe(true);
    }
  });

  it('[FU1] the same evidence gives the same result to the last bit, from JSON too', () => {
    const random = randomOf(5);
    for (let i = 0; i < 500; i++) {
      const pair = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const first = JSON.stringify(fuse(pair, { words: 'so it goes' }));
      const again = fuse(JSON.parse(JSON.stringify(pair)) as typeof pair, { words: 'so it goes' });
      expect(JSON.stringify(again)).toBe(first);
    }
  });

  it('[FU1] swapping the modalities swaps nothing but their names', () => {
    const random = randomOf(7);
    for (let i = 0; i < 500; i++) {
      const [a, b] = [randomAvailable('voice', random), randomAvailable('voice', random)];
      const one = fuse(
        { voice: voiceOf(a.scores, { prior: a.prior }), text: textOf(b.scores, { prior: b.prior }) },
        { config: EQUAL },
      );
      const two = fuse(
        { voice: voiceOf(b.scores, { prior: b.prior }), text: textOf(a.scores, { prior: a.prior }) },
        { config: EQUAL },
      );
      expect(two.logScores).toEqual(one.logScores);
      expect(two.scores).toEqual(one.scores);
      expect(two.decision).toEqual(one.decision);
      expect(two.modalities.voice.contribution).toEqual(one.modalities.text.contribution);
      expect(two.incongruence.score).toBeCloseTo(one.incongruence.score, 12);
      expect(two.explanation.counterfactual.withoutText).toEqual(one.explanation.counterfactual.withoutVoice);
    }
  });

  it('[FU1] the emotion that a modality speaks for most only gains with its reliability', () => {
    const random = randomOf(8);
    for (let i = 0; i < 300; i++) {
      const voice = randomAvailable('voice', random);
      const text = randomAvailable('text', random);
      const favourite = (ratios: Scores): Emotion => topOf(ratios);
      const spoken = favourite(logRatios(voice, UNCALIBRATED));
      const written = favourite(logRatios(text, UNCALIBRATED));
      let [byVoice, byText] = [0, 0];
      for (const step of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
        const quality = { voicedMs: 2000 * step, snrDb: 30, clipping: 0 };
        const louder = fuse({ voice: { ...voice, quality }, text }).scores[spoken];
        const clearer = fuse({
          voice,
          text: { ...text, quality: { asrConfidence: step, contentWords: 4, languageSupported: true } },
        }).scores[written];
        expect(louder).toBeGreaterThanOrEqual(byVoice - 1e-12);
        expect(clearer).toBeGreaterThanOrEqual(byText - 1e-12);
        [byVoice, byText] = [louder, clearer];
      }
    }
  });

  it('[FU4] an absent modality equals one of weight zero', () => {
    const random = randomOf(9);
    for (let i = 0; i < 300; i++) {
      const voice = randomAvailable('voice', random);
      const text = randomAvailable('text', random);
      const mute = { ...text, quality: { ...text.quality, languageSupported: false } };
      const [absent, silent] = [fuse({ voice, text: NO_TEXT }), fuse({ voice, text: mute })];
      expect(silent.logScores).toEqual(absent.logScores);
      expect(silent.scores).toEqual(absent.scores);
      expect(silent.decision).toEqual(absent.decision);
      expect(silent.predictionSet).toEqual(absent.predictionSet);
      expect(silent.incongruence).toEqual(absent.incongruence);
      expect(silent.modalities.text.contribution).toEqual(absent.modalities.text.contribution);
      expect(silent.explanation.cues).toEqual(absent.explanation.cues);
      expect(silent.explanation.counterfactual).toEqual(absent.explanation.counterfactual);
    }
  });

  it('[FU5] the prediction set is the smallest that reaches the coverage and holds the label', () => {
    const random = randomOf(10);
    for (let i = 0; i < 1000; i++) {
      const result = fuse({ voice: randomEvidence('voice', random), text: randomEvidence('text', random) });
      const mass = result.predictionSet.map((e) => result.scores[e]);
      const sum = mass.reduce((a, b) => a + b, 0);
      expect(sum).toBeGreaterThanOrEqual(result.coverage - 1e-9);
      expect(sum - (mass.at(-1) ?? 0)).toBeLessThan(result.coverage);
      if (result.decision.label) expect(result.predictionSet[0]).toBe(result.decision.label);
    }
  });
});

describe('pooling', () => {
  it('[FU1] is the textbook product of experts where weights and temperature are 1', () => {
    const [v, t] = [peaked({ sad: 0.5, angry: 0.3 }), peaked({ sad: 0.2, neutral: 0.6 })];
    const { scores } = fuse({ voice: voiceOf(v), text: textOf(t) }, { config: EQUAL });
    const product = EMOTIONS.map((e) => (v[e] ?? 0) * (t[e] ?? 0));
    const sum = product.reduce((a, b) => a + b, 0);
    EMOTIONS.forEach((e, i) => {
      expect(scores[e]).toBeCloseTo((product[i] ?? 0) / sum, 12);
    });
  });

  it('[FU1] takes out the prior of each model: a posterior that equals it says nothing', () => {
    const skewed = peaked({ neutral: 0.7 });
    const result = fuse({ voice: voiceOf(skewed, { prior: skewed }), text: NO_TEXT });
    for (const e of EMOTIONS) expect(result.scores[e]).toBeCloseTo(1 / 7, 12);
  });

  it('[FU1] an emotion that a model never learned gets nothing from it, neither for nor against', () => {
    const known = { neutral: 0.1, happy: 0.1, angry: 0.7, sad: 0.1 };
    const prior = { neutral: 0.25, happy: 0.25, angry: 0.25, sad: 0.25 };
    const { modalities, scores } = fuse({ voice: voiceOf(known, { prior }), text: NO_TEXT });
    expect(modalities.voice.contribution.surprised).toBe(0);
    expect(scores.surprised).toBeGreaterThan(scores.sad);
    expect(scores.surprised).toBeLessThan(scores.angry);
  });

  it('[FU1] a probability of zero is held at the floor', () => {
    const { modalities } = fuse({ voice: voiceOf({ ...peaked({ sad: 1 }) }), text: NO_TEXT });
    expect(modalities.voice.contribution.happy).toBeCloseTo(Math.log((1e-4 * 7) / (1 + 6e-4)), 12);
  });

  it('[FU1] the temperature flattens the scores and leaves the log-scores alone', () => {
    const pair = { voice: voiceOf(peaked({ sad: 0.6 })), text: NO_TEXT };
    const warm = fuse(pair, { config: fusionConfig({ ...values, temperature: 2 }) });
    expect(warm.logScores).toEqual(fuse(pair).logScores);
    expect(warm.scores.sad).toBeLessThan(fuse(pair).scores.sad);
    expect(warm.temperature).toBe(2);
  });

  it('[FU4] numbers that are no probabilities count as a failed model and never reach the result', () => {
    const text = textOf(peaked({ happy: 0.8 }));
    for (const bad of [{ ...EVEN, sad: NaN }, { ...EVEN, sad: -0.1 }, { ...EVEN, sad: Infinity }, {}]) {
      const result = fuse({ voice: voiceOf(bad), text });
      expect(result.modalities.voice).toMatchObject({
        status: 'unavailable',
        reason: 'failed',
        reliability: 0,
        top: null,
      });
      expect(result.degraded).toEqual(['voice:failed']);
      expect(result.scores).toEqual(fuse({ voice: NO_VOICE, text }).scores);
    }
  });

  it('[FU4] names what was left out, and the models that spoke', () => {
    const result = fuse({ voice: voiceOf(peaked({ sad: 0.8 })), text: unavailable('text', 'modelUnavailable') });
    expect(result.degraded).toEqual(['text:modelUnavailable']);
    expect(Object.keys(result.models).sort()).toEqual(['fusion', 'voice']);
    expect(result.models.fusion).toEqual(ref);
    expect(fuse({ voice: voiceOf(EVEN), text: NO_TEXT }).degraded).toEqual([]);
  });
});

describe('decision', () => {
  it.each([
    ['nothing was sent', NO_VOICE, NO_TEXT, 'noEvidence'],
    ['both failed', unavailable('voice', 'failed'), unavailable('text', 'timeout'), 'noEvidence'],
    ['the voice was too short', unavailable('voice', 'tooShort'), NO_TEXT, 'tooShort'],
    [
      'no signal lets anything count',
      voiceOf(peaked({ sad: 0.9 }), { quality: { voicedMs: 0, snrDb: 20, clipping: 0 } }),
      NO_TEXT,
      'noEvidence',
    ],
    [
      'there is hardly any voice',
      voiceOf(peaked({ sad: 0.9 }), { quality: { voicedMs: 100, snrDb: 20, clipping: 0 } }),
      NO_TEXT,
      'tooShort',
    ],
    [
      'the noise drowns the voice',
      voiceOf(peaked({ sad: 0.9 }), { quality: { voicedMs: 2000, snrDb: -2, clipping: 0 } }),
      NO_TEXT,
      'lowQuality',
    ],
    [
      'a message has no content word',
      NO_VOICE,
      textOf(peaked({ sad: 0.9 }), { quality: { asrConfidence: 1, contentWords: 0, languageSupported: true } }),
      'tooShort',
    ],
    ['the voice is even', voiceOf(EVEN), NO_TEXT, 'ambiguous'],
    ['two emotions are level', voiceOf(peaked({ sad: 0.46, angry: 0.45 })), NO_TEXT, 'ambiguous'],
  ])('[FU5] abstains where %s', (_case, voice, text, reason) => {
    const { decision, scores } = fuse({ voice, text });
    expect(decision.label).toBeNull();
    expect(decision.abstainReason).toBe(reason);
    expect(decision.confidence).toBe(Math.max(...Object.values(scores)));
  });

  it('[FU5] otherwise names the most probable emotion with its probability', () => {
    const { decision, scores } = fuse({ voice: voiceOf(peaked({ angry: 0.7 })), text: NO_TEXT });
    expect(decision).toEqual({ label: 'angry', confidence: scores.angry });
  });

  it('[FU5] one good modality is enough, however poor the other is', () => {
    const quality = { voicedMs: 100, snrDb: -2, clipping: 0.3 };
    const { decision } = fuse({
      voice: voiceOf(peaked({ sad: 0.9 }), { quality }),
      text: textOf(peaked({ happy: 0.8 })),
    });
    expect(decision.label).toBe('happy');
  });

  it('[FU5] with nothing to go by the scores are the prior', () => {
    const { scores, predictionSet } = fuse({ voice: NO_VOICE, text: NO_TEXT });
    for (const e of EMOTIONS) expect(scores[e]).toBeCloseTo(1 / 7, 12);
    expect(predictionSet).toEqual([...EMOTIONS]);
  });
});

describe('“I’m fine”, said coldly', () => {
  const voice = voiceOf(peaked({ sad: 0.72, neutral: 0.12 }));
  const quality = { asrConfidence: 0.93, contentWords: 1, languageSupported: true };
  const text = textOf(peaked({ neutral: 0.7, happy: 0.2 }), {
    quality,
    prior: peaked({ neutral: 0.35, happy: 0.35 }),
    reassures: true,
  });
  const result = fuse({ voice, text }, { words: "I'm fine." });

  it('[FU6] is a disagreement with neutral words and a negative voice', () => {
    expect(result.incongruence).toMatchObject({ detected: true, type: 'neutralWordsNegativeVoice' });
  });

  it('[FU5] the voice decides, less surely than alone', () => {
    expect(result.decision.label).toBe('sad');
    expect(result.decision.confidence).toBeLessThan(0.72);
  });

  it('[FU8] each modality alone is a counterfactual', () => {
    expect(result.explanation.counterfactual.withoutVoice?.label).toBe('neutral');
    expect(result.explanation.counterfactual.withoutText?.label).toBe('sad');
    expect(result.explanation.counterfactual.withoutText?.confidence).toBeCloseTo(0.72, 9);
  });
});

describe('speed', () => {
  it('[FU9] fusing and explaining takes well under a millisecond', () => {
    const random = randomOf(11);
    const pairs = Array.from({ length: 300 }, () => ({
      voice: randomEvidence('voice', random),
      text: randomEvidence('text', random),
    }));
    for (const pair of pairs) fuse(pair);
    const before = process.cpuUsage();
    for (const pair of pairs) fuse(pair, { words: 'so it goes' });
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000 / pairs.length).toBeLessThan(1);
  });
});
