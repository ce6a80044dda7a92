import { Entity, ForeignKey, Index } from 'typeorm';
import { Bytes, Id, Int, Text, Time } from './columns.js';
import { Utterance } from './utterance.entity.js';

/** A piece of an utterance's sound, where the consent says that it may be kept. Deleted as a whole, never blanked. */
@Entity({ name: 'audio' })
@ForeignKey(() => Utterance, ['sessionId', 'utteranceId'], ['sessionId', 'id'], {
  name: 'audio_utterance',
  onDelete: 'CASCADE',
})
@Index('audio_time', ['tenant', 'createdAt'])
export class AudioPiece {
  @Id() sessionId!: string;
  @Id('text') utteranceId!: string;
  /** From 0. */
  @Id('int') piece!: number;
  @Text() tenant!: string;
  /** How many pieces the utterance has. */
  @Int() pieces!: number;
  @Time() createdAt!: Date;
  /** 16-bit PCM, mono, 16 kHz, sealed as every `sealed`; its place names `pieces` as well: none can be left out unseen. */
  @Bytes() sealed!: Buffer;
}
