import { spawn } from 'node:child_process';
import { PROJECT_ROOT } from '../../src/common/config.js';

export interface Ended {
  /** Null after a signal. */
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Arguments = readonly [string | Readonly<Record<string, string>>, ...string[]];

/** The built command line as a process of its own, without downloads; settings may come before the arguments. */
export function undertone(...given: Arguments): Promise<Ended> {
  return started(...given).ended;
}

/** The same, to be killed. */
export function started(...[first, ...rest]: Arguments): { readonly kill: () => void; readonly ended: Promise<Ended> } {
  const [env, args] = typeof first === 'string' ? [{}, [first, ...rest]] : [first, rest];
  const child = spawn(process.execPath, ['bin/undertone.mjs', ...args], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'test', NODE_OPTIONS: '', MODEL_DOWNLOAD: 'false', ACOUSTIC_THREADS: '1', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, out, err });
    });
  });
  return { kill: () => child.kill('SIGKILL'), ended };
}
