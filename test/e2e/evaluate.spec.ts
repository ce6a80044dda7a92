import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';
import type { AcousticReport } from '../../training/voice/report.js';
import { CONDITIONS } from '../../training/samples/conditions.js';
import { SITUATIONS, type FusionReport } from '../../training/fusion/report.js';

const clips = join(PROJECT_ROOT, 'test', 'fixtures', 'clips');

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function undertone(program: 'train' | 'evaluate', ...args: string[]): Promise<Ended> {
  const script = join(PROJECT_ROOT, 'dist', 'training', `${program}.js`);
  return promisify(execFile)(process.execPath, [script, ...args]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    (error: unknown) => error as Ended,
  );
}

describe('undertone evaluate and train', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'undertone-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  it('[EV4] scores every row, the unreadable by the prior, and writes each with its scores', async () => {
    const manifest = join(dir, 'manifest.csv');
    const predictions = join(dir, 'predictions.csv');
    await writeFile(
      manifest,
      'path,speaker,emotion\ntwo-sentences.wav,s1,neutral\ntwo-sentences.opus.ogg,s1,happy\nsilence.wav,s2,sad\nnot-audio.bin,s2,sad\nnoisy.wav,s2,bored\n',
    );
    const args = ['--manifest', manifest, '--root', clips, '--json', '--predictions', predictions, '--threads', '1'];
    const { code, stdout, stderr } = await undertone('evaluate', 'acoustic', ...args);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as AcousticReport;
    expect(report.summary.n).toBe(4);
    expect(report.data).toMatchObject({ clips: 4, speakers: 2, dropped: 1, unavailable: 2 });
    expect(report.perClass.map((c) => [c.emotion, c.support])).toEqual([
      ['neutral', 1],
      ['happy', 1],
      ['sad', 2],
    ]);
    expect(report.made.command).toContain('--manifest manifest.csv --root DIR');
    expect(stderr).toContain('noisy.wav: "bored" is none of the seven emotions');
    expect(stderr).toContain('2 readings gave nothing');
    expect(stderr).toMatch(/not-audio\.bin \(clean\): .*format/);
    const rows = (await readFile(predictions, 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(/^silence\.wav,.*,noSpeech,/);
    expect(rows[4]).toMatch(/^not-audio\.bin,.*,unreadable,/);
  });

  it('[EV7, EV9, EV10] reads against the speaker, under each condition, against listeners; the same again for the same seed', async () => {
    const manifest = join(dir, 'full.csv');
    const spoken = ['two-sentences.wav', 'two-sentences.flac', 'two-sentences.mp3', 'noisy.wav'];
    await writeFile(
      manifest,
      [
        'corpus,path,speaker,gender,emotion,votes',
        ...spoken.map((file, i) => `tiny,${file},${i % 2},${i % 2 ? 'F' : 'M'},${i % 2 ? 'sad' : 'happy'},0;0;1;2;3;4`),
      ].join('\n'),
    );
    const [markdown, page] = [join(dir, 'tables.md'), join(dir, 'report.html')];
    const base = ['--manifest', manifest, '--root', clips, '--threads', '1', '--seed', '5'];
    const online = [...base, '--json', '--baseline', 'online'];
    const once = await undertone(
      'evaluate',
      'acoustic',
      ...online,
      '--condition',
      'all',
      '--markdown',
      markdown,
      '--html',
      page,
    );
    expect(once.code).toBe(0);
    const report = JSON.parse(once.stdout) as AcousticReport;
    expect(report.robustness.map((line) => line.condition)).toEqual(CONDITIONS);
    expect(report.perGender.map((g) => [g.name, g.n])).toEqual([
      ['female', 2],
      ['male', 2],
    ]);
    expect(report.listeners).toMatchObject({ n: 4 });
    expect(report.listeners?.emotions).not.toContain('surprised');
    const again = await undertone('evaluate', 'acoustic', ...online, '--condition', 'noise0');
    const { condition, summary } = JSON.parse(again.stdout) as AcousticReport;
    expect(report.robustness).toContainEqual({ condition, ...summary });
    expect(await readFile(markdown, 'utf8')).toContain('| telephone | 4 |');
    expect((await readFile(page, 'utf8')).toLowerCase()).toMatch(/^<!doctype html>/);

    const later = await undertone('evaluate', 'acoustic', ...base, '--baseline', 'all', '--after', '1');
    expect(later.code).toBe(0);
    expect(later.stdout).toContain(
      "against all of the speaker's clips, from clip 2 of each speaker on: 2 clips of 2 speakers",
    );
    const never = await undertone('evaluate', 'acoustic', ...base, '--after', '2');
    expect(never.code).toBe(1);
    expect(never.stderr).toContain('no speaker has more than 2 clips: --after 2 leaves none');
  }, 180_000);

  it('[FP1, FP4, FP6] pairs voices with words and reports every situation; the same again for the same seed', async () => {
    const manifest = join(dir, 'voices.csv');
    await writeFile(
      manifest,
      'path,speaker,emotion\ntwo-sentences.wav,s1,happy\ntwo-sentences.flac,s2,angry\nsilence.wav,s2,sad\n',
    );
    const [tsv, neutral] = [join(dir, 'words.tsv'), join(dir, 'plain.tsv')];
    await writeFile(tsv, 'What a lovely day!\thappy\nI hate you, get out.\tangry\nI miss her so much.\tsad\n');
    await writeFile(neutral, 'The box is on the table.\n');
    const [predictions, markdown] = [join(dir, 'pairs.csv'), join(dir, 'fusion.md')];
    const base = ['--root', clips, '--manifest', manifest, '--no-held-out', '--tsv', tsv, '--neutral', neutral];
    const args = [...base, '--threads', '1', '--json'];
    const once = await undertone('evaluate', 'fusion', ...args, '--predictions', predictions, '--markdown', markdown);
    expect(once.stderr).not.toContain('undertone evaluate:');
    const report = JSON.parse(once.stdout) as FusionReport;
    expect(report.data).toMatchObject({
      pairs: { congruent: 3, neutralWords: 3, incongruent: 3, reassurance: 3 },
      clips: 3,
      unreadVoices: 1,
    });
    expect(report.conditions).toHaveLength(4 * SITUATIONS.length);
    for (const { uar } of report.conditions) {
      for (const value of Object.values(uar)) expect(value).toBeGreaterThanOrEqual(0);
    }
    expect(report.ece).toBeGreaterThanOrEqual(0);
    expect(report.coverage).toBeLessThanOrEqual(1);
    expect(report.incongruence.falseAlarm).toBeLessThanOrEqual(1);
    const rows = (await readFile(predictions, 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(1 + 12 * SITUATIONS.length);
    expect(rows[1]).toMatch(/^congruent,silence\.wav,words\.tsv:3,sad,sad,clean,0,noSpeech,available,/);
    expect(await readFile(markdown, 'utf8')).toContain('| neutral wording | clean | 40 % | 3 |');

    const again = JSON.parse((await undertone('evaluate', 'fusion', ...args)).stdout) as FusionReport;
    expect({ ...again, made: null }).toEqual({ ...report, made: null });
  }, 180_000);

  it('[FP8] measures recorded pairs as well, and says in one line what is missing', async () => {
    const pairs = join(dir, 'recorded.csv');
    await writeFile(pairs, 'path,text,label\ntwo-sentences.wav,"Well, I am glad.",joy\nnoisy.wav,So what?,bored\n');
    const given = ['--pairs', pairs, '--root', clips, '--threads', '1'];
    const { code, stdout, stderr } = await undertone('evaluate', 'fusion', ...given, '--json');
    expect(code).toBe(0);
    expect(stderr).toContain('left out noisy.wav: "bored" is none of the seven emotions');
    const report = JSON.parse(stdout) as FusionReport;
    expect(report.data.pairs).toEqual({ given: 1 });
    expect(report.incongruence.auc).toBeNull();

    const nowhere = await undertone(
      'evaluate',
      'fusion',
      '--root',
      clips,
      '--tsv',
      join(dir, 'none.tsv'),
      '--pairs',
      dir,
    );
    expect(nowhere.code).toBe(1);
    expect(nowhere.stderr.trim()).toMatch(/^undertone evaluate: .* cannot be read$/);
  }, 180_000);

  it('ends with one line and a code when it cannot work', async () => {
    const missing = await undertone('evaluate', 'acoustic', '--manifest', join(dir, 'none.csv'), '--root', dir);
    expect(missing.code).toBe(1);
    expect(missing.stderr.trim()).toMatch(/^undertone evaluate: .*none\.csv cannot be read$/);
    const wrong = await undertone('train', 'acoustic', '--root', dir, '--recipe', 'magic');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('choose one of forest, svm, logistic, dense, cnn');
    const useless = await undertone('train', 'acoustic', '--root', dir, '--recipe', 'svm', '--folds', '3');
    expect(useless.code).toBe(1);
    expect(useless.stderr).toContain('--folds: only for logistic, dense, cnn, attention, not for --recipe svm');
    expect((await undertone('train', 'acoustic', '--help')).stdout).toContain('--folds');
  });
});
