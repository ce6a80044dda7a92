import { Entity } from 'typeorm';
import { Id, Int, Text, Time } from './columns.js';

/** What a tenant decided for itself; without a row the defaults hold. */
@Entity({ name: 'tenants' })
export class Tenant {
  @Id('text') id!: string;
  /** Days after which sessions are deleted; null: only on demand. */
  @Int({ nullable: true }) keepSessionsDays!: number | null;
  /** Days after which words, cues and scores are blanked while labels stay; null: as long as the session. */
  @Int({ nullable: true }) keepWordsDays!: number | null;
  /** Days after which sound is deleted; null: as the server has it (AUDIO_KEEP_DAYS). */
  @Int({ nullable: true }) keepAudioDays!: number | null;
  @Time() changedAt!: Date;
  /** Id of the API key. */
  @Text() changedBy!: string;
}
