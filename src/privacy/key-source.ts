import { ensureKey, readKeyFolder } from '../common/key-folder.js';
import { LocalKeys, masterKeyId, MissingMasterKeyError, type KeyService } from './master-keys.js';
import { TransitKeys, type TransitOptions } from './transit-keys.js';

/** Where the master keys come from. A keeper goes before a key of the environment, and that before the folder's; what comes after only unwraps. */
export interface KeySource {
  /** DATA_DIR/keys */
  readonly folder: string;
  /** KMS_URL */
  readonly keeper?: TransitOptions;
  /** MASTER_KEY */
  readonly current?: Uint8Array;
  /** MASTER_KEY_PREVIOUS */
  readonly previous?: readonly Uint8Array[];
}

/**
 * Opens the master keys, and makes the first one where there is none and none is needed.
 * @param needed ids of the master keys under which the database holds data keys
 * @throws MissingMasterKeyError when one of them is not there; KeyFileError when a key file is broken; KeysAwayError
 */
export async function openKeys(source: KeySource, needed: readonly string[]): Promise<KeyService> {
  const opened = await keysOf(source, needed);
  const missing = needed.filter((id) => !opened.has(id));
  if (missing.length > 0) throw new MissingMasterKeyError(missing);
  return opened;
}

async function keysOf(source: KeySource, needed: readonly string[]): Promise<KeyService> {
  const { folder, keeper, current, previous = [] } = source;
  const found = await readKeyFolder(folder, masterKeyId);
  if (!keeper && !current) {
    if (found.currentId === undefined && needed.length > 0) throw new MissingMasterKeyError(needed);
    const made = await ensureKey(folder, masterKeyId);
    return new LocalKeys(made.current, [...made.keys.values(), ...previous]);
  }
  const [first, ...others] = [...(current ? [current] : []), ...found.keys.values(), ...previous];
  const local = first && new LocalKeys(first, others);
  if (keeper) return TransitKeys.open(keeper, local);
  if (!local) throw new Error('a key of the environment is one of them');
  return local;
}
