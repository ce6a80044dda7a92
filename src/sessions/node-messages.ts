import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { MODALITIES } from '../emotion/evidence.js';

/** The channel of the database on which nodes tell each other what has changed. */
export const CHANNEL = 'undertone';
/** This process among those that share a database. */
export const NODE = randomUUID();

const about = { node: z.uuid(), tenant: z.string() };

/** What one node tells the others: ids alone. What they need beside them they read from the database, with its keys. */
export const NodeMessageSchema = z.discriminatedUnion('kind', [
  z.object({
    ...about,
    kind: z.literal('withdrawn'),
    consentId: z.uuid(),
    modalities: z.array(z.enum(MODALITIES)).readonly(),
  }),
  z.object({
    ...about,
    kind: z.literal('revised'),
    sessionId: z.uuid(),
    utteranceId: z.string(),
    revision: z.int(),
  }),
  z.object({
    ...about,
    kind: z.literal('session'),
    /** Null: perhaps several. */
    sessionId: z.uuid().nullable(),
    change: z.enum(['opened', 'closed', 'result', 'alert', 'deleted', 'erased']),
    utteranceId: z.string().optional(),
  }),
]);
export type NodeMessage = z.infer<typeof NodeMessageSchema>;
/** As it is announced; the node is added. */
type Announced<M = NodeMessage> = M extends NodeMessage ? Omit<M, 'node'> : never;

/** Tells the other nodes as soon as the caller's transaction is committed, and not at all where it is not. */
export async function announce(manager: EntityManager, messages: readonly Announced[]): Promise<void> {
  if (messages.length === 0) return;
  const payloads = messages.map((message) => JSON.stringify({ ...message, node: NODE }));
  await manager.query('SELECT pg_notify($1, payload) FROM unnest($2::text[]) AS payload', [CHANNEL, payloads]);
}
