import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** A Postgres server for tests: one that was given, or a cluster in a temporary folder. */
export interface TestPostgres {
  /** A database of its own, empty. */
  newDatabase(): Promise<string>;
  /** Only a cluster of our own can be stopped and started. */
  /** Where a cluster of our own keeps its files. */
  readonly folder?: string;
  readonly control?: { stop(mode: 'fast' | 'immediate'): Promise<void>; start(): Promise<void> };
  close(): Promise<void>;
}

/** Debian keeps Postgres' programs out of PATH. */
const env = { ...process.env, PATH: [process.env['PATH'], ...debianFolders()].join(':') };

/** Postgres refuses to run as root. */
const AS_POSTGRES =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];

/** Why there is no Postgres to test with; undefined where there is one. */
export function noPostgres(): string | undefined {
  if (process.env['UNDERTONE_TEST_DATABASE_URL'] || hasCluster()) return undefined;
  return 'neither UNDERTONE_TEST_DATABASE_URL nor initdb and pg_ctl (Debian: postgresql)';
}

export async function startPostgres(): Promise<TestPostgres> {
  const url = process.env['UNDERTONE_TEST_DATABASE_URL'];
  if (url) return { newDatabase: () => newDatabase(url), close: () => Promise.resolve() };
  const folder = mkdtempSync(join(tmpdir(), 'undertone-pg-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  const port = 20_000 + (process.pid % 20_000);
  as('initdb', '-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8');
  const options = `-k ${folder} -p ${port} -c listen_addresses=127.0.0.1 -c shared_buffers=16MB`;
  const control = {
    start: () => asLater('pg_ctl', '-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start'),
    stop: (mode: string) => asLater('pg_ctl', '-D', data, '-w', '-m', mode, 'stop'),
  };
  await control.start();
  return {
    newDatabase: () => newDatabase(`postgres://postgres@127.0.0.1:${port}/postgres`),
    folder,
    control,
    close: async () => {
      await control.stop('immediate').catch(() => undefined);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function newDatabase(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const name = `undertone_test_${process.pid}_${Math.random().toString(36).slice(2)}`;
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const made = new URL(url);
  made.pathname = `/${name}`;
  return made.href;
}

function debianFolders(): string[] {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return [];
  return readdirSync(root).map((version) => join(root, version, 'bin'));
}

function hasCluster(): boolean {
  if (AS_POSTGRES.length > 0 && spawnSync('id', ['postgres']).status !== 0) return false;
  return ['initdb', 'pg_ctl'].every((program) => spawnSync(program, ['--version'], { env }).status === 0);
}

function command(program: string, args: readonly string[]): [string, string[]] {
  const [file = program, ...rest] = [...AS_POSTGRES, program, ...args];
  return [file, rest];
}

function as(program: string, ...args: string[]): void {
  execFileSync(...command(program, args), { stdio: 'ignore', env });
}

async function asLater(program: string, ...args: string[]): Promise<void> {
  await run(...command(program, args), { env });
}
