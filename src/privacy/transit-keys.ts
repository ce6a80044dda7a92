import { readFile } from 'node:fs/promises';
import { messageOf } from '../common/errors.js';
import { TamperedError } from './envelope.js';
import { MissingMasterKeyError, type KeyService, type WrappedKey } from './master-keys.js';

/** How long a request may take, ms. */
const TIMEOUT_MS = 5_000;

/** A key of the transit engine of HashiCorp Vault or OpenBao, of type aes256-gcm96. */
export interface TransitOptions {
  /** Of the server, such as https://vault:8200. */
  readonly url: string;
  /** Where the engine is mounted. */
  readonly mount: string;
  /** The name of the key. */
  readonly key: string;
  /** A file with the token, read for each request: an agent renews it. */
  readonly tokenFile: string;
}

/** The keys cannot be reached now, or do not let us in: trying again later may help. */
export class KeysAwayError extends Error {
  /** What the SQL standard calls a system error: it passes by itself (database-errors.ts). */
  readonly code = '58000';
}

/**
 * Master keys that never leave their keeper: data keys travel there to be wrapped and unwrapped. What is wrapped under a former
 * version, or under local keys of before, can still be unwrapped.
 * https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export class TransitKeys implements KeyService {
  private constructor(
    private readonly options: TransitOptions,
    private readonly latest: number,
    /** Of before. */
    private readonly local: KeyService | undefined,
  ) {}

  /** @throws KeysAwayError */
  static async open(options: TransitOptions, local?: KeyService): Promise<TransitKeys> {
    const { latest_version: latest } = await ask<{ latest_version: number }>(options, 'keys');
    return new TransitKeys(options, latest, local);
  }

  get currentId(): string {
    return this.idOf(this.latest);
  }

  has(masterKeyId: string): boolean {
    return masterKeyId.startsWith(this.idOf('')) || (this.local?.has(masterKeyId) ?? false);
  }

  async wrap(dataKey: Uint8Array, aad: string): Promise<WrappedKey> {
    const { ciphertext } = await ask<{ ciphertext: string }>(this.options, 'encrypt', {
      plaintext: Buffer.from(dataKey).toString('base64'),
      associated_data: bound(aad),
    });
    // vault:v3:…, which may be a later version than when we began.
    return { masterKeyId: this.idOf(ciphertext.split(':')[1]?.slice(1) ?? ''), bytes: Buffer.from(ciphertext, 'utf8') };
  }

  async unwrap(wrapped: WrappedKey, aad: string): Promise<Buffer> {
    const { masterKeyId, bytes } = wrapped;
    if (!masterKeyId.startsWith(this.idOf(''))) {
      if (!this.local) throw new MissingMasterKeyError([masterKeyId]);
      return this.local.unwrap(wrapped, aad);
    }
    const ciphertext = Buffer.from(bytes).toString('utf8');
    if (this.idOf(ciphertext.split(':')[1]?.slice(1) ?? '') !== masterKeyId) throw new TamperedError();
    try {
      const sealed = { ciphertext, associated_data: bound(aad) };
      return Buffer.from((await ask<{ plaintext: string }>(this.options, 'decrypt', sealed)).plaintext, 'base64');
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      // `min_decryption_version` was raised above it.
      if (/too old|disallowed/i.test(error.message)) throw new MissingMasterKeyError([masterKeyId]);
      throw new TamperedError();
    }
  }

  private idOf(version: number | string): string {
    return `transit:${this.options.mount}/${this.options.key}:v${version}`;
  }
}

/** What was sent was understood and is not accepted. */
class RefusedError extends Error {}

/** The same binding as that of local keys (envelope.ts). */
const bound = (aad: string): string => Buffer.from(`key:${aad}`, 'utf8').toString('base64');

async function ask<T>(options: TransitOptions, what: 'keys' | 'encrypt' | 'decrypt', body?: object): Promise<T> {
  const { url, mount, key, tokenFile } = options;
  let response: Response;
  try {
    const token = (await readFile(tokenFile, 'utf8')).trim();
    response = await fetch(new URL(`/v1/${mount}/${what}/${encodeURIComponent(key)}`, url), {
      method: body ? 'POST' : 'GET',
      headers: { 'X-Vault-Token': token, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'error',
    });
  } catch (error) {
    throw new KeysAwayError(`KMS_URL: the keys cannot be reached now: ${messageOf(error)}`);
  }
  const answer = (await response.json().catch(() => ({}))) as { data?: T; errors?: readonly string[] };
  if (response.ok && answer.data) return answer.data;
  const why = answer.errors?.join('; ') ?? '';
  if (response.status === 400) throw new RefusedError(why);
  throw new KeysAwayError(`KMS_URL: ${adviceFor(response.status, options)}${why ? ` (${why})` : ''}`);
}

function adviceFor(status: number, { mount, key, tokenFile }: TransitOptions): string {
  if (status === 403) return `the token of ${tokenFile} may not read ${mount}/keys/${key}, encrypt and decrypt`;
  if (status === 404) return `there is no key ${mount}/keys/${key}: make it, of the type aes256-gcm96`;
  return `the keeper of the keys answered ${status}`;
}
