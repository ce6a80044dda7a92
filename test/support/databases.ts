import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { Database, type DatabaseOptions } from '../../src/sessions/database.service.js';
import { noPostgres, startPostgres, type TestPostgres } from './postgres.js';

/** Making an embedded database takes seconds: it is made once, and copied. It outlives a run of the tests. */
const CACHE = join(PROJECT_ROOT, 'node_modules', '.cache');
const TEMPLATE = join(CACHE, `undertone-embedded-${schemaDigest()}`);

/** A folder as DATA_DIR, with an embedded database that has nothing in it. */
export async function freshDataDir(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'undertone-data-'));
  if (!existsSync(TEMPLATE)) {
    const database = new Database({ kind: 'embedded', folder: join(folder, 'db') });
    database.start();
    await database.ready();
    await database.close();
    const draft = `${TEMPLATE}.${process.pid}`;
    mkdirSync(CACHE, { recursive: true });
    cpSync(join(folder, 'db'), draft, { recursive: true });
    try {
      renameSync(draft, TEMPLATE);
    } catch {
      rmSync(draft, { recursive: true });
    }
  } else {
    cpSync(TEMPLATE, join(folder, 'db'), { recursive: true });
  }
  return folder;
}

/** Where databases of one kind are made. */
export interface TestPlace {
  /** A database of its own, empty. */
  fresh(): Promise<DatabaseOptions>;
  readonly postgres?: TestPostgres;
}

interface TestDatabase {
  readonly name: 'embedded' | 'Postgres';
  /** Why it cannot be tested here. */
  readonly missing?: string | undefined;
  start(): Promise<TestPlace & { close(): Promise<void> }>;
}

/** The same tests on each kind of database; `place()` is there once they run. A kind that cannot be had is a declared skip. */
export function onEachDatabase(
  title: string,
  tests: (place: () => TestPlace, name: TestDatabase['name']) => void,
): void {
  describe.each(DATABASES)(`${title} on $name`, (kind) => {
    const { name, missing } = kind;
    if (missing !== undefined) {
      it.skip(`needs ${missing}`, () => undefined);
      return;
    }
    let started: Awaited<ReturnType<typeof kind.start>> | undefined;
    beforeAll(async () => {
      started = await kind.start();
    }, 60_000);
    tests(() => {
      if (!started) throw new Error('ask for a place within a test');
      return started;
    }, name);
    // After those of the tests: hooks run in the order of their definition.
    afterAll(() => started?.close());
  });
}

/** What a server needs to use a database, and the folder of its keys. */
export function environmentOf(options: DatabaseOptions): { STORAGE: 'on'; DATA_DIR: string; DATABASE_URL?: string } {
  if (options.kind === 'embedded') return { STORAGE: 'on', DATA_DIR: dirname(options.folder) };
  const dataDir = mkdtempSync(join(tmpdir(), 'undertone-data-'));
  return { STORAGE: 'on', DATA_DIR: dataDir, DATABASE_URL: options.url };
}

const DATABASES: readonly TestDatabase[] = [
  {
    name: 'embedded',
    start: () => {
      const folders: string[] = [];
      return Promise.resolve({
        fresh: async () => {
          const folder = await freshDataDir();
          folders.push(folder);
          return { kind: 'embedded', folder: join(folder, 'db') } as const;
        },
        close: () => {
          for (const folder of folders) rmSync(folder, { recursive: true, force: true });
          return Promise.resolve();
        },
      });
    },
  },
  {
    name: 'Postgres',
    missing: noPostgres(),
    start: async () => {
      const postgres = await startPostgres();
      return {
        fresh: async () => ({ kind: 'postgres', url: await postgres.newDatabase() }) as const,
        postgres,
        close: () => postgres.close(),
      };
    },
  },
];

/** Another schema, or another embedded database, needs another template. */
function schemaDigest(): string {
  const folder = join(PROJECT_ROOT, 'src', 'sessions', 'migrations');
  const hash = createHash('sha256').update(readFileSync(join(PROJECT_ROOT, 'package-lock.json')));
  for (const file of readdirSync(folder).sort()) hash.update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 12);
}
