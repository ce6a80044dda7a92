import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../../src/common/config.js';

export interface TestServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly apiKey: string;
  readonly process: ChildProcess;
  /** Everything printed so far. */
  log(): string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
}

/** The key of every server that a test starts. */
export const API_KEY = 'test-key-of-the-suite';

/** The built server as a process of its own, on a free port, with the embedded defaults and no downloads. */
export async function startServer(env: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const child = spawn(process.execPath, ['--enable-source-maps', 'dist/src/main.js'], {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_ENV: 'test',
      PORT: '0',
      HOST: '127.0.0.1',
      API_KEYS: API_KEY,
      MODEL_DOWNLOAD: 'false',
      WHISPER_MODEL: 'off',
      // Opening a database takes seconds: tests of storage switch it on, in a folder of their own.
      STORAGE: 'off',
      ACOUSTIC_THREADS: '1',
      NODE_OPTIONS: '',
      NO_COLOR: '1',
      ...env,
    },
  });
  const lines: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    const read = (line: string): void => {
      lines.push(line);
      const listening = /listening on (http:\/\/[^/\s]+)/.exec(line)?.[1];
      if (listening) resolve(listening);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('exit', (code) => {
      reject(new Error(`the server ended with ${code} before it listened:\n${lines.join('\n')}`));
    });
  });
  return {
    url,
    apiKey: env['API_KEYS']?.split(',')[0] ?? API_KEY,
    process: child,
    log: () => lines.join('\n'),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill('SIGTERM');
      const [code] = (await once(child, 'exit')) as [number | null];
      return code;
    },
  };
}
