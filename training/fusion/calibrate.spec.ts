import type { Evidence } from '../../src/emotion/evidence.js';
import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { fusionConfig, UNCALIBRATED } from '../../src/fusion/config.js';
import { peaked, textOf, voiceOf } from '../../src/fusion/evidence.fixture.js';
import { calibrateFusion, type CalibrationData } from './calibrate.js';
import type { Condition } from '../samples/conditions.js';
import type { Clip } from '../corpora/corpora.js';
import { fuseAll, keyOf } from './evaluate.js';
import { BEST, SITUATIONS } from './report.js';
import { isOpen, makePairs } from './pairs.js';
import { rngOf, type Rng } from '../common/rng.js';
import { WORD_ERROR_RATES } from './word-errors.js';

const CLIPS = 210;
const pick = (rng: Rng): Emotion => EMOTIONS[Math.floor(rng() * EMOTIONS.length)] ?? 'neutral';

/** A world where noise makes voices worthless, misheard words say less, and neutral wording says nothing though it seems to. */
function world(seed: number): CalibrationData {
  const rng = rngOf(seed);
  const clips = Array.from({ length: CLIPS }, (_, i): Clip => {
    const emotion = EMOTIONS[i % 7] ?? 'neutral';
    return { corpus: 'c', file: `${i}.wav`, path: `${i}.wav`, speaker: `c/${i % 6}`, emotion };
  });
  const texts = Array.from({ length: CLIPS }, (_, i) => {
    const emotion = EMOTIONS[i % 7] ?? 'neutral';
    return { id: `t.tsv:${i}`, text: `words ${i}`, emotion };
  });
  const neutral = [{ id: 'n.tsv:1', text: 'it is eleven', emotion: 'neutral' as const }];
  const voice = (truth: Emotion, snrDb: number): Evidence<'voice'> =>
    voiceOf(sure(truth, snrDb > 5 ? 0.6 : 0, rng), { quality: { voicedMs: 1500, snrDb, clipping: 0 } });
  const heard = new Map<Condition, ReadonlyMap<string, Evidence<'voice'>>>(
    (['clean', 'noise10', 'noise0'] as const).map((condition) => {
      const snrDb = { clean: 30, noise10: 10, noise0: 1 }[condition];
      return [condition, new Map(clips.map((clip) => [clip.path, voice(clip.emotion, snrDb + rng())]))];
    }),
  );
  const pairs = makePairs({ clips, texts, neutral }, seed);
  const read = new Map(
    [...texts, ...pairs.map(({ words }) => words)].flatMap((words) =>
      WORD_ERROR_RATES.map((rate) => {
        const quality = { asrConfidence: 1 - rate, contentWords: 4, languageSupported: true };
        const said = words.id === neutral[0]?.id ? peaked({ neutral: 0.7 }) : sure(words.emotion, 0.8 - rate, rng);
        return [keyOf(words, rate), textOf(said, { quality })] as const;
      }),
    ),
  );
  const labelled = (of: Condition) =>
    clips.flatMap((clip) => {
      const evidence = heard.get(of)?.get(clip.path);
      return evidence ? [{ evidence, truth: clip.emotion }] : [];
    });
  return {
    noisy: [...labelled('clean'), ...labelled('noise10'), ...labelled('noise0')],
    short: labelled('clean'),
    clipped: labelled('clean'),
    written: texts.flatMap((words) => {
      const evidence = read.get(keyOf(words, 0));
      return evidence ? [{ evidence, truth: words.emotion }] : [];
    }),
    pairs,
    heard,
    read,
    standsFor: new Map(),
  };
}

/** Gives 0.7 to the truth in this share of the cases, else to any emotion: surer than it should be where the share is low. */
function sure(truth: Emotion, share: number, rng: Rng) {
  return peaked({ [rng() < share ? truth : pick(rng)]: 0.7 });
}

describe('calibrateFusion', () => {
  const data = world(1);
  const { ref: _ref, ...base } = UNCALIBRATED;
  const values = calibrateFusion(data, base);
  const factorNear = (curve: readonly (readonly [number, number])[], signal: number): number =>
    [...curve].sort((a, b) => Math.abs(a[0] - signal) - Math.abs(b[0] - signal))[0]?.[1] ?? NaN;

  it('[FC3] gives numbers that a fusion can use', () => {
    expect(fusionConfig(values).name).toBe(base.name);
  });

  it('[FC2] trusts voices less in noise that makes them worthless, and words less that are misheard', () => {
    expect(factorNear(values.curves.voice.snrDb, 1)).toBeLessThan(0.3);
    expect(factorNear(values.curves.voice.snrDb, 30)).toBeGreaterThan(0.9);
    expect(factorNear(values.curves.text.asrConfidence, 0.6)).toBeLessThan(0.8);
  });

  it('[FC3] weighs words by how often they say what is meant: half of these say nothing', () => {
    expect(values.maxWeight.text).toBeGreaterThan(0.2);
    expect(values.maxWeight.text).toBeLessThan(values.maxWeight.voice);
  });

  it('[FC4] makes sets that hold what is meant in nine of ten new pairs, and disagreement that one of twenty congruent ones shows', () => {
    const fresh = world(2);
    const config = fusionConfig(values);
    const outcomes = fuseAll(fresh.pairs, SITUATIONS, fresh.heard, fresh.read, {
      config,
      priors: { voice: {}, text: {} },
    });
    const answerable = outcomes.filter(({ pair }) => !isOpen(pair.kind));
    expect(answerable.filter((o) => o.covered).length / answerable.length).toBeGreaterThan(0.86);
    const alike = outcomes.filter(
      ({ pair, situation }) =>
        pair.kind === 'congruent' && situation.audio === BEST.audio && situation.wordErrorRate === BEST.wordErrorRate,
    );
    expect(alike.filter((o) => o.incongruence.detected).length / alike.length).toBeLessThan(0.12);
  });
});
