import { Entity, ForeignKey } from 'typeorm';
import type { Emotion } from '../emotion/scores.js';
import { Id, Int, Sealed, Text, Time } from './columns.js';
import { Result } from './result.entity.js';

export const LABEL_ACTIONS = ['made', 'overridden', 'revoked', 'restored'] as const;
export type LabelAction = (typeof LABEL_ACTIONS)[number];

/** A decision about an utterance: who made it, and the revision that came of it. Never changed, never deleted alone. */
@Entity({ name: 'labels' })
@ForeignKey(() => Result, ['sessionId', 'resultId'], ['sessionId', 'id'], {
  name: 'labels_result',
  onDelete: 'CASCADE',
})
export class Label {
  @Id() sessionId!: string;
  @Id('text') utteranceId!: string;
  /** From 1; the same as the revision of its result. */
  @Id('int') version!: number;
  @Text() tenant!: string;
  @Text() resultId!: string;
  @Text() action!: LabelAction;
  @Text() authorKind!: 'model' | 'person';
  /** Name of the fusion configuration, or id of the person's API key. */
  @Text() author!: string;
  @Text({ nullable: true }) label!: Emotion | null;
  @Time() createdAt!: Date;
  /** SealedLabel; null as well where there is no reason to keep. */
  @Sealed() sealed!: Buffer | null;
  /** The version that was brought back. */
  @Int({ nullable: true }) restores!: number | null;
}
