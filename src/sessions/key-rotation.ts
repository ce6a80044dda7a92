import type { EntityManager } from 'typeorm';
import { addKey, readKeyFolder } from '../common/key-folder.js';
import { openKeys, type KeySource } from '../privacy/key-source.js';
import { masterKeyId } from '../privacy/master-keys.js';
import type { Database } from './database.service.js';
import { DEPLOYMENT } from './ledger.js';
import type { LedgerRepository } from './ledger.repository.js';
import type { Vault } from './vault.service.js';

/** What a rotation did. */
export interface Rotation {
  /** Under which key everything is now. */
  readonly masterKeyId: string;
  /** Keys under which something was before. */
  readonly former: readonly string[];
  /** Data keys that were wrapped anew. */
  readonly moved: number;
}

/**
 * Brings every data key under a new master key: a new key file, MASTER_KEY where the environment gives one, or the keeper's latest version. What a rotation
 * that was stopped has left is finished first, without another key. The data stays as it is.
 * @returns undefined where everything is already under the key that the environment gives, or the keeper's latest version
 */
export async function rotateKeys(
  { database, vault }: { readonly database: Database; readonly vault: Vault },
  source: KeySource,
  ledger: LedgerRepository,
): Promise<Rotation | undefined> {
  const target = await targetOf(database, source);
  return database.transaction(async (manager) => {
    const former = (await keysInUse(manager)).filter((id) => id !== target);
    if (former.length === 0) return undefined;
    // Opens the keys anew: the new one is among them now.
    await vault.prepare(manager);
    const moved = await vault.rotate(manager);
    const body = { masterKeyId: target, former, moved };
    await ledger.append(manager, [{ tenant: DEPLOYMENT, kind: 'keys.rotated', body }], new Date());
    return body;
  });
}

/** What a keeper or the environment has as current; else a new key of the folder. */
async function targetOf(database: Database, source: KeySource): Promise<string> {
  if (source.keeper) return (await openKeys(source, [])).currentId;
  return source.current ? masterKeyId(source.current) : folderTarget(database, source.folder);
}

/** The new key of the folder; the current one where not everything is under it yet. */
async function folderTarget(database: Database, folder: string): Promise<string> {
  const { currentId } = await readKeyFolder(folder, masterKeyId);
  const inUse = await database.transaction(keysInUse);
  const unfinished = currentId !== undefined && inUse.some((id) => id !== currentId);
  return unfinished ? currentId : addKey(folder, masterKeyId);
}

async function keysInUse(manager: EntityManager): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    'SELECT master_key_id AS id FROM subjects WHERE master_key_id IS NOT NULL UNION SELECT master_key_id FROM keys',
  );
  return rows.map(({ id }) => id);
}
