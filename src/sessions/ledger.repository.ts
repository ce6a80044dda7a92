import { In, type EntityManager } from 'typeorm';
import type { LedgerKind } from './ledger-kinds.js';
import { LedgerRow } from './ledger.entity.js';
import {
  ChainWalk,
  GENESIS,
  link,
  type LedgerEvent,
  type LedgerFault,
  type LedgerHead,
  type LedgerLink,
} from './ledger.js';

/** Whoever appends waits for this lock of the database, so that all nodes write one chain. The number has to stay. */
const APPEND_LOCK = 5_406_202_602;
/** Entries read at a time. */
const PAGE = 1_000;

export interface LedgerCheck {
  /** The last entry that holds. */
  readonly head: LedgerHead;
  readonly fault?: LedgerFault;
}

/** `before`: entries with a smaller number. */
export interface LedgerFilter {
  readonly tenant?: string | undefined;
  readonly kind?: LedgerKind | undefined;
  readonly before?: number | undefined;
}

/** Appends to the deployment's chain, reads it, and proves it. */
export class LedgerRepository {
  /** In the caller's transaction: the entries are there if what they attest is. The lock is held until it ends: append last. */
  async append(manager: EntityManager, events: readonly LedgerEvent[], now: Date): Promise<LedgerLink[]> {
    if (events.length === 0) return [];
    await manager.query('SELECT pg_advisory_xact_lock($1)', [APPEND_LOCK]);
    let head = await this.head(manager);
    const links = events.map((event) => {
      const next = link(head, event, now);
      head = next;
      return next;
    });
    await manager.insert(LedgerRow, links as object[]);
    return links;
  }

  async head(manager: EntityManager): Promise<LedgerHead> {
    const [last] = await manager.find(LedgerRow, { order: { seq: 'DESC' }, take: 1 });
    return last ?? GENESIS;
  }

  /** Hashes of entries by their number. */
  async hashes(manager: EntityManager, seqs: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const entries = await manager.find(LedgerRow, { where: { seq: In([...seqs]) }, select: { seq: true, hash: true } });
    return new Map(entries.map(({ seq, hash }) => [seq, hash]));
  }

  /** The newest entries first; of everybody where no tenant is named. */
  list(manager: EntityManager, limit: number, { tenant, kind, before }: LedgerFilter = {}): Promise<LedgerLink[]> {
    const query = manager.createQueryBuilder(LedgerRow, 'entry').orderBy('entry.seq', 'DESC').take(limit);
    if (tenant !== undefined) query.andWhere('entry.tenant = :tenant', { tenant });
    if (kind !== undefined) query.andWhere('entry.kind = :kind', { kind });
    if (before !== undefined) query.andWhere('entry.seq < :before', { before });
    return query.getMany();
  }

  /** Walks the whole chain; `seen` is shown each entry that holds. */
  async verify(manager: EntityManager, seen: (entry: LedgerLink) => void = () => undefined): Promise<LedgerCheck> {
    const walk = new ChainWalk();
    for (let after = Number.MIN_SAFE_INTEGER; ;) {
      const page = await manager
        .createQueryBuilder(LedgerRow, 'entry')
        .where('entry.seq > :after', { after })
        .orderBy('entry.seq', 'ASC')
        .take(PAGE)
        .getMany();
      for (const entry of page) {
        const fault = walk.next(entry);
        if (fault) return { head: walk.head, fault };
        seen(entry);
        after = entry.seq;
      }
      if (page.length < PAGE) return { head: walk.head };
    }
  }
}
