import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { Text, Time, Uuid } from './columns.js';

/** Who read what a person said, and when. */
@Entity({ name: 'accesses' })
@Index('accesses_time', ['tenant', 'at', 'id'])
export class Access {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string;
  @Text() tenant!: string;
  /** Id of the API key. */
  @Text() actor!: string;
  /** `session.read`, `search`, `export`, `watch`, … */
  @Text() action!: string;
  @Uuid({ nullable: true }) sessionId!: string | null;
  @Time() at!: Date;
  /** Further ids and counts; nothing of what was read. */
  @Column({ type: 'jsonb', default: {} }) detail!: Record<string, string | number | boolean>;
}
