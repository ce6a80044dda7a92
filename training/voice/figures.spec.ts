import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { reportOf, type ReportFacts } from './figures.js';
import { headingOf, tablesOf } from './tables.js';
import type { Votes } from '../corpora/corpora.js';
import type { AcousticPrediction } from './evaluate.js';
import { tableToMarkdown, tableToText } from '../common/report.js';

const facts: ReportFacts = {
  model: { name: 'acoustic/x', sha256: 'abc', licence: 'Apache-2.0', labels: EMOTIONS, temperature: 2 },
  made: { date: '2026-01-02T03:04:05Z', command: 'undertone evaluate acoustic', seed: 1, commit: 'c', machine: 'm' },
  baseline: { mode: 'online', after: 0 },
  dropped: 2,
};

interface Said {
  readonly truth: Emotion;
  readonly predicted: Emotion;
  readonly speaker?: string;
  readonly confidence?: number;
  readonly gender?: string;
  readonly votes?: Votes;
}

function said({ truth, predicted, speaker = 'a/1', confidence = 0.7, gender, votes }: Said): AcousticPrediction {
  const [corpus = ''] = speaker.split('/');
  return {
    clip: { corpus, file: '', path: '', speaker, emotion: truth, ...(gender && { gender }), ...(votes && { votes }) },
    condition: 'clean',
    position: 0,
    temperature: 2,
    truth: EMOTIONS.indexOf(truth),
    scores: EMOTIONS.map((e) => (e === predicted ? confidence : (1 - confidence) / (EMOTIONS.length - 1))),
    predicted,
    status: 'available',
  };
}

const right = (more: Partial<Said> = {}): AcousticPrediction => said({ truth: 'sad', predicted: 'sad', ...more });
const wrong = (more: Partial<Said> = {}): AcousticPrediction => said({ truth: 'sad', predicted: 'angry', ...more });

describe('reportOf', () => {
  it('[EV1] averages over the emotions that occur, for all and in each group', () => {
    const report = reportOf(
      [right(), right(), wrong(), said({ truth: 'happy', predicted: 'happy', speaker: 'b/1' })],
      facts,
    );
    expect(report.summary.uar).toBeCloseTo((2 / 3 + 1) / 2, 12);
    expect(report.perClass.map((c) => [c.emotion, c.support])).toEqual([
      ['happy', 1],
      ['sad', 3],
    ]);
    expect(report.perCorpus.map((c) => [c.name, c.n, c.uar])).toEqual([
      ['a', 3, 2 / 3],
      ['b', 1, 1],
    ]);
    expect(report.perSpeaker.map((s) => s.name)).toEqual(['b/1', 'a/1']);
    expect(report.data).toEqual({ corpora: ['a', 'b'], clips: 4, speakers: 2, dropped: 2, unavailable: 0 });
  });

  it('[EV5] takes the temperature out again', () => {
    const { calibration, summary } = reportOf([right({ confidence: 0.5 }), wrong({ confidence: 0.5 })], facts);
    const before = 0.5 ** 2 / (0.5 ** 2 + 6 * (0.5 / 6) ** 2);
    expect(summary.ece).toBeCloseTo(0, 12);
    expect(summary.eceBefore).toBeCloseTo(before - 0.5, 12);
    expect(calibration.before.bins[Math.floor(before * 15)]).toMatchObject({ count: 2, accuracy: 0.5 });
    expect(calibration.after.bins).toHaveLength(15);
    expect(calibration.after.bins[0]).toEqual({ from: 0, to: 1 / 15, count: 0, confidence: null, accuracy: null });
  });

  it('[EV5] leaves the prior of a clip that was not read as it is', () => {
    const { summary } = reportOf([{ ...right({ confidence: 0.5 }), status: 'noSpeech' }], facts);
    expect(summary.eceBefore).toBe(summary.ece);
  });

  it('[EV6] answers the surest first', () => {
    const sure = Array.from({ length: 6 }, () => right({ confidence: 0.9 }));
    const unsure = Array.from({ length: 4 }, (_, i) => wrong({ confidence: 0.4 + i / 100 }));
    const { at, curve } = reportOf([...unsure, ...sure], facts).riskCoverage;
    expect(at.map((p) => [p.coverage, p.accuracy])).toEqual([
      [1, 0.6],
      [0.8, 0.75],
      [0.6, 1],
    ]);
    expect(at.map((p) => p.threshold.toFixed(2))).toEqual(['0.40', '0.42', '0.90']);
    expect(curve).toHaveLength(10);
    expect(
      reportOf(
        Array.from({ length: 250 }, () => right()),
        facts,
      ).riskCoverage.curve,
    ).toHaveLength(100);
  });

  it('[EV7] counts only from the clip asked for on, and says when none is left', () => {
    const clips = [wrong(), { ...right(), position: 1 }];
    const later = { ...facts, baseline: { mode: 'online', after: 1 } } as const;
    expect(reportOf(clips, later).summary).toMatchObject({ n: 1, accuracy: 1 });
    const never = { ...facts, baseline: { mode: 'online', after: 9 } } as const;
    expect(() => reportOf(clips, never)).toThrow('no clip is left after the first 9 of each speaker');
  });

  it('[EV8] gives the gap between genders, and an interval once there are five speakers', () => {
    const report = reportOf(
      [right({ gender: 'female' }), right({ gender: 'female' }), wrong({ gender: 'male' }), right({ gender: 'male' })],
      facts,
    );
    expect(report.genderGap).toEqual({ uar: 0.5, accuracy: 0.5 });
    expect(report.uar95).toBeNull();
    const five = [1, 2, 3, 4, 5].flatMap((n) => [right({ speaker: `a/${n}` }), wrong({ speaker: `a/${n}` })]);
    expect(reportOf(five, facts).uar95).toEqual([0.5, 0.5]);
    const unlike = [1, 2, 3, 4, 5].map((n) => (n < 3 ? wrong : right)({ speaker: `a/${n}` }));
    const [low, high] = reportOf(unlike, facts).uar95 ?? [];
    expect(low).toBeLessThan(0.3);
    expect(high).toBe(1);
    expect(reportOf(unlike, facts).uar95).toEqual([low, high]);
  });

  it('[EV9] lists each condition, the first being the one that all else belongs to', () => {
    const report = reportOf([right(), { ...wrong(), condition: 'noise0' }], facts);
    expect(report.condition).toBe('clean');
    expect(report.summary.accuracy).toBe(1);
    expect(report.robustness.map((line) => [line.condition, line.accuracy])).toEqual([
      ['clean', 1],
      ['noise0', 0],
    ]);
    expect(reportOf([right()], facts).robustness).toEqual([]);
  });

  it('is plain JSON, and draws as text and as Markdown', () => {
    const votes = { sad: 3, angry: 1 };
    const report = reportOf(
      [right({ votes }), wrong({ votes, gender: 'male' }), { ...right(), condition: 'opus16' }],
      facts,
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect(headingOf(report)).toContain("against the speaker's clips so far: 2 clips of 1 speakers");
    const tables = tablesOf(report);
    expect(tables.map((t) => t.title)).toEqual([
      'All clips',
      'When only the surest are answered',
      'By emotion, and what was said instead',
      'Under other conditions',
      'By gender',
      'By speaker',
      expect.stringContaining('Against listeners'),
      'Against what was acted',
    ]);
    const [first] = tables;
    if (!first) throw new Error('no table');
    expect(tableToMarkdown(first)).toContain('| clips | UAR |');
    expect(tableToMarkdown(first)).toContain('\n| 2 | 0.500 |');
    expect(tableToText(first)).toMatch(/│ 2 +│ 0\.500/);
    for (const { head, rows } of tables) expect(rows.map((row) => row.length)).toEqual(rows.map(() => head.length));
  });
});
