import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ResultCause, ResultRecord } from '../../src/emotion/record.js';
import type { PartialScores } from '../../src/emotion/scores.js';
import { fuse, peaked, textOf, voiceOf } from '../../src/fusion/evidence.fixture.js';
import type { KeySource } from '../../src/privacy/key-source.js';
import type { OpenedSession } from '../../src/sessions/batch.js';
import { AudioRepository } from '../../src/sessions/audio.repository.js';
import { ConsentsRepository } from '../../src/sessions/consents.repository.js';
import { Database, type DatabaseOptions } from '../../src/sessions/database.service.js';
import { ErasureRepository } from '../../src/sessions/erasure.repository.js';
import { LedgerRepository } from '../../src/sessions/ledger.repository.js';
import { Recorder, type Kept } from '../../src/sessions/recorder.service.js';
import { SessionsRepository } from '../../src/sessions/sessions.repository.js';
import { Vault } from '../../src/sessions/vault.service.js';

/** Storage as a server has it, on one database. */
export class TestStore {
  readonly database: Database;
  readonly vault: Vault;
  readonly ledger = new LedgerRepository();
  readonly consents: ConsentsRepository;
  readonly audio: AudioRepository;
  readonly sessions: SessionsRepository;
  readonly erasure: ErasureRepository;
  readonly recorder: Recorder;

  private constructor(
    options: DatabaseOptions,
    readonly keys: KeySource,
    maxBytes: number,
  ) {
    this.database = new Database(options);
    this.vault = new Vault(keys);
    this.consents = new ConsentsRepository(this.database, this.vault, this.ledger);
    this.audio = new AudioRepository(this.vault);
    this.sessions = new SessionsRepository(this.vault, this.consents, this.ledger, this.audio);
    this.erasure = new ErasureRepository(this.vault, this.ledger);
    this.recorder = new Recorder(this.database, this.sessions, { maxBytes });
    this.database.prepare((manager) => this.vault.prepare(manager));
    this.database.start();
  }

  /** Resolves when the database is ready. */
  static async open(
    options: DatabaseOptions,
    { keys = newKeys(), maxBytes = 1_000_000 }: { keys?: KeySource; maxBytes?: number } = {},
  ): Promise<TestStore> {
    const store = new TestStore(options, keys, maxBytes);
    try {
      await store.database.ready();
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  /** Records one session to its end and waits until it is in the database. */
  async record(session: OpenedSession, results: readonly ResultRecord[]): Promise<Kept[]> {
    const kept: Kept[] = [];
    const recording = this.recorder.open(session, (one) => kept.push(one));
    for (const result of results) recording.result(result);
    recording.close('ended');
    await recording.settled(30_000);
    return kept;
  }

  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.database.transaction((manager) => manager.query<T[]>(sql, parameters));
  }

  async close(): Promise<void> {
    await this.recorder.close(5_000);
    await this.database.close();
  }
}

export function newKeys(): KeySource {
  return { folder: join(mkdtempSync(join(tmpdir(), 'undertone-keys-')), 'keys') };
}

export function session(over: Partial<OpenedSession> = {}): OpenedSession {
  return {
    id: randomUUID(),
    tenant: 'default',
    source: 'stream',
    modalities: ['voice', 'text'],
    language: 'en',
    openedBy: 'key-1',
    startedAt: new Date(),
    consent: {
      subjectRef: 'subject-7',
      purposes: ['test'],
      modalities: ['voice', 'text'],
      noticeVersion: '1',
      acknowledged: true,
      grantedAt: '2026-01-01T00:00:00Z',
    },
    context: { purpose: 'test', setting: 'personal' },
    ...over,
  };
}

export interface ResultOptions {
  readonly words?: string;
  readonly voice?: PartialScores;
  readonly revision?: number;
  readonly cause?: ResultCause;
}

/** What the line would have recorded of the n-th utterance. */
export function result(n: number, options: ResultOptions = {}): ResultRecord {
  const { words = "I'm fine", voice: scores = { sad: 0.7 }, revision = 1, cause = 'analysis' } = options;
  const id = `u${n}`;
  const voice = voiceOf(peaked(scores));
  const text = textOf(peaked({ neutral: 0.7 }), {
    cues: [{ modality: 'text', name: 'word', detail: `the word “${words}”`, toward: 'neutral', weight: 0.4 }],
  });
  return {
    utterance: { id, startMs: n * 2_000, endMs: n * 2_000 + 1_500.5, endReason: 'silence' },
    transcript: { text: words, language: 'en', confidence: 0.9, source: 'whisper' },
    voice,
    text,
    fused: fuse({ voice, text }, { words }),
    resultId: `${id}r${revision}`,
    revision,
    cause,
  };
}
