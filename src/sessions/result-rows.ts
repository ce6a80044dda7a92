import { createHash } from 'node:crypto';
import { furtherOf } from '../emotion/evidence.js';
import type { ResultCause, ResultRecord } from '../emotion/record.js';
import { TamperedError } from '../privacy/envelope.js';
import { placeOf } from './columns.js';
import type { Label, LabelAction } from './label.entity.js';
import type { LedgerEvent } from './ledger.js';
import { Result } from './result.entity.js';
import type { SealedResult } from './sealed.js';

/** Seals a value for its place. */
export interface Sealer {
  seal(dataKey: Uint8Array, place: string, value: object): Buffer;
}

export interface Made {
  readonly utteranceId: string;
  readonly revision: number;
  readonly cause: ResultCause;
  readonly at: Date;
}

/** What is sealed of a result. */
export function contentOf({ transcript, voice, text, fused, ...rest }: ResultRecord): SealedResult {
  return { ...(transcript && { words: transcript.text }), voice, text, ...furtherOf(rest), fused };
}

/** The clear columns of an answer. */
function clearOf({ decision, incongruence, dimensions }: SealedResult['fused']) {
  return {
    label: decision.label,
    confidence: decision.confidence,
    abstainReason: decision.abstainReason ?? null,
    incongruent: incongruence.detected,
    incongruenceScore: incongruence.score,
    incongruenceType: incongruence.type ?? null,
    valence: dimensions.valence,
    arousal: dimensions.arousal,
  };
}

/** A revision as it is stored; which ledger entry attests it is added when there is one. */
export function resultRow(
  sealer: Sealer,
  { id: sessionId, tenant }: { readonly id: string; readonly tenant: string },
  dataKey: Uint8Array,
  { utteranceId, revision, cause, at }: Made,
  content: SealedResult,
): Result {
  const id = `${utteranceId}r${revision}`;
  return Object.assign(new Result(), {
    sessionId,
    id,
    tenant,
    utteranceId,
    revision,
    cause,
    ...clearOf(content.fused),
    models: content.fused.models,
    createdAt: at,
    supersededAt: null,
    sealed: sealer.seal(dataKey, placeOf('results', tenant, sessionId, id), content),
  });
}

export function labelRow(row: Result, action: LabelAction, authorKind: Label['authorKind'], author: string): Label {
  const { sessionId, utteranceId, revision, tenant, id, label, createdAt } = row;
  return {
    sessionId,
    utteranceId,
    version: revision,
    tenant,
    resultId: id,
    action,
    authorKind,
    author,
    label,
    createdAt,
    sealed: null,
    restores: null,
  };
}

/** What the ledger attests of a result. `digest` is of the sealed bytes: it gives nothing away, and holds after an erasure. */
export function attested(row: Result, { action, author, authorKind }: Label): LedgerEvent {
  const { tenant, sessionId, utteranceId, id, revision, cause, label, models, sealed } = row;
  const digest = digestOf(sealed);
  const body = { sessionId, utteranceId, resultId: id, revision, cause, label, authorKind, author, models, digest };
  return { tenant, kind: `label.${action}`, body };
}

export function digestOf(sealed: Uint8Array | null): string {
  return createHash('sha256')
    .update(sealed ?? '')
    .digest('hex');
}

/** The clear columns are there to be filtered by; what is sealed is what counts. @throws TamperedError where they differ. */
export function untampered(row: Result, content: SealedResult): SealedResult {
  const clear = clearOf(content.fused);
  for (const column of Object.keys(clear) as (keyof typeof clear)[]) {
    if (row[column] !== clear[column]) throw new TamperedError();
  }
  return content;
}
