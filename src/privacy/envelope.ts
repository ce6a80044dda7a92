import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/**
 * Envelope encryption (NIST SP 800-57): data under a data key, data keys under a master key, both AES-256-GCM
 * (NIST SP 800-38D). A sealed value is `version | nonce | tag | ciphertext`.
 */
const VERSION = 1;
const KEY_BYTES = 32;
/** Random nonces of 96 bits are safe for 2³² values under one key; a subject has one key. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

/** What was stored is not what was sealed, was sealed for another place, or under another key. Never garbage instead. */
export class TamperedError extends Error {
  constructor(message = 'The stored value was changed, or was sealed under another key or for another place.') {
    super(message);
    this.name = 'TamperedError';
  }
}

/** 32 random bytes. */
export function newDataKey(): Buffer {
  return randomBytes(KEY_BYTES);
}

/**
 * Encrypts and authenticates. `aad` says where the value belongs, such as `utterance:<id>:transcript`: it is not stored, and
 * a value that is moved to another place does not open there.
 */
export function seal(key: Uint8Array, plaintext: string | Uint8Array, aad: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(bound(aad));
  const bytes = typeof plaintext === 'string' ? Buffer.from(plaintext, 'utf8') : plaintext;
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws TamperedError unless it was sealed under this key for this place and is unchanged. */
export function open(key: Uint8Array, sealed: Uint8Array, aad: string): Buffer {
  if (sealed.byteLength < HEADER_BYTES || sealed[0] !== VERSION) throw new TamperedError();
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(bound(aad));
  decipher.setAuthTag(sealed.subarray(1 + NONCE_BYTES, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw new TamperedError();
  }
}

/** Seals a data key under a master key; `aad` says whose it is. */
export function wrapKey(master: Uint8Array, dataKey: Uint8Array, aad: string): Buffer {
  return seal(master, dataKey, `key:${aad}`);
}

/** @throws TamperedError unless it was wrapped under this master key for the same owner. */
export function unwrapKey(master: Uint8Array, wrapped: Uint8Array, aad: string): Buffer {
  return open(master, wrapped, `key:${aad}`);
}

/** The version is authenticated too, so that a later format cannot be passed off as this one. */
const bound = (aad: string): Buffer => Buffer.concat([Buffer.of(VERSION), Buffer.from(aad, 'utf8')]);
