import { Entity, Index } from 'typeorm';
import { Bytes, Id, Text, Time } from './columns.js';

export const ROLES = ['client', 'analyst', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** An API key, kept as its hash only. */
@Entity({ name: 'api_keys' })
@Index('api_keys_hash', ['hash'], { unique: true })
export class ApiKey {
  @Id('text') id!: string;
  @Text() tenant!: string;
  @Text() name!: string;
  @Text() role!: Role;
  /** SHA-256 of the key. */
  @Bytes() hash!: Buffer;
  @Time() createdAt!: Date;
  @Time({ nullable: true }) expiresAt!: Date | null;
  @Time({ nullable: true }) revokedAt!: Date | null;
}
