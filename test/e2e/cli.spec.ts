import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { AnalyzedPart } from '../../src/pipeline/analyze-file.js';
import { undertone } from '../support/cli.js';

const CLIPS = join('test', 'fixtures', 'clips');
const TWO_SENTENCES = join(CLIPS, 'two-sentences.wav');

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');
const utterancesOf = (out: string): (AnalyzedPart & { file?: string })[] =>
  linesOf(out).map((line) => JSON.parse(line) as AnalyzedPart & { file?: string });

describe('undertone analyze', () => {
  test('[CL1] [FU1] words given: one utterance, whose contributions and prior are its log-scores', async () => {
    const { code, out } = await undertone('analyze', TWO_SENTENCES, '--text', "I'm fine.", '--json');
    const utterances = utterancesOf(out);
    expect({ code, count: utterances.length }).toEqual({ code: 0, count: 1 });
    const { file, transcript, startMs, endMs, result } = utterances[0]!;
    expect({ file, text: transcript?.text, source: transcript?.source, startMs, endMs: Math.round(endMs) }).toEqual({
      file: TWO_SENTENCES,
      text: "I'm fine.",
      source: 'client',
      startMs: 0,
      endMs: 4906,
    });
    const { voice, text } = result.modalities;
    expect([voice.status, text.status]).toEqual(['available', 'available']);
    for (const emotion of EMOTIONS) {
      const sum = result.logPrior[emotion] + voice.contribution[emotion] + text.contribution[emotion];
      expect(Math.abs(sum - result.logScores[emotion])).toBeLessThan(1e-6);
    }
    const { withoutVoice, withoutText } = result.explanation.counterfactual;
    expect(EMOTIONS).toContain(withoutVoice?.label);
    expect(EMOTIONS).toContain(withoutText?.label);
  });

  test('[CL2] two sentences make two rows of a table that says why', async () => {
    const { code, out, err } = await undertone('analyze', TWO_SENTENCES, '--whisper', 'off');
    const rows = linesOf(out).filter((line) => /\d:\d\d\.\d–\d:\d\d\.\d/.test(line));
    expect({ code, err, rows: rows.length }).toEqual({ code: 0, err: '', rows: 2 });
    expect(out).toMatch(/^│ time +│ words +│ emotion +│ confidence +│ why/m);
    expect(out).toMatch(/^! No words can be written down/m);
  });

  test('[CL2] two sentences make two lines of JSON, and stdout carries nothing else', async () => {
    const { code, out } = await undertone('analyze', TWO_SENTENCES, '--whisper', 'off', '--json');
    const utterances = utterancesOf(out);
    expect({ code, ids: utterances.map((one) => one.utteranceId) }).toEqual({ code: 0, ids: ['u1', 'u2'] });
    expect(Object.keys(utterances[0]!)).toEqual(['file', 'utteranceId', 'startMs', 'endMs', 'voice', 'text', 'result']);
    expect(utterances[0]!.endMs).toBeLessThanOrEqual(utterances[1]!.startMs);
  });

  test('[CL3] what cannot be read is named in one line each, the other files are read, and the end is 1', async () => {
    const [corrupt, absent, silent] = [join(CLIPS, 'corrupt.flac'), 'absent.wav', join(CLIPS, 'silence.wav')];
    const { code, out, err } = await undertone('analyze', corrupt, absent, silent, '--whisper', 'off');
    const said = linesOf(err);
    expect({ code, out, lines: said.length }).toEqual({
      code: 1,
      out: `${silent}\n! No speech was found.\n`,
      lines: 2,
    });
    expect(said[0]).toMatch(new RegExp(`^undertone: ${corrupt}: the flac file holds no sound`));
    expect(said[1]).toBe('undertone: absent.wav: no such file or directory');
  });

  test('[CL4] a message alone is read without a voice', async () => {
    const { code, out } = await undertone('analyze', '--text', 'What a lovely surprise!', '--json');
    const [only] = utterancesOf(out);
    expect({ code, voice: only?.result.modalities.voice.status, text: only?.result.modalities.text.status }).toEqual({
      code: 0,
      voice: 'unavailable',
      text: 'available',
    });
    expect(only).not.toHaveProperty('file');
  });

  describe('--evidence', () => {
    const silence = join(CLIPS, 'silence.wav');
    const folder = mkdtempSync(join(tmpdir(), 'evidence-'));
    const recording = join(folder, 'call.wav');
    copyFileSync(silence, recording);
    afterAll(() => {
      rmSync(folder, { recursive: true });
    });

    test.each([
      ['is given to be read', [recording, '--evidence', recording], 'the evidence would overwrite the recording'],
      [
        'took the place of the forgotten argument',
        ['--evidence', recording, silence],
        'the evidence would overwrite it, and it holds no evidence of an earlier run',
      ],
    ])('[CL11] a recording that %s stays as it is', async (_, args, reason) => {
      expect(await undertone('analyze', ...args)).toEqual({
        code: 1,
        out: '',
        err: `undertone: ${recording}: ${reason}\n`,
      });
      expect(readFileSync(recording)).toEqual(readFileSync(silence));
    });

    test('[CL11] the evidence of an earlier run is replaced', async () => {
      const kept = join(folder, 'kept.jsonl');
      for (const words of ['What a lovely surprise!', 'This is so unfair!']) {
        const { code } = await undertone('analyze', '--text', words, '--evidence', kept);
        expect(code).toBe(0);
        expect(
          linesOf(readFileSync(kept, 'utf8')).map((line) => (JSON.parse(line) as { words: string }).words),
        ).toEqual([words]);
      }
    });
  });

  test.each([
    [['analyze', '--nope'], "undertone: unknown option '--nope'"],
    [['analyze'], 'undertone: give a file, or --text'],
    [['nope'], "undertone: unknown command 'nope'"],
  ])('[CL5] wrong usage ends with 2 and one line: %j', async ([first, ...rest], line) => {
    expect(await undertone(first!, ...rest)).toEqual({ code: 2, out: '', err: `${line}\n` });
  });

  test.each([[['--help']], [['analyze', '--help']], [['models', '--help']], [['help', 'analyze']]])(
    '[CL5] help is there: %j',
    async ([first, ...rest]) => {
      const { code, out, err } = await undertone(first!, ...rest);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/^Usage: undertone/);
    },
  );
});

describe('undertone models list', () => {
  test('[CL6] every shipped model is the pinned one', async () => {
    const { code, out } = await undertone('models', 'list', '--json');
    const rows = linesOf(out).map((line) => JSON.parse(line) as { kind: string; state: string });
    expect(code).toBe(0);
    expect(rows.filter(({ kind }) => kind === 'acoustic' || kind === 'text').map(({ state }) => state)).toEqual(
      expect.arrayContaining(['verified', 'verified']),
    );
    const whispers = rows.filter(({ kind }) => kind === 'whisper').map(({ state }) => state);
    expect(whispers).toHaveLength(5);
    for (const state of whispers) expect(state).toMatch(/^(not )?installed$/);
  });

  test('[CL6] a model that only the settings name has its kind: a hub id, and an own folder', async () => {
    const settings = { WHISPER_MODEL: 'someone/whisper-nano', TEXT_MODEL_OTHER_LANGUAGES: './no/such-folder' };
    const { out } = await undertone(settings, 'models', 'list', '--json');
    const rows = linesOf(out).map((line) => JSON.parse(line) as { name: string; kind: string; state: string });
    expect(rows).toContainEqual(expect.objectContaining({ name: 'someone/whisper-nano', kind: 'whisper' }));
    expect(rows).toContainEqual(expect.objectContaining({ name: 'such-folder', kind: 'text', state: 'not installed' }));
  });

  test('[CL6] the table tells a broken model and what is wrong with it, and the end is 1', async () => {
    const models = mkdtempSync(join(tmpdir(), 'models-'));
    const files = { 'config.json': { bytes: 12, sha256: '0'.repeat(64) } };
    const entry = { kind: 'text', licence: 'Apache-2.0', labels: ['happy', 'sad'], files };
    writeFileSync(join(models, 'manifest.json'), JSON.stringify({ models: { 'text/gone': entry } }));
    const { code, out, err } = await undertone(
      { MODELS_DIR: models, WHISPER_MODEL: 'off', TEXT_MODEL: 'text/gone', TEXT_MODEL_OTHER_LANGUAGES: 'off' },
      'models',
      'list',
    );
    rmSync(models, { recursive: true });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/│ name +│ kind +│ licence +│ labels +│ size +│ sha256 +│ state/);
    expect(out).toMatch(/│ text\/gone │ text │ Apache-2.0 │ happy sad │ 0 kB │ [0-9a-f]{12} │ ✗ broken +│/);
    expect(out).toMatch(/^! .*config\.json is missing$/m);
  });
});

test('[CL10] every command stands in docs/cli.md', async () => {
  const { out } = await undertone('--help');
  const listed = out.slice(out.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm);
  const names = [...listed].map(([, name = '']) => name).filter((name) => name !== 'help');
  const page = readFileSync(join('docs', 'cli.md'), 'utf8');
  expect(names).toEqual(expect.arrayContaining(['analyze', 'ledger', 'purge']));
  expect(names.filter((name) => !new RegExp(`^\\| .*\`${name}\\b`, 'm').test(page))).toEqual([]);
});
