import { Entity, ForeignKey } from 'typeorm';
import type { EndReason, Transcript } from '../emotion/utterance.js';
import { Double, Id, Int, Sealed, Text, Time } from './columns.js';
import { Session } from './session.entity.js';

/** One stretch of speech or one typed message. */
@Entity({ name: 'utterances' })
@ForeignKey(() => Session, ['tenant', 'sessionId'], ['tenant', 'id'], {
  name: 'utterances_session',
  onDelete: 'CASCADE',
})
export class Utterance {
  @Id() sessionId!: string;
  /** As on the wire: `u3`. */
  @Id('text') id!: string;
  @Text() tenant!: string;
  /** 3 of `u3`: their order. */
  @Int() ordinal!: number;
  /** Milliseconds since the session's first sample. */
  @Double() startMs!: number;
  @Double() endMs!: number;
  @Text() endReason!: EndReason;
  /** BCP 47; null where there are no words. */
  @Text({ nullable: true }) language!: string | null;
  @Text({ nullable: true }) wordsFrom!: Transcript['source'] | null;
  @Time() createdAt!: Date;
  /** SealedUtterance */
  @Sealed() sealed!: Buffer | null;
}
