import { createHash, randomBytes } from 'node:crypto';

/** What a key may do; each role may also do what those before it may. */
export const ROLES = [
  'client', // streams, analyses files, sees and withdraws consents
  'analyst', // reviews sessions: reads, corrects, exports
  'admin', // deletes, answers subjects, sets retention, verifies the ledger
] as const;
export type Role = (typeof ROLES)[number];

/** A key as it is configured: whose it is, and the hash that recognises it. */
export interface ApiKey {
  /** The first 12 digits of the hash: names the key in the ledger without giving it away. */
  readonly id: string;
  readonly tenant: string;
  readonly role: Role;
  /** SHA-256 of the key. Keys are random and long, so that a slow hash would add nothing. */
  readonly hash: Buffer;
  /** It was configured as it is, not as its hash: only for development. */
  readonly plain: boolean;
}

/** Whose a key is that stands in the configuration as it is. */
export const DEFAULT_TENANT = 'default';

const TENANT = /^[a-z0-9][a-z0-9-]{0,62}$/;
const ENTRY = /^([^:]+):([^:]+):sha256=([0-9a-f]{64})$/i;

/** May a caller of this role do what is meant for that one? */
export function mayActAs(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** `tenant:role:sha256=HEX`, or a plain key. @throws Error that says what is wrong and carries nothing of the key */
export function parseApiKey(entry: string): ApiKey {
  const match = ENTRY.exec(entry);
  if (!match) {
    if (entry.includes(':'))
      throw new Error('write TENANT:ROLE:sha256=HEX with 64 hexadecimal digits, or a key without colons');
    return described(DEFAULT_TENANT, 'admin', hashOf(entry), true);
  }
  const [, tenant = '', role = '', hex = ''] = match;
  if (!isTenant(tenant)) throw new Error(`a tenant's name has ${TENANT_RULE}`);
  if (!isRole(role)) throw new Error(`a role is one of ${ROLES.join(', ')}`);
  return described(tenant, role, Buffer.from(hex, 'hex'), false);
}

/** A new key, to be shown once, and the entry that makes the server know it. */
export function newApiKey(tenant: string, role: Role): { readonly key: string; readonly entry: string } {
  const key = `ut_${randomBytes(32).toString('base64url')}`;
  return { key, entry: `${tenant}:${role}:sha256=${hashOf(key).toString('hex')}` };
}

export const TENANT_RULE = '1 to 63 lower-case letters, digits and hyphens, and begins with no hyphen';
export const isTenant = (name: string): boolean => TENANT.test(name);
export const isRole = (name: string): name is Role => (ROLES as readonly string[]).includes(name);

function described(tenant: string, role: Role, hash: Buffer, plain: boolean): ApiKey {
  return { id: hash.toString('hex').slice(0, 12), tenant, role, hash, plain };
}
