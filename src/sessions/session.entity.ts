import { Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { Modality } from '../emotion/evidence.js';
import { Id, Int, Sealed, Text, TextList, Time, Uuid } from './columns.js';
import { ConsentRow } from './consent.entity.js';
import { Subject } from './subject.entity.js';

/** A live conversation or one analysed file. */
@Entity({ name: 'sessions' })
@Unique('sessions_tenant', ['tenant', 'id'])
@ForeignKey(() => Subject, ['tenant', 'subjectId'], ['tenant', 'id'], { name: 'sessions_subject' })
@ForeignKey(() => ConsentRow, ['tenant', 'consentId'], ['tenant', 'id'], { name: 'sessions_consent' })
@Index('sessions_time', ['tenant', 'startedAt', 'id'])
@Index('sessions_of_subject', ['subjectId'])
export class Session {
  @Id() id!: string;
  @Text() tenant!: string;
  @Uuid() subjectId!: string;
  @Uuid() consentId!: string;
  @Text() source!: 'stream' | 'file';
  @TextList() modalities!: Modality[];
  @Text() language!: string;
  /** Id of the API key that opened it. */
  @Text() openedBy!: string;
  @Time() startedAt!: Date;
  /** Null while it lasts. */
  @Time({ nullable: true }) endedAt!: Date | null;
  /** A CloseReason of the wire, or `lost` where the server ended without closing it. */
  @Text({ nullable: true }) closeReason!: string | null;
  /** Results that were made and could not be kept. */
  @Int({ default: 0 }) lost!: number;
  /** SealedSession */
  @Sealed() sealed!: Buffer | null;
}
