import { ensureKey, readKeyFolder } from '../common/key-folder.js';
import { LocalKeys, masterKeyId, MissingMasterKeyError } from './master-keys.js';

/** Where the master keys come from. A key of the environment goes before the folder's, which then only unwrap. */
export interface KeySource {
  /** DATA_DIR/keys */
  readonly folder: string;
  /** MASTER_KEY */
  readonly current?: Uint8Array;
  /** MASTER_KEY_PREVIOUS */
  readonly previous?: readonly Uint8Array[];
}

/**
 * Opens the master keys, and makes the first one where there is none and none is needed.
 * @param needed ids of the master keys under which the database holds data keys
 * @throws MissingMasterKeyError when one of them is not there; KeyFileError when a key file is broken
 */
export async function openKeys(source: KeySource, needed: readonly string[]): Promise<LocalKeys> {
  const { folder, current, previous = [] } = source;
  const opened = current
    ? new LocalKeys(current, [...(await readKeyFolder(folder, masterKeyId)).keys.values(), ...previous])
    : await fromFolder(folder, previous, needed);
  const missing = needed.filter((id) => !opened.has(id));
  if (missing.length > 0) throw new MissingMasterKeyError(missing);
  return opened;
}

async function fromFolder(
  folder: string,
  previous: readonly Uint8Array[],
  needed: readonly string[],
): Promise<LocalKeys> {
  const { currentId } = await readKeyFolder(folder, masterKeyId);
  if (currentId === undefined && needed.length > 0) throw new MissingMasterKeyError(needed);
  const { keys, current } = await ensureKey(folder, masterKeyId);
  return new LocalKeys(current, [...keys.values(), ...previous]);
}
