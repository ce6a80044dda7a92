import { createHash } from 'node:crypto';
import { unwrapKey, wrapKey } from './envelope.js';

/** A data key as it is stored: under which master key, and the sealed bytes. */
export interface WrappedKey {
  readonly masterKeyId: string;
  readonly bytes: Uint8Array;
}

/**
 * What is asked of whoever keeps the master keys: a small port, so that a keeper such as a KMS or an HSM can take the place of local
 * keys (transit-keys.ts is one). `aad` names the owner of the data key and must be the same in both calls.
 */
export interface KeyService {
  /** Under which key `wrap` wraps now. */
  readonly currentId: string;
  /** Can data keys under this master key be unwrapped? */
  has(masterKeyId: string): boolean;
  wrap(dataKey: Uint8Array, aad: string): Promise<WrappedKey>;
  /** @throws MissingMasterKeyError, TamperedError */
  unwrap(wrapped: WrappedKey, aad: string): Promise<Buffer>;
}

/** Keys that are needed and not there. Nothing encrypted can be read or written until they are. */
export class MissingMasterKeyError extends Error {
  constructor(readonly ids: readonly string[]) {
    super(
      `The database holds data keys under the master key ${ids.join(', ')}, which is not there. Give back the key file ` +
        `(DATA_DIR/keys/<id>.key) or the key (MASTER_KEY, or MASTER_KEY_PREVIOUS after a rotation), or name its keeper (KMS_URL). Without it what was ` +
        'stored cannot be read by anybody; no new key was made.',
    );
    this.name = 'MissingMasterKeyError';
  }
}

/** Names a key without giving anything of it away; a key always has the same id. */
export function masterKeyId(key: Uint8Array): string {
  return createHash('sha256').update('undertone master key\0').update(key).digest('hex').slice(0, 16);
}

/** 32 bytes from 64 hexadecimal digits or 44 characters of base64 (`openssl rand -hex 32`); undefined for anything else. */
export function parseMasterKey(text: string): Buffer | undefined {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  return undefined;
}

/** Master keys in this process's memory, from key files or from the environment. */
export class LocalKeys implements KeyService {
  readonly currentId: string;
  private readonly keys: ReadonlyMap<string, Uint8Array>;

  constructor(
    private readonly current: Uint8Array,
    previous: readonly Uint8Array[] = [],
  ) {
    this.currentId = masterKeyId(current);
    this.keys = new Map([...previous, current].map((key) => [masterKeyId(key), key]));
  }

  has(id: string): boolean {
    return this.keys.has(id);
  }

  wrap(dataKey: Uint8Array, aad: string): Promise<WrappedKey> {
    return Promise.resolve({ masterKeyId: this.currentId, bytes: wrapKey(this.current, dataKey, aad) });
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- what is thrown becomes a rejection, as of a remote KMS
  async unwrap(wrapped: WrappedKey, aad: string): Promise<Buffer> {
    const master = this.keys.get(wrapped.masterKeyId);
    if (!master) throw new MissingMasterKeyError([wrapped.masterKeyId]);
    return unwrapKey(master, wrapped.bytes, aad);
  }
}

/** Moves a data key under the current master key; undefined where it is there already. What it encrypts stays as it is. */
export async function rewrap(keys: KeyService, wrapped: WrappedKey, aad: string): Promise<WrappedKey | undefined> {
  if (wrapped.masterKeyId === keys.currentId) return undefined;
  const dataKey = await keys.unwrap(wrapped, aad);
  try {
    return await keys.wrap(dataKey, aad);
  } finally {
    dataKey.fill(0);
  }
}
