import { Column, Entity, PrimaryColumn } from 'typeorm';
import { bigNumber, Text, Time } from './columns.js';
import type { LedgerKind } from './ledger-kinds.js';
import type { LedgerBody } from './ledger.js';

/** One link of the deployment's chain (ledger.ts). The database refuses to change or delete it. */
@Entity({ name: 'ledger' })
export class LedgerRow {
  /** From 1, without gaps. */
  @PrimaryColumn({ type: 'bigint', transformer: bigNumber }) seq!: number;
  @Text() tenant!: string;
  @Text() kind!: LedgerKind;
  /** Never earlier than the entry before it, even where a clock jumped back. */
  @Time() at!: Date;
  /** Ids, counts and digests; never what was said, never who. */
  @Column({ type: 'jsonb' }) body!: LedgerBody;
  /** Hash of the entry before it; 64 zeros for the first. */
  @Text() previous!: string;
  /** SHA-256, hexadecimal. */
  @Text() hash!: string;
}
