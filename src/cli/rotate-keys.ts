import { join } from 'node:path';
import { loadConfig } from '../common/config.js';
import { rotateKeys } from '../sessions/key-rotation.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { keySourceOf } from '../sessions/sessions.module.js';
import { withStorage } from './storage.js';

/** Wraps all data keys under a new master key, and says what may go. */
export async function rotateMasterKey(): Promise<boolean> {
  const config = loadConfig();
  const source = keySourceOf(config);
  const rotation = await withStorage((storage) => rotateKeys(storage, source, new LedgerRepository()));
  if (!rotation && source.keeper) {
    const { mount, key } = source.keeper;
    console.log(
      `Everything is under the latest version of ${mount}/keys/${key} already. To rotate, run “vault write -f ${mount}/keys/${key}/rotate”, ` +
        'and this again.',
    );
    return true;
  }
  if (!rotation) {
    console.log(
      'Everything is under MASTER_KEY already. To rotate, put a new key into MASTER_KEY (openssl rand -hex 32) and this one ' +
        'into MASTER_KEY_PREVIOUS, and run this again.',
    );
    return true;
  }
  const { masterKeyId, former, moved } = rotation;
  console.log(`${moved} data keys are under the master key ${masterKeyId} now. No data was rewritten.`);
  const places = source.current
    ? 'MASTER_KEY_PREVIOUS'
    : former.map((id) => join(source.folder, `${id}.key`)).join(', ');
  console.log(
    `Nothing needs the former key any more (${places}) but backups made before now. Delete it when those are gone; what they ` +
      'hold of erased subjects goes with it.',
  );
  return true;
}
