import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { messageOf } from '../common/errors.js';
import { DatabaseAwayError, isConnectionLost, isPassing, isRefused } from './database-errors.js';
import { DatabaseInUseError, EmbeddedDatabase } from './embedded-database.js';
import { SCHEMA } from './schema.js';

export type DatabaseOptions =
  | { readonly kind: 'embedded'; readonly folder: string }
  | {
      readonly kind: 'postgres';
      readonly url: string;
      /** Of the role that owns the tables; the role of `url` then gets no right to change the ledger. */
      readonly ownerUrl?: string;
    };

/** Called with each new connection before anybody else may use it. What it throws and is no lost connection is final. */
export type Preparation = (manager: EntityManager) => Promise<void>;

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 15_000;
/** A statement that takes longer is given up with its connection, ms. */
const QUERY_TIMEOUT_MS = 30_000;
const CONNECTIONS = 8;
/** Only one node migrates at a time. The number means nothing and has to stay. */
const MIGRATION_LOCK = 5_406_202_601;
/** The embedded database's role without rights to change the ledger. */
const APP_ROLE = 'undertone_app';

/** The database was made by a newer version. */
export class NewerSchemaError extends Error {}

/**
 * The connection to the database, embedded or Postgres: opened in the background, brought to the current schema, and made
 * anew whenever it is lost.
 */
export class Database {
  private readonly log = new Logger(Database.name);
  private readonly stop = new AbortController();
  private readonly preparations: Preparation[] = [];
  private source: DataSource | undefined;
  private embedded: EmbeddedDatabase | undefined;
  private connecting: Promise<void> | undefined;
  private wasReady = false;
  private fail: (error: unknown) => void = () => undefined;
  private wake: (() => void)[] = [];

  /** Rejects when there is no use in trying on: another server's folder, a lost master key, a newer schema. */
  readonly fatal = new Promise<never>((_, reject) => {
    this.fail = reject;
  });

  constructor(private readonly options: DatabaseOptions) {
    this.fatal.catch(() => undefined);
  }

  get status(): 'ready' | 'away' {
    return this.source ? 'ready' : 'away';
  }

  prepare(preparation: Preparation): void {
    this.preparations.push(preparation);
  }

  /** The same, with the first connection only. */
  prepareOnce(preparation: Preparation): void {
    let done = false;
    this.prepare(async (manager) => {
      if (!done) await preparation(manager);
      done = true;
    });
  }

  /** Begins to connect; returns at once. */
  start(): void {
    this.connecting ??= this.connect().finally(() => {
      this.connecting = undefined;
    });
  }

  /** Resolves as soon as it is connected. @throws DatabaseAwayError when it is not within `timeoutMs` */
  async ready(timeoutMs = Infinity): Promise<void> {
    if (this.source) return;
    const connected = new Promise<void>((resolve) => this.wake.push(resolve));
    if (timeoutMs === Infinity) return Promise.race([this.fatal, connected]);
    const timer = new AbortController();
    const late = pause(timeoutMs, undefined, { signal: timer.signal, ref: false }).then(() => {
      throw new DatabaseAwayError();
    });
    await Promise.race([this.fatal, connected, late]).finally(() => {
      timer.abort();
      late.catch(() => undefined);
    });
  }

  /** Runs `work` in one transaction. @throws DatabaseAwayError when there is no connection, or it is lost meanwhile. */
  async transaction<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const { source } = this;
    if (!source) throw new DatabaseAwayError();
    try {
      return await source.transaction(work);
    } catch (error) {
      if (!isConnectionLost(error)) throw error;
      this.lost(source);
      throw new DatabaseAwayError(error);
    }
  }

  async close(): Promise<void> {
    this.stop.abort();
    await this.connecting;
    await this.disconnect();
  }

  private lost(source: DataSource): void {
    if (this.source !== source || this.stop.signal.aborted) return;
    this.log.warn('the database is away; results wait until it returns');
    this.source = undefined;
    const old = this.disconnect(source);
    this.connecting ??= old
      .then(() => this.connect())
      .finally(() => {
        this.connecting = undefined;
      });
  }

  private async connect(): Promise<void> {
    const { signal } = this.stop;
    for (let wait = FIRST_RETRY_MS; !signal.aborted; wait = Math.min(2 * wait, MAX_RETRY_MS)) {
      try {
        const source = await this.open();
        this.source = source;
        this.wasReady = true;
        this.log.log(`storage is ready: ${this.options.kind === 'embedded' ? this.options.folder : 'Postgres'}`);
        for (const wake of this.wake.splice(0)) wake();
        return;
      } catch (error) {
        await this.disconnect();
        if (isFinal(error) || (!this.wasReady && isRefused(error))) {
          this.fail(error);
          return;
        }
        this.log.warn(`no connection to the database yet: ${messageOf(error)}`);
        await pause(wait, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  private async open(): Promise<DataSource> {
    const source = new DataSource(await this.connection());
    await source.initialize();
    try {
      await this.migrate(source);
      for (const prepare of this.preparations) await source.transaction(prepare);
      return source;
    } catch (error) {
      await source.destroy();
      throw isPassing(error) ? error : new FinalError(error);
    }
  }

  private async connection(): Promise<DataSourceOptions> {
    const extra = { query_timeout: QUERY_TIMEOUT_MS, application_name: 'undertone' };
    if (this.options.kind === 'postgres') {
      const { url } = this.options;
      return { ...SCHEMA, url, extra: { ...extra, max: CONNECTIONS, connectionTimeoutMillis: 5_000 } };
    }
    this.embedded = await EmbeddedDatabase.open(this.options.folder, () => {
      if (this.source) this.lost(this.source);
    });
    const place = { host: this.embedded.socketFolder, port: 5432, username: 'postgres', database: 'postgres' };
    return { ...SCHEMA, ...place, ssl: false, extra: { ...extra, max: 1, connectionTimeoutMillis: QUERY_TIMEOUT_MS } };
  }

  private async migrate(source: DataSource): Promise<void> {
    if (this.options.kind === 'embedded') {
      await source.query('RESET ROLE');
      await migrated(source);
      const roles: unknown[] = await source.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [APP_ROLE]);
      if (roles.length === 0) await source.query(`CREATE ROLE ${APP_ROLE} NOLOGIN`);
      await grant(source, APP_ROLE);
      // All connections share its one session.
      await source.query(`SET ROLE ${APP_ROLE}`);
      return;
    }
    const { url, ownerUrl = url } = this.options;
    const lock = new pg.Client({ connectionString: ownerUrl });
    await lock.connect();
    try {
      await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
      if (ownerUrl === url) {
        await migrated(source);
        return;
      }
      const [{ role }] = await source.query<[{ role: string }]>('SELECT current_user AS role');
      const owner = await new DataSource({ ...SCHEMA, url: ownerUrl, extra: { max: 1 } }).initialize();
      try {
        await migrated(owner);
        await grant(owner, lock.escapeIdentifier(role));
      } finally {
        await owner.destroy();
      }
    } finally {
      await lock.end();
    }
  }

  private async disconnect(source = this.source): Promise<void> {
    const { embedded } = this;
    this.source = this.embedded = undefined;
    if (source?.isInitialized) await source.destroy().catch(() => undefined);
    await embedded?.close();
  }
}

/** Not a matter of waiting. */
class FinalError extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}

const isFinal = (error: unknown): boolean => error instanceof FinalError || error instanceof DatabaseInUseError;

async function migrated(source: DataSource): Promise<void> {
  const known = SCHEMA.migrations.map(({ name }) => name);
  const [{ made }] = await source.query<[{ made: boolean }]>(`SELECT to_regclass('migrations') IS NOT NULL AS made`);
  const done = made ? await source.query<{ name: string }[]>('SELECT name FROM migrations') : [];
  const unknown = done.find(({ name }) => !known.includes(name));
  if (unknown) {
    throw new NewerSchemaError(
      `The database was made by a newer Undertone (${unknown.name}): run that one, or give this one another database.`,
    );
  }
  await source.runMigrations({ transaction: 'all' });
}

/** The server's role may do what the server does. */
async function grant(owner: DataSource, role: string): Promise<void> {
  await owner.query(`GRANT USAGE ON SCHEMA public TO ${role}`);
  await owner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
  await owner.query(`REVOKE UPDATE, DELETE, TRUNCATE ON ledger FROM ${role}`);
  await owner.query(`REVOKE INSERT, UPDATE, DELETE ON migrations FROM ${role}`);
}
