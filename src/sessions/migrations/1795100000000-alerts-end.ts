import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An alert that is over, or should never have been raised, says so. */
export class AlertsEnd1795100000000 implements MigrationInterface {
  readonly name = 'AlertsEnd1795100000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE alerts ADD COLUMN status text NOT NULL DEFAULT 'raised'`);
    await runner.query('ALTER TABLE alerts ADD COLUMN over_at timestamptz(3)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE alerts DROP COLUMN over_at');
    await runner.query('ALTER TABLE alerts DROP COLUMN status');
  }
}
