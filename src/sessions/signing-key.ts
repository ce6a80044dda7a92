import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { ensureKey } from '../common/key-folder.js';
import { fingerprintOf, signCheckpoint, signingKeyOf } from './checkpoint.js';

/** The deployment's key for checkpoints, in `keys/ledger` of its data folder; made the first time. @throws KeyFileError */
export async function signingKey(dataDir: string): Promise<KeyObject> {
  return signingKeyOf((await ensureKey(join(dataDir, 'keys', 'ledger'), idOf)).current);
}

function idOf(seed: Uint8Array): string {
  const nothing = { seq: 0, hash: '', at: new Date(0) };
  return fingerprintOf(signCheckpoint(nothing, signingKeyOf(seed), new Date(0)).publicKey);
}
