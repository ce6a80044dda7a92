import { createHash } from 'node:crypto';
import type { LedgerKind } from './ledger-kinds.js';

/** JSON of ids, counts and digests. What a person said, and who it was, has no place here: entries outlive erasure. */
export type LedgerBody = Readonly<Record<string, unknown>>;

/** The tenant of what concerns the whole deployment; no tenant can be called so. */
export const DEPLOYMENT = '*';

/** What is to be attested. */
export interface LedgerEvent {
  readonly tenant: string;
  readonly kind: LedgerKind;
  readonly body: LedgerBody;
}

export interface LedgerEntry extends LedgerEvent {
  /** From 1, without gaps. */
  readonly seq: number;
  readonly at: Date;
}

/** An entry in its place: `hash` = SHA-256 of `previous`, a line feed, and the canonical entry. */
export interface LedgerLink extends LedgerEntry {
  readonly previous: string;
  readonly hash: string;
}

/** The end of a chain. */
export type LedgerHead = Pick<LedgerLink, 'seq' | 'hash' | 'at'>;

/** What stands before the first entry. */
export const GENESIS: LedgerHead = { seq: 0, hash: '0'.repeat(64), at: new Date(0) };

/** RFC 8785 (JCS): keys sorted by UTF-16 code units, no white space, numbers and strings as ECMAScript writes them. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** Puts an event at the end of the chain. A clock that jumped back does not turn its order round. */
export function link(head: LedgerHead, event: LedgerEvent, now: Date): LedgerLink {
  const at = now > head.at ? now : head.at;
  const entry = { tenant: event.tenant, kind: event.kind, body: event.body, seq: head.seq + 1, at };
  return { ...entry, previous: head.hash, hash: hashOf(head.hash, entry) };
}

export function hashOf(previous: string, { seq, tenant, kind, at, body }: LedgerEntry): string {
  const entry = canonical({ seq, tenant, kind, at: at.toISOString(), body });
  return createHash('sha256').update(`${previous}\n${entry}`).digest('hex');
}

/** The first entry that does not hold. */
export interface LedgerFault {
  readonly seq: number;
  readonly reason: string;
}

/** Walks a chain entry by entry, so that it may be longer than memory. */
export class ChainWalk {
  private last: LedgerHead;

  constructor(from: LedgerHead = GENESIS) {
    this.last = from;
  }

  get head(): LedgerHead {
    return this.last;
  }

  /** Takes the next entry; says what is wrong with it. After a fault the walk is over. */
  next(entry: LedgerLink): LedgerFault | undefined {
    const { head } = this;
    const expected = head.seq + 1;
    if (entry.seq > expected) {
      const gone = entry.seq - 1 > expected ? `entries ${expected} to ${entry.seq - 1} are` : `entry ${expected} is`;
      return { seq: expected, reason: `${gone} missing` };
    }
    if (entry.seq < expected) return { seq: entry.seq, reason: 'it does not follow the entry before it' };
    if (entry.previous !== head.hash) return { seq: entry.seq, reason: 'it was not made after the entry before it' };
    if (entry.hash !== hashOf(entry.previous, entry)) return { seq: entry.seq, reason: 'its content was changed' };
    if (entry.at < head.at) return { seq: entry.seq, reason: 'its time is before that of the entry before it' };
    this.last = { seq: entry.seq, hash: entry.hash, at: entry.at };
    return undefined;
  }
}
