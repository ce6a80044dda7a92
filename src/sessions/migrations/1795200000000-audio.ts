import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The sound of utterances whose consent lets it be kept, and how long a tenant keeps it. */
export class Audio1795200000000 implements MigrationInterface {
  readonly name = 'Audio1795200000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE TABLE audio (
      session_id uuid NOT NULL,
      utterance_id text NOT NULL,
      piece int NOT NULL,
      tenant text NOT NULL,
      pieces int NOT NULL,
      created_at timestamptz(3) NOT NULL,
      sealed bytea NOT NULL,
      PRIMARY KEY (session_id, utterance_id, piece),
      CONSTRAINT audio_utterance FOREIGN KEY (session_id, utterance_id)
        REFERENCES utterances (session_id, id) ON DELETE CASCADE
    )`);
    await runner.query('CREATE INDEX audio_time ON audio (tenant, created_at)');
    await runner.query('ALTER TABLE tenants ADD COLUMN keep_audio_days int');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE tenants DROP COLUMN keep_audio_days');
    await runner.query('DROP TABLE audio');
  }
}
