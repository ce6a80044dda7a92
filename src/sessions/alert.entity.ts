import { Entity, ForeignKey, Index } from 'typeorm';
import { Double, Id, Sealed, Text, TextList, Time, Uuid } from './columns.js';
import { Session } from './session.entity.js';

/** A rule that fired. */
@Entity({ name: 'alerts' })
@ForeignKey(() => Session, ['tenant', 'sessionId'], ['tenant', 'id'], { name: 'alerts_session', onDelete: 'CASCADE' })
@Index('alerts_time', ['tenant', 'createdAt', 'id'])
@Index('alerts_of_session', ['sessionId'])
export class Alert {
  @Id() id!: string;
  @Text() tenant!: string;
  @Uuid() sessionId!: string;
  /** Its name in the configuration. */
  @Text() rule!: string;
  @TextList() utteranceIds!: string[];
  /** Since when it holds, milliseconds of the session. */
  @Double() sinceMs!: number;
  @Time() createdAt!: Date;
  @Time({ nullable: true }) acknowledgedAt!: Date | null;
  @Text({ nullable: true }) acknowledgedBy!: string | null;
  /** SealedAlert */
  @Sealed() sealed!: Buffer | null;
}
