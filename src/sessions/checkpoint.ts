import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { canonical, type LedgerHead } from './ledger.js';

/**
 * A signed statement of how far the chain went. Kept where the database cannot reach, it shows what a chain alone cannot:
 * that its end was cut off, or that all of it was made anew.
 */
export const CheckpointSchema = z.strictObject({
  kind: z.literal('undertone.ledger.checkpoint'),
  seq: z.int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  /** Of the last entry. */
  at: z.iso.datetime(),
  signedAt: z.iso.datetime(),
  /** Ed25519, SubjectPublicKeyInfo, base64. */
  publicKey: z.string(),
  /** Over the canonical JSON of all the other fields, base64. */
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof CheckpointSchema>;

/** @throws Error that says what is wrong */
export function parseCheckpoint(text: string): Checkpoint {
  try {
    return CheckpointSchema.parse(JSON.parse(text));
  } catch {
    throw new Error('this is no checkpoint of `undertone ledger checkpoint`');
  }
}

export function signCheckpoint(head: LedgerHead, privateKey: KeyObject, now: Date): Checkpoint {
  const content = {
    kind: 'undertone.ledger.checkpoint' as const,
    seq: head.seq,
    hash: head.hash,
    at: head.at.toISOString(),
    signedAt: now.toISOString(),
    publicKey: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64'),
  };
  return { ...content, signature: sign(null, Buffer.from(canonical(content)), privateKey).toString('base64') };
}

/** Was it signed by the key that it names? Whose key that is, the caller has to know: `fingerprintOf`. */
export function isSigned({ signature, ...content }: Checkpoint): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(content.publicKey, 'base64'), type: 'spki', format: 'der' });
    return verify(null, Buffer.from(canonical(content)), key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** Names a public key in a few digits. */
export function fingerprintOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

/** An Ed25519 key from its 32 secret bytes (RFC 8410). */
export function signingKeyOf(seed: Uint8Array): KeyObject {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
  return createPrivateKey({ key: Buffer.concat([prefix, seed]), format: 'der', type: 'pkcs8' });
}
