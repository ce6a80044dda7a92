import { Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { Modality } from '../emotion/evidence.js';
import { Id, Sealed, Text, TextList, Time, Uuid } from './columns.js';
import { Subject } from './subject.entity.js';

/** One consent, however many sessions run under it (privacy/consent-record.ts). It outlives its sessions, as their proof. */
@Entity({ name: 'consents' })
@Unique('consents_tenant', ['tenant', 'id'])
@ForeignKey(() => Subject, ['tenant', 'subjectId'], ['tenant', 'id'], { name: 'consents_subject' })
@Index('consents_of_subject', ['subjectId'])
export class ConsentRow {
  /** `consentId`: the same consent always has the same, so that a withdrawn one that is sent again is recognised. */
  @Id() id!: string;
  @Text() tenant!: string;
  @Uuid() subjectId!: string;
  @TextList() modalities!: Modality[];
  @Text() noticeVersion!: string;
  /** When the person said so. */
  @Time() grantedAt!: Date;
  @Time({ nullable: true }) expiresAt!: Date | null;
  /** When it first came here. */
  @Time() receivedAt!: Date;
  /** ISO 8601 by modality: since when it may no longer be read. */
  @Column({ type: 'jsonb', default: {} }) withdrawn!: Partial<Record<Modality, string>>;
  /** SealedConsent */
  @Sealed() sealed!: Buffer | null;
}
