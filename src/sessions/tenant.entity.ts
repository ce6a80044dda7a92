import { Entity } from 'typeorm';
import { Id, Int, Text, Time } from './columns.js';

/** Whose data it is: nothing of one tenant is ever seen by another. */
@Entity({ name: 'tenants' })
export class Tenant {
  @Id('text') id!: string;
  @Text() name!: string;
  /** Days after which sessions are deleted; null: only on demand. */
  @Int({ nullable: true }) keepSessionsDays!: number | null;
  /** Days after which words, cues and scores are blanked while labels stay; null: as long as the session. */
  @Int({ nullable: true }) keepWordsDays!: number | null;
  @Time() createdAt!: Date;
}
