import { Entity, ForeignKey, Index } from 'typeorm';
import type { Alert as ToldAlert } from '../emotion/course.js';
import { Double, Id, Sealed, Text, TextList, Time, Uuid } from './columns.js';
import { Session } from './session.entity.js';

export type AlertStatus = ToldAlert['status'];

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
  /** As it was told last: `cleared` where the rule no longer held, `withdrawn` where it should never have been raised. */
  @Text({ default: 'raised' }) status!: AlertStatus;
  /** Since when it is no longer raised. */
  @Time({ nullable: true }) overAt!: Date | null;
  @Time({ nullable: true }) acknowledgedAt!: Date | null;
  @Text({ nullable: true }) acknowledgedBy!: string | null;
  /** SealedAlert */
  @Sealed() sealed!: Buffer | null;
}
