import { Column, Entity, ForeignKey, Index, Unique } from 'typeorm';
import type { AbstainReason, FusedEmotion, IncongruenceType } from '../emotion/fused.js';
import type { ResultCause } from '../emotion/record.js';
import type { Emotion } from '../emotion/scores.js';
import { bigNumber, Double, Flag, Id, Int, Sealed, Text, Time } from './columns.js';
import { Utterance } from './utterance.entity.js';

/** One revision of an utterance's answer. Written once; only `supersededAt` is set when the next one comes. */
@Entity({ name: 'results' })
@Unique('results_revision', ['sessionId', 'utteranceId', 'revision'])
@ForeignKey(() => Utterance, ['sessionId', 'utteranceId'], ['sessionId', 'id'], {
  name: 'results_utterance',
  onDelete: 'CASCADE',
})
@Index('results_current', ['sessionId', 'utteranceId'], { unique: true, where: 'superseded_at IS NULL' })
@Index('results_time', ['tenant', 'createdAt', 'sessionId', 'id'])
export class Result {
  @Id() sessionId!: string;
  /** As on the wire: `u3r1`. */
  @Id('text') id!: string;
  @Text() tenant!: string;
  @Text() utteranceId!: string;
  /** From 1. */
  @Int() revision!: number;
  /** Why there is this revision. */
  @Text() cause!: ResultCause;
  /** Null: it abstained, or the label was revoked. */
  @Text({ nullable: true }) label!: Emotion | null;
  @Double() confidence!: number;
  @Text({ nullable: true }) abstainReason!: AbstainReason | null;
  @Flag() incongruent!: boolean;
  @Double() incongruenceScore!: number;
  @Text({ nullable: true }) incongruenceType!: IncongruenceType | null;
  /** −1..1 */
  @Double() valence!: number;
  /** −1..1 */
  @Double() arousal!: number;
  /** Names and hashes of the models that spoke. */
  @Column({ type: 'jsonb' }) models!: FusedEmotion['models'];
  @Time() createdAt!: Date;
  /** Null for the current revision. */
  @Time({ nullable: true }) supersededAt!: Date | null;
  /** The ledger entry that attests it. */
  @Column({ type: 'bigint', transformer: bigNumber }) ledgerSeq!: number;
  /** SealedResult */
  @Sealed() sealed!: Buffer | null;
}
