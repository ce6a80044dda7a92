import { existsSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { Database } from '../sessions/database.service.js';
import { DatabaseInUseError } from '../sessions/embedded-database.js';
import { databaseOf, keySourceOf } from '../sessions/sessions.module.js';
import { Vault } from '../sessions/vault.service.js';

/** The server's database and keys, for a command. */
export interface OpenStorage {
  readonly database: Database;
  readonly vault: Vault;
}

/** Opens storage for the length of a command. @throws with what to do where a running server holds it */
export async function withStorage<T>(work: (storage: OpenStorage) => Promise<T>): Promise<T> {
  const config = loadConfig();
  const place = databaseOf(config);
  if (place.kind === 'embedded' && !existsSync(place.folder))
    throw new Error(`nothing is stored in ${place.folder}: is DATA_DIR, or DATABASE_URL, that of the server?`);
  // What a command prints is its answer.
  Logger.overrideLogger(['error', 'fatal']);
  const database = new Database(place);
  const vault = new Vault(keySourceOf(config));
  database.prepare((manager) => vault.prepare(manager));
  try {
    database.start();
    await database.ready();
    return await work({ database, vault });
  } catch (error) {
    if (!(error instanceof DatabaseInUseError)) throw error;
    throw new Error(`${messageOf(error)} A command needs the server to be stopped, or DATABASE_URL.`);
  } finally {
    await database.close();
  }
}
