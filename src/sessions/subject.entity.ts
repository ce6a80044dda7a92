import { Entity, Unique } from 'typeorm';
import { Bytes, Id, Text, Time } from './columns.js';

/** A person, known by a keyed pseudonym. Erasure destroys the data key and the pseudonym; the row stays as its proof. */
@Entity({ name: 'subjects' })
@Unique('subjects_pseudonym', ['tenant', 'pseudonym'])
@Unique('subjects_tenant', ['tenant', 'id'])
export class Subject {
  @Id() id!: string;
  @Text() tenant!: string;
  /** Null after erasure: the same person who comes again is a new subject. */
  @Text({ nullable: true }) pseudonym!: string | null;
  /** Under which master key the data key is wrapped. */
  @Text({ nullable: true }) masterKeyId!: string | null;
  @Bytes({ nullable: true }) wrappedKey!: Buffer | null;
  @Time() createdAt!: Date;
  @Time({ nullable: true }) erasedAt!: Date | null;
}
