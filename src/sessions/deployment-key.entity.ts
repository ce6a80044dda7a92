import { Entity } from 'typeorm';
import { Bytes, Id, Text, Time } from './columns.js';

/** A key of the whole deployment, wrapped by a master key: `pseudonym`, the key of the subjects' pseudonyms. */
@Entity({ name: 'keys' })
export class DeploymentKey {
  @Id('text') name!: string;
  @Text() masterKeyId!: string;
  @Bytes() wrapped!: Buffer;
  @Time() createdAt!: Date;
}
