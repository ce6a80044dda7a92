import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../src/common/config.js';

export interface TextTraining {
  readonly root: string;
  /** Folder of the models, with the manifest. */
  readonly models: string;
  readonly name: string;
  /** Folder that keeps finished steps. */
  readonly work: string;
  readonly seed: number;
  readonly epochs?: number;
  readonly threads: number;
  /** The interpreter. */
  readonly python: string;
}

const FOLDER = join(PROJECT_ROOT, 'training', 'text');
/** What the scripts import, as Python names it. */
const PACKAGES = ['numpy', 'scipy', 'sklearn', 'torch', 'tokenizers', 'onnx', 'onnxruntime'];

/** Python, or a package of it, is not there; the message says what to do. */
export class PythonMissing extends Error {}

/**
 * Runs `training/text/train.py`, which writes what transformers.js reads: the export to ONNX exists in Python only.
 * @throws PythonMissing, or Error when the training fails
 */
export async function trainText(options: TextTraining): Promise<void> {
  const { root, models, name, work, seed, epochs, threads, python } = options;
  await assertPython(python);
  const args = ['--root', root, '--models', models, '--name', name, '--work', work];
  args.push('--seed', String(seed), '--threads', String(threads), ...(epochs ? ['--epochs', String(epochs)] : []));
  const { code } = await runPython(python, [join(FOLDER, 'train.py'), ...args], 'inherit');
  if (code !== 0) throw new Error(`the training ended with ${code ?? 'a signal'}; what it said stands above`);
}

/** @throws PythonMissing */
export async function assertPython(python: string): Promise<void> {
  const advice =
    `make one with\n  python3 -m venv venv && venv/bin/pip install -r ${join('training', 'text', 'requirements.txt')}\n` +
    `and give it by --python venv/bin/python`;
  // One line for each package that cannot be imported.
  const probe = `import importlib\nfor name in ${JSON.stringify(PACKAGES)}:\n    try: importlib.import_module(name)\n    except ImportError: print(name)`;
  const { code, output } = await runPython(python, ['-c', probe], 'pipe').catch(() => {
    throw new PythonMissing(`there is no Python at "${python}"; ${advice}`);
  });
  const missing = output.split('\n').filter((line) => PACKAGES.includes(line.trim()));
  if (code !== 0) throw new PythonMissing(`"${python}" does not run as Python does; ${advice}`);
  if (missing.length > 0) throw new PythonMissing(`Python at "${python}" lacks ${missing.join(', ')}; ${advice}`);
}

function runPython(python: string, args: readonly string[], stdout: 'inherit' | 'pipe') {
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    const child = spawn(python, args, { stdio: ['ignore', stdout, stdout === 'pipe' ? 'ignore' : 'inherit'] });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}
