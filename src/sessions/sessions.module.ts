import { join } from 'node:path';
import { Module, type DynamicModule, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { Config } from '../common/config.js';
import { AudioRepository } from './audio.repository.js';
import { ConsentsRepository } from './consents.repository.js';
import { Database, type DatabaseOptions } from './database.service.js';
import { parseMasterKey } from '../privacy/master-keys.js';
import type { KeySource } from '../privacy/key-source.js';
import { ErasureRepository } from './erasure.repository.js';
import { LedgerRepository } from './ledger.repository.js';
import { Nodes } from './nodes.service.js';
import { Recorder } from './recorder.service.js';
import { SessionsRepository } from './sessions.repository.js';
import { Vault } from './vault.service.js';

/** How long what waits may take to be written when the server stops, ms. */
const DRAIN_MS = 10_000;

/** Starts and stops storage with the server. */
class Storage implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly database: Database,
    private readonly recorder: Recorder,
    private readonly nodes: Nodes,
  ) {}

  /** Opens in the background: the embedded database takes seconds, and nothing has to wait for it. */
  onModuleInit(): void {
    this.database.start();
    this.nodes.start();
  }

  /** After the sessions have drained (beforeApplicationShutdown of the gateway). */
  async onApplicationShutdown(): Promise<void> {
    await this.nodes.close();
    await this.recorder.close(DRAIN_MS);
    await this.database.close();
  }
}

/** What is kept of sessions, and how it is proved. Only there with STORAGE=on. */
@Module({})
export class SessionsModule {
  static register(config: Config): DynamicModule {
    const parts = [
      Database,
      Nodes,
      Vault,
      LedgerRepository,
      AudioRepository,
      ConsentsRepository,
      SessionsRepository,
      ErasureRepository,
      Recorder,
    ];
    return {
      module: SessionsModule,
      providers: [
        { provide: Database, useFactory: () => new Database(databaseOf(config)) },
        { provide: Nodes, useFactory: () => new Nodes(config.DATABASE_URL) },
        {
          provide: Vault,
          inject: [Database],
          useFactory: (database: Database) => {
            const vault = new Vault(keySourceOf(config));
            database.prepare((manager) => vault.prepare(manager));
            return vault;
          },
        },
        {
          provide: AudioRepository,
          inject: [Vault],
          useFactory: (vault: Vault) => new AudioRepository(vault),
        },
        { provide: LedgerRepository, useFactory: () => new LedgerRepository() },
        {
          provide: ConsentsRepository,
          inject: [Database, Vault, LedgerRepository],
          useFactory: (database: Database, vault: Vault, ledger: LedgerRepository) =>
            new ConsentsRepository(database, vault, ledger),
        },
        {
          provide: SessionsRepository,
          inject: [Vault, ConsentsRepository, LedgerRepository, AudioRepository],
          useFactory: (vault: Vault, consents: ConsentsRepository, ledger: LedgerRepository, audio: AudioRepository) =>
            new SessionsRepository(vault, consents, ledger, audio),
        },
        {
          provide: ErasureRepository,
          inject: [Database, Vault, LedgerRepository],
          useFactory: (database: Database, vault: Vault, ledger: LedgerRepository) => {
            const erasure = new ErasureRepository(vault, ledger);
            // Nobody else writes to the embedded database; on Postgres retention does it, once no node can hold one any more.
            if (!config.DATABASE_URL)
              database.prepareOnce((manager) => erasure.closeLost(manager, new Date(), new Date()));
            return erasure;
          },
        },
        {
          provide: Recorder,
          inject: [Database, SessionsRepository],
          useFactory: (database: Database, sessions: SessionsRepository) =>
            new Recorder(database, sessions, { maxBytes: config.STORAGE_BUFFER_MB * 1_048_576 }),
        },
        {
          provide: Storage,
          inject: [Database, Recorder, Nodes],
          useFactory: (database: Database, recorder: Recorder, nodes: Nodes) => new Storage(database, recorder, nodes),
        },
      ],
      exports: parts,
    };
  }
}

/** Where the configuration puts what is stored. */
export function databaseOf(config: Config): DatabaseOptions {
  const { DATABASE_URL: url, DATABASE_OWNER_URL: ownerUrl, DATA_DIR } = config;
  if (!url) return { kind: 'embedded', folder: join(DATA_DIR, 'db') };
  return { kind: 'postgres', url, ...(ownerUrl ? { ownerUrl } : {}) };
}

/** Where the configuration puts the master keys. */
export function keySourceOf(config: Config): KeySource {
  const { DATA_DIR, MASTER_KEY, MASTER_KEY_PREVIOUS, KMS_URL: url, KMS_TOKEN_FILE: tokenFile } = config;
  const current = MASTER_KEY === undefined ? undefined : parseMasterKey(MASTER_KEY);
  const previous = MASTER_KEY_PREVIOUS.flatMap((key) => parseMasterKey(key) ?? []);
  const keeper = url && tokenFile ? { url, tokenFile, mount: config.KMS_MOUNT, key: config.KMS_KEY } : undefined;
  return { folder: join(DATA_DIR, 'keys'), ...(keeper && { keeper }), ...(current && { current }), previous };
}
