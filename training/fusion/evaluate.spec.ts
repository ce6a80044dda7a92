import { join } from 'node:path';
import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import type { Evidence } from '../../src/emotion/evidence.js';
import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { UNCALIBRATED } from '../../src/fusion/config.js';
import { EVEN, NO_TEXT, NO_VOICE, peaked, textOf, voiceOf } from '../../src/fusion/evidence.fixture.js';
import type { SentimentModel } from '../../src/text/read-text.js';
import type { Clip } from '../corpora/corpora.js';
import { fuseAll, hearClips, keyOf, readAll, type FusionOutcome } from './evaluate.js';
import { fusionReportOf, type FusionFacts } from './figures.js';
import { BEST, SITUATIONS } from './report.js';
import { barsOf, fusionHeadingOf, fusionTablesOf } from './tables.js';
import type { Pair, PairKind, Words } from './pairs.js';
import { tableToMarkdown } from '../common/report.js';

const folder = join(PROJECT_ROOT, 'test/fixtures/clips');
const clipOf = (path: string, emotion: Emotion): Clip => ({
  corpus: 'c',
  file: join(folder, 'fine.44k1-stereo.wav'),
  path,
  speaker: `c/${path}`,
  emotion,
});

let pairsMade = 0;
function pairOf(kind: PairKind, voice: Emotion, words = voice): Pair<Clip> {
  const id = pairsMade++;
  return {
    kind,
    clip: clipOf(`${id}.wav`, voice),
    words: { id: `t.tsv:${id}`, text: `words ${id}`, emotion: words },
    truth: voice,
  };
}

/** Fuses what each pair is said to be heard and read as. */
function outcomesOf(said: readonly (readonly [Pair<Clip>, Evidence<'voice'>, Evidence<'text'>])[]): FusionOutcome[] {
  return fuseAll(
    said.map(([pair]) => pair),
    [BEST],
    new Map([['clean', new Map(said.map(([pair, voice]) => [pair.clip.path, voice]))]]),
    new Map(said.map(([pair, , text]) => [keyOf(pair.words, 0), text])),
    { config: UNCALIBRATED, priors: { voice: peaked({ neutral: 0.4 }), text: peaked({ happy: 0.4 }) } },
  );
}

const sounds = (emotion: Emotion, p = 0.9): Evidence<'voice'> => voiceOf(peaked({ [emotion]: p }));
const reads = (emotion: Emotion, p = 0.9): Evidence<'text'> => textOf(peaked({ [emotion]: p }));

const ref = { name: 'm', sha256: 'abc' };
const facts: FusionFacts = {
  models: { voice: ref, text: ref, fusion: ref },
  made: { date: '2026-01-02T03:04:05Z', command: 'undertone evaluate fusion', seed: 1, commit: 'c', machine: 'm' },
  baseline: 'none',
  nominalCoverage: 0.9,
  threshold: 0.25,
};
const answerOf = (scores: readonly number[]): Emotion | undefined => EMOTIONS[scores.indexOf(Math.max(...scores))];

describe('fuseAll', () => {
  it('[FP4] sets the fused answer beside either side, their mean and the surer one', () => {
    const [outcome] = outcomesOf([[pairOf('congruent', 'sad'), sounds('sad', 0.5), reads('angry', 0.8)]]);
    expect(answerOf(outcome?.scores.voice ?? [])).toBe('sad');
    expect(answerOf(outcome?.scores.text ?? [])).toBe('angry');
    expect(outcome?.scores.max).toEqual(outcome?.scores.text);
    expect(outcome?.scores.mean[EMOTIONS.indexOf('sad')]).toBeCloseTo((0.5 + 0.2 / 6) / 2, 12);
    for (const scores of Object.values(outcome?.scores ?? {})) expect(scores.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
  });

  it("[FP4] a side that cannot be read answers by its model's prior alone, and stays out of mean and surer", () => {
    const [deaf, mute] = outcomesOf([
      [pairOf('congruent', 'sad'), NO_VOICE, reads('sad')],
      [pairOf('congruent', 'sad'), sounds('sad'), NO_TEXT],
    ]);
    expect(answerOf(deaf?.scores.voice ?? [])).toBe('neutral');
    expect(deaf?.scores.mean).toEqual(deaf?.scores.text);
    expect(deaf?.voiceStatus).toBe('notProvided');
    expect(answerOf(mute?.scores.text ?? [])).toBe('happy');
    expect(mute?.scores.max).toEqual(mute?.scores.voice);
  });
});

describe('readAll and hearClips', () => {
  it('[FP3] words are certain without errors, and as sure as the recogniser would be with them', async () => {
    const asked: string[] = [];
    const model: SentimentModel = {
      ref,
      labels: EMOTIONS,
      prior: EVEN,
      languages: ['en'],
      classify: (texts) => {
        asked.push(...texts);
        return Promise.resolve(texts.map(() => ({ scores: EVEN })));
      },
      release: () => Promise.resolve(),
    };
    const words: Words[] = [
      { id: 'a:1', text: 'one two three four five six seven eight nine ten', emotion: 'sad', take: 0 },
      { id: 'a:2', text: '😀', emotion: 'happy', take: 0 },
    ];
    const read = await readAll(words, model, [0, 0.4], 1, () => undefined);
    const confidence = ([one]: readonly Words[], rate: number): number => {
      const evidence = one && read.get(keyOf(one, rate));
      return evidence?.status === 'available' ? evidence.quality.asrConfidence : NaN;
    };
    expect(confidence(words, 0)).toBe(1);
    expect(confidence(words, 0.4)).toBeGreaterThan(0.4);
    expect(confidence(words, 0.4)).toBeLessThan(0.8);
    expect(read.get('a:2')).toMatchObject({ status: 'unavailable', reason: 'empty' });
    expect(asked).toContain('one two three four five six seven eight nine ten');
  });

  it('[FP4] keeps what was heard under each condition apart', async () => {
    let readings = 0;
    const read: AcousticService['read'] = () =>
      Promise.resolve({ evidence: voiceOf(EVEN, { quality: { voicedMs: ++readings, snrDb: 1, clipping: 0 } }) });
    const clips = [clipOf('a', 'sad'), clipOf('b', 'sad')];
    const progress: number[] = [];
    const heard = await hearClips(
      clips,
      { read, info: () => undefined },
      { conditions: ['clean', 'noise0'], baseline: 'none', seed: 1, width: 1, onProgress: (n) => progress.push(n) },
    );
    const voiced = [...heard.values()].flatMap((voices) =>
      [...voices.values()].map((e) => (e.status === 'available' ? e.quality.voicedMs : 0)),
    );
    expect(voiced).toEqual([1, 2, 3, 4]);
    expect(progress.at(-1)).toBe(4);
  });
});

describe('fusionReportOf', () => {
  /** Four congruent pairs of which one is misread, two incongruent of which one is noticed. */
  const made = (): FusionOutcome[] =>
    outcomesOf([
      [pairOf('congruent', 'sad'), sounds('sad'), reads('sad')],
      [pairOf('congruent', 'happy'), sounds('happy'), reads('happy')],
      [pairOf('congruent', 'angry'), sounds('angry'), reads('angry', 0.6)],
      [pairOf('congruent', 'happy'), sounds('happy'), reads('angry')],
      [pairOf('incongruent', 'angry', 'happy'), sounds('angry', 0.95), reads('happy', 0.95)],
      [pairOf('incongruent', 'happy', 'sad'), sounds('happy', 0.5), reads('happy', 0.5)],
    ]);

  it('[FP6] counts false alarms, detections and the area under the ROC as they are', () => {
    const { incongruence } = fusionReportOf(made(), facts);
    expect(incongruence.falseAlarm).toBe(1 / 4);
    expect(incongruence.hitRate).toBe(1 / 2);
    // The noticed one scores above all four; the other agrees with itself less surely than three of them.
    expect(incongruence.auc).toBeCloseTo((4 + 3) / 8, 12);
    expect(incongruence.byType).toEqual([
      { type: 'positiveWordsNegativeVoice', n: 1, detected: 1, named: 1 },
      { type: 'negativeWordsPositiveVoice', n: 1, detected: 0, named: 0 },
    ]);
    const { atFivePercent } = incongruence;
    expect(atFivePercent?.hitRate).toBe(1 / 2);
    expect(atFivePercent?.threshold).toBeGreaterThan(0.25);
  });

  it('[FP5] the overall figures leave incongruent pairs out, those of a condition do not', () => {
    const report = fusionReportOf(made(), facts);
    expect(report.data.pairs).toEqual({ congruent: 4, incongruent: 2 });
    expect(report.conditions.map((line) => [line.kind, line.audio, line.wordErrorRate, line.n])).toEqual([
      ['congruent', 'clean', 0, 4],
      ['incongruent', 'clean', 0, 2],
    ]);
    const [congruent] = report.conditions;
    expect(congruent?.uar).toMatchObject({ voice: 1, text: 2.5 / 3 });
    expect(report.coverage).toBe(congruent?.coverage);
    expect(report.ece).toBe(congruent?.ece);
    expect(report.abstained.share).toBe(congruent?.abstained);
    expect(report.riskCoverage.map((p) => p.coverage)).toEqual([1, 0.75, 0.5]);
  });

  it('[FP6] recorded pairs have no incongruence to find', () => {
    const report = fusionReportOf(outcomesOf([[pairOf('given', 'sad'), sounds('sad'), reads('sad')]]), facts);
    expect(report.incongruence).toMatchObject({ auc: null, falseAlarm: null, hitRate: null, atFivePercent: null });
    expect(fusionTablesOf(report).map((t) => t.title)).not.toContain('By type');
    expect(barsOf(report).map((bar) => bar.name)).toEqual([
      'ECE',
      'truth in the prediction set',
      'accuracy gained by answering 60 %',
    ]);
  });

  it('[FP7] each bar stands with what was measured, and whether it holds', () => {
    const report = fusionReportOf(made(), facts);
    const tables = fusionTablesOf(report).map(tableToMarkdown).join('\n\n');
    expect(tables).toContain('| incongruence: false alarms | ≤ 0.05 | 0.250 | no |');
    expect(tables).toContain('| congruent | clean | 0 % | 4 |');
    expect(fusionHeadingOf(report)).toContain(
      '4 congruent, 2 incongruent pairs of 6 clips (6 speakers, each clip alone) and 6 texts',
    );
    expect(barsOf(report).find((bar) => bar.name.startsWith('congruent:'))?.measured).toBeCloseTo(
      (report.conditions[0]?.uar.fused ?? 0) - 1,
      12,
    );
  });

  it('[FP4] makes each side worse while the other is left alone, and both at their worst', () => {
    expect(SITUATIONS.map((s) => `${s.audio} ${s.wordErrorRate}`)).toEqual([
      ...['clean 0', 'clean 0.1', 'clean 0.2', 'clean 0.4', 'noise10 0', 'noise0 0', 'noise0 0.4'],
    ]);
  });
});
