import { createHash } from 'node:crypto';
import type { Alert } from '../emotion/course.js';
import type { AlertRecord } from '../sessions/batch.js';

/** An alert as it is kept. The same alert of a session always has the same id: told again it is the same row. */
export function storedAlert(
  sessionId: string,
  { alertId, rule, status, utteranceIds, since, reason }: Alert,
): AlertRecord {
  const hex = createHash('sha256').update(`${sessionId} ${alertId}`).digest('hex');
  // UUID version 8 (RFC 9562): the bits are ours to choose.
  const id = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return { id, rule, status, utteranceIds, sinceMs: since, detail: reason };
}
