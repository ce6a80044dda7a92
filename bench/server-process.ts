import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { PROJECT_ROOT } from '../src/common/config.js';

export interface ServerUsage {
  /** User and system time of all threads since the start, seconds; NaN where the system does not tell. */
  readonly cpuSeconds: number;
  /** Resident memory now, bytes; NaN where the system does not tell. */
  readonly rssBytes: number;
}

/** USER_HZ: Linux shows times in these ticks whatever its kernel's own clock is. */
const TICKS_PER_S = 100;

/** The built server as a process of its own, on a free port. */
export class ServerProcess {
  private constructor(
    /** `http://127.0.0.1:<port>` */
    readonly url: string,
    private readonly apiKey: string,
    private readonly child: ChildProcess,
  ) {}

  /** @throws with what the server printed, when it ends before it listens */
  static async start(env: Readonly<Record<string, string>>, nodeArgs: readonly string[] = []): Promise<ServerProcess> {
    const apiKey = randomBytes(16).toString('hex');
    const child = spawn(process.execPath, [...nodeArgs, 'dist/src/main.js'], {
      cwd: PROJECT_ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'test', HOST: '127.0.0.1', PORT: '0', STORAGE: 'off', API_KEYS: apiKey, ...env },
    });
    process.once('exit', () => child.kill());
    const lines: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      const read = (line: string): void => {
        if (lines.push(line) > 100) lines.shift();
        const listening = /listening on (http:\/\/[^\s/]+)/.exec(line)?.[1];
        if (listening) resolve(listening);
      };
      createInterface({ input: child.stdout }).on('line', read);
      createInterface({ input: child.stderr }).on('line', read);
      child.once('exit', (code) => {
        reject(new Error(`the server ended with ${code ?? 'a signal'}:\n${lines.join('\n')}`));
      });
    });
    return new ServerProcess(url, apiKey, child);
  }

  async token(): Promise<string> {
    const response = await fetch(`${this.url}/v1/tokens`, { method: 'POST', headers: { 'X-API-Key': this.apiKey } });
    if (!response.ok) throw new Error(`POST /v1/tokens answered ${response.status}`);
    return ((await response.json()) as { token: string }).token;
  }

  usage(): ServerUsage {
    if (process.platform !== 'linux') return { cpuSeconds: NaN, rssBytes: NaN };
    const proc = `/proc/${this.child.pid ?? 'self'}`;
    // The fields after the program's name, which may hold anything: utime is the 12th of them, stime the 13th.
    const stat = readFileSync(`${proc}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`${proc}/status`, 'utf8'))?.[1];
    return {
      cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS_PER_S,
      rssBytes: Number(kilobytes) * 1024,
    };
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await gone;
  }
}
