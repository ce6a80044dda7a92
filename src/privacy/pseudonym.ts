import { createHmac } from 'node:crypto';

/**
 * The only name under which a subject is stored: HMAC-SHA256 (RFC 2104) of tenant and reference, 43 characters of base64url.
 * Without the key nobody can test a guessed reference against it; two tenants' subjects of one name have nothing in common.
 * The key is a random one of its own, not derived from the master key, so that rotation changes no pseudonym.
 */
export function pseudonymOf(key: Uint8Array, tenant: string, subjectRef: string): string {
  // JSON keeps the two apart: ("ab", "c") is not ("a", "bc"). NFC: one reference, however it was typed.
  const named = JSON.stringify([tenant, subjectRef.normalize('NFC')]);
  return createHmac('sha256', key).update(named).digest('base64url');
}
