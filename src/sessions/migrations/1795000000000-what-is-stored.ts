import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Everything of docs/adr/0008: one statement each, so that the embedded database and Postgres read them alike. */
const UP = [
  `CREATE TABLE tenants (
    id text PRIMARY KEY,
    keep_sessions_days int,
    keep_words_days int,
    changed_at timestamptz(3) NOT NULL,
    changed_by text NOT NULL
  )`,
  `CREATE TABLE keys (
    name text PRIMARY KEY,
    master_key_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at timestamptz(3) NOT NULL
  )`,
  `CREATE TABLE subjects (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    pseudonym text,
    master_key_id text,
    wrapped_key bytea,
    created_at timestamptz(3) NOT NULL,
    erased_at timestamptz(3),
    CONSTRAINT subjects_pseudonym UNIQUE (tenant, pseudonym),
    CONSTRAINT subjects_tenant UNIQUE (tenant, id)
  )`,
  `CREATE TABLE consents (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    subject_id uuid NOT NULL,
    modalities text[] NOT NULL,
    notice_version text NOT NULL,
    granted_at timestamptz(3) NOT NULL,
    expires_at timestamptz(3),
    received_at timestamptz(3) NOT NULL,
    withdrawn jsonb NOT NULL DEFAULT '{}',
    sealed bytea,
    CONSTRAINT consents_tenant UNIQUE (tenant, id),
    CONSTRAINT consents_subject FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id)
  )`,
  `CREATE INDEX consents_of_subject ON consents (subject_id)`,
  `CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    subject_id uuid NOT NULL,
    consent_id uuid NOT NULL,
    source text NOT NULL,
    modalities text[] NOT NULL,
    language text NOT NULL,
    opened_by text NOT NULL,
    started_at timestamptz(3) NOT NULL,
    ended_at timestamptz(3),
    close_reason text,
    lost int NOT NULL DEFAULT 0,
    sealed bytea,
    CONSTRAINT sessions_tenant UNIQUE (tenant, id),
    CONSTRAINT sessions_subject FOREIGN KEY (tenant, subject_id) REFERENCES subjects (tenant, id),
    CONSTRAINT sessions_consent FOREIGN KEY (tenant, consent_id) REFERENCES consents (tenant, id)
  )`,
  `CREATE INDEX sessions_time ON sessions (tenant, started_at, id)`,
  `CREATE INDEX sessions_of_subject ON sessions (subject_id)`,
  `CREATE TABLE utterances (
    session_id uuid NOT NULL,
    id text NOT NULL,
    tenant text NOT NULL,
    ordinal int NOT NULL,
    start_ms double precision NOT NULL,
    end_ms double precision NOT NULL,
    end_reason text NOT NULL,
    language text,
    words_from text,
    created_at timestamptz(3) NOT NULL,
    sealed bytea,
    PRIMARY KEY (session_id, id),
    CONSTRAINT utterances_session FOREIGN KEY (tenant, session_id) REFERENCES sessions (tenant, id) ON DELETE CASCADE
  )`,
  `CREATE TABLE results (
    session_id uuid NOT NULL,
    id text NOT NULL,
    tenant text NOT NULL,
    utterance_id text NOT NULL,
    revision int NOT NULL,
    cause text NOT NULL,
    label text,
    confidence double precision NOT NULL,
    abstain_reason text,
    incongruent boolean NOT NULL,
    incongruence_score double precision NOT NULL,
    incongruence_type text,
    valence double precision NOT NULL,
    arousal double precision NOT NULL,
    models jsonb NOT NULL,
    created_at timestamptz(3) NOT NULL,
    superseded_at timestamptz(3),
    ledger_seq bigint NOT NULL,
    sealed bytea,
    PRIMARY KEY (session_id, id),
    CONSTRAINT results_revision UNIQUE (session_id, utterance_id, revision),
    CONSTRAINT results_utterance FOREIGN KEY (session_id, utterance_id)
      REFERENCES utterances (session_id, id) ON DELETE CASCADE
  )`,
  `CREATE UNIQUE INDEX results_current ON results (session_id, utterance_id) WHERE superseded_at IS NULL`,
  `CREATE INDEX results_time ON results (tenant, created_at, session_id, id)`,
  `CREATE TABLE labels (
    session_id uuid NOT NULL,
    utterance_id text NOT NULL,
    version int NOT NULL,
    tenant text NOT NULL,
    result_id text NOT NULL,
    action text NOT NULL,
    author_kind text NOT NULL,
    author text NOT NULL,
    label text,
    created_at timestamptz(3) NOT NULL,
    sealed bytea,
    restores int,
    PRIMARY KEY (session_id, utterance_id, version),
    CONSTRAINT labels_result FOREIGN KEY (session_id, result_id) REFERENCES results (session_id, id) ON DELETE CASCADE
  )`,
  `CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    tenant text NOT NULL,
    session_id uuid NOT NULL,
    rule text NOT NULL,
    utterance_ids text[] NOT NULL,
    since_ms double precision NOT NULL,
    created_at timestamptz(3) NOT NULL,
    acknowledged_at timestamptz(3),
    acknowledged_by text,
    sealed bytea,
    CONSTRAINT alerts_session FOREIGN KEY (tenant, session_id) REFERENCES sessions (tenant, id) ON DELETE CASCADE
  )`,
  `CREATE INDEX alerts_time ON alerts (tenant, created_at, id)`,
  `CREATE INDEX alerts_of_session ON alerts (session_id)`,
  `CREATE TABLE accesses (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    session_id uuid,
    at timestamptz(3) NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
  )`,
  `CREATE INDEX accesses_time ON accesses (tenant, at, id)`,
  `CREATE TABLE ledger (
    seq bigint PRIMARY KEY,
    tenant text NOT NULL,
    kind text NOT NULL,
    at timestamptz(3) NOT NULL,
    body jsonb NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL
  )`,
  // Whoever may do so can still drop the trigger: the chain and its signed checkpoints show that, and a role without the
  // right to is better (docs/storage.md).
  `CREATE FUNCTION ledger_only_grows() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger only grows' USING ERRCODE = 'restrict_violation'; END $$`,
  `CREATE TRIGGER ledger_rows_stay BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_only_grows()`,
  `CREATE TRIGGER ledger_stays BEFORE TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_only_grows()`,
];

const TABLES = [
  'ledger',
  'accesses',
  'alerts',
  'labels',
  'results',
  'utterances',
  'sessions',
  'consents',
  'subjects',
  'keys',
  'tenants',
];

export class WhatIsStored1795000000000 implements MigrationInterface {
  readonly name = 'WhatIsStored1795000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`DROP TABLE ${table}`);
    await runner.query('DROP FUNCTION ledger_only_grows');
  }
}
