import { Entity, ForeignKey, Index } from 'typeorm';
import type { Modality } from '../emotion/evidence.js';
import { Id, Sealed, Text, TextList, Time, Uuid } from './columns.js';
import { Session } from './session.entity.js';
import { Subject } from './subject.entity.js';

/** Consent given or withdrawn. Rows are only added: what holds is the sum of them. */
@Entity({ name: 'consents' })
@ForeignKey(() => Subject, ['tenant', 'subjectId'], ['tenant', 'id'], { name: 'consents_subject' })
@ForeignKey(() => Session, ['sessionId'], ['id'], { name: 'consents_session', onDelete: 'SET NULL' })
@Index('consents_of_subject', ['subjectId', 'recordedAt'])
@Index('consents_of_session', ['sessionId'])
export class ConsentEvent {
  /** The id of the receipt. */
  @Id() id!: string;
  @Text() tenant!: string;
  @Uuid() subjectId!: string;
  /** Null once the session was deleted: the proof of consent outlives it. */
  @Uuid({ nullable: true }) sessionId!: string | null;
  @Text() action!: 'given' | 'withdrawn';
  @TextList() modalities!: Modality[];
  @Text() noticeVersion!: string;
  /** When the person said so. */
  @Time() saidAt!: Date;
  @Time({ nullable: true }) expiresAt!: Date | null;
  @Time() recordedAt!: Date;
  /** SealedConsent */
  @Sealed() sealed!: Buffer | null;
}
