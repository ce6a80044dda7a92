import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';

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
    const figures = JSON.parse(stdout) as { n: number; unavailable: number; perClass: Record<string, unknown> };
    expect(figures).toMatchObject({ n: 4, unavailable: 2 });
    expect(figures.perClass['angry']).toBeNull();
    expect(stderr).toContain('noisy.wav: "bored" is none of the seven emotions');
    const rows = (await readFile(predictions, 'utf8')).trim().split('\n');
    expect(rows).toHaveLength(5);
    expect(rows[3]).toMatch(/^silence\.wav,.*,noSpeech,/);
    expect(rows[4]).toMatch(/^not-audio\.bin,.*,unreadable,/);
  });

  it('ends with one line and a code when it cannot work', async () => {
    const missing = await undertone('evaluate', 'acoustic', '--manifest', join(dir, 'none.csv'), '--root', dir);
    expect(missing.code).toBe(1);
    expect(missing.stderr.trim()).toMatch(/^undertone evaluate: .*none\.csv cannot be read$/);
    const wrong = await undertone('train', 'acoustic', '--root', dir, '--recipe', 'magic');
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain('choose one of dense, forest');
    expect((await undertone('train', 'acoustic', '--help')).stdout).toContain('--folds');
  });
});
