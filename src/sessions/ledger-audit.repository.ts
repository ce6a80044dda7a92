import type { EntityManager } from 'typeorm';
import type { Checkpoint } from './checkpoint.js';
import { fingerprintOf, isSigned } from './checkpoint.js';
import type { LedgerRepository } from './ledger.repository.js';
import type { LedgerFault, LedgerHead } from './ledger.js';

export interface Audit {
  /** The last entry that holds. */
  readonly head: LedgerHead;
  /** The first entry that does not, of the chain itself or of what it attests. */
  readonly fault?: LedgerFault;
  /** May the database role of the server change the ledger, were it not for the trigger? */
  readonly roleMayChange: boolean;
}

/** Results that are not as their entry says; what was erased or blanked is compared by its clear columns. */
const CHANGED = `
  SELECT l.seq, 'its result was changed' AS reason
  FROM ledger l JOIN results r ON r.ledger_seq = l.seq
  WHERE l.kind NOT LIKE 'label.%' OR l.tenant <> r.tenant
    OR l.body->>'sessionId' <> r.session_id::text OR l.body->>'resultId' <> r.id
    OR l.body->>'label' IS DISTINCT FROM r.label OR l.body->>'cause' <> r.cause
    OR (r.sealed IS NOT NULL AND encode(sha256(r.sealed), 'hex') <> l.body->>'digest')
  ORDER BY l.seq LIMIT 1`;

const MISSING = `
  SELECT l.seq, 'its result is gone, and no deletion was written down' AS reason
  FROM ledger l
  WHERE l.kind LIKE 'label.%' AND NOT EXISTS (SELECT 1 FROM results r WHERE r.ledger_seq = l.seq)
    AND NOT EXISTS (
      SELECT 1 FROM ledger d WHERE d.kind = 'session.deleted' AND d.body->>'sessionId' = l.body->>'sessionId')
  ORDER BY l.seq LIMIT 1`;

const UNATTESTED = `
  SELECT r.ledger_seq AS seq, 'a result names this entry, which is not there' AS reason
  FROM results r LEFT JOIN ledger l ON l.seq = r.ledger_seq
  WHERE l.seq IS NULL ORDER BY 1 LIMIT 1`;

const LABELS = `
  SELECT r.ledger_seq AS seq, 'the history of its label was changed' AS reason
  FROM results r
  JOIN ledger l ON l.seq = r.ledger_seq
  LEFT JOIN labels b ON b.session_id = r.session_id AND b.result_id = r.id
  WHERE b.version IS DISTINCT FROM r.revision OR b.label IS DISTINCT FROM r.label
    OR 'label.' || b.action <> l.kind OR b.author <> l.body->>'author'
  ORDER BY 1 LIMIT 1`;

/** Proves the chain, what it attests, and where checkpoints are at hand that its end was not cut off. */
export class LedgerAudit {
  constructor(private readonly ledger: LedgerRepository) {}

  async verify(manager: EntityManager, checkpoints: readonly Checkpoint[] = []): Promise<Audit> {
    const open = new Map(checkpoints.map((checkpoint) => [checkpoint.seq, checkpoint]));
    const faults: LedgerFault[] = [];
    const { head, fault } = await this.ledger.verify(manager, ({ seq, hash }) => {
      const checkpoint = open.get(seq);
      if (checkpoint && checkpoint.hash !== hash) faults.push({ seq, reason: `${named(checkpoint)} says otherwise` });
      open.delete(seq);
    });
    if (fault) faults.push(fault);
    else
      for (const left of open.values())
        if (left.seq > 0) faults.push({ seq: left.seq, reason: `${named(left)} knows it, and it is gone` });
    for (const checkpoint of checkpoints) {
      if (!isSigned(checkpoint))
        faults.push({ seq: checkpoint.seq, reason: `${named(checkpoint)} has no valid signature` });
    }
    for (const query of [CHANGED, MISSING, UNATTESTED, LABELS]) {
      const rows = await manager.query<{ seq: string; reason: string }[]>(query);
      faults.push(...rows.map(({ seq, reason }) => ({ seq: Number(seq), reason })));
    }
    const [first] = faults.sort((a, b) => a.seq - b.seq);
    const [{ may }] = await manager.query<[{ may: boolean }]>(
      `SELECT has_table_privilege('ledger', 'UPDATE') OR has_table_privilege('ledger', 'DELETE') AS may`,
    );
    return { head, ...(first && { fault: first }), roleMayChange: may };
  }
}

function named({ publicKey, signedAt }: Checkpoint): string {
  return `the checkpoint of ${signedAt} (key ${fingerprintOf(publicKey)})`;
}
