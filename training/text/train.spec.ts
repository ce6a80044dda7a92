import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PythonMissing, trainText, type TextTraining } from './train.js';

/** A program that answers as Python would: to `-c` with the packages it lacks, else by noting its arguments. */
async function interpreter(folder: string, lacking: string, exit = 0): Promise<string> {
  const file = join(folder, 'python');
  const script = `#!/bin/sh\nif [ "$1" = "-c" ]; then printf '${lacking}'; exit 0; fi\nprintf '%s\\n' "$@" > "${folder}/args"\nexit ${exit}\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

describe('train text', () => {
  let folder: string;
  let options: TextTraining;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'train-text-'));
    options = { root: 'R', models: 'M', name: 'text/x', work: 'W', seed: 3, threads: 1, python: join(folder, 'none') };
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('[TT1] says what to do where there is no Python, or where it lacks a package', async () => {
    await expect(trainText(options)).rejects.toThrow(
      /no Python at .*pip install -r training\/text\/requirements\.txt/s,
    );
    const python = await interpreter(folder, 'torch\\nonnx\\n');
    const failed = trainText({ ...options, python });
    await expect(failed).rejects.toThrow(PythonMissing);
    await expect(failed).rejects.toThrow(/lacks torch, onnx; .*--python venv\/bin\/python/s);
  });

  it('[TT2] hands its options to the script, and fails when that fails', async () => {
    await trainText({ ...options, epochs: 2, python: await interpreter(folder, '') });
    const args = (await readFile(join(folder, 'args'), 'utf8')).trim().split('\n');
    expect(args[0]).toMatch(/training\/text\/train\.py$/);
    expect(args.slice(1).join(' ')).toBe('--root R --models M --name text/x --work W --seed 3 --threads 1 --epochs 2');
    await expect(trainText({ ...options, python: await interpreter(folder, '', 4) })).rejects.toThrow('ended with 4');
  });
});
