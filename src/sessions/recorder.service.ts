import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { ResultRecord } from '../emotion/record.js';
import type { AlertRecord, AudioRecord, Item, OpenedSession, StoredResult } from './batch.js';
import { isPassing } from './database-errors.js';
import type { Database } from './database.service.js';
import type { SessionsRepository } from './sessions.repository.js';
import { ErasedError } from './vault.service.js';

export interface RecorderOptions {
  /** What may wait for the database, bytes; over it results are `failed` at once. */
  readonly maxBytes: number;
}

/** What became of a result: told once for each, and `stored` only after the database has committed it. */
export type Kept =
  | ({ readonly state: 'stored' } & StoredResult)
  | { readonly state: 'failed'; readonly resultId: string; readonly reason: FailReason };

/** `bufferFull`: the database was away for too long. `rejected`: it did not take it. `erased`: the subject wanted so. */
export type FailReason = 'bufferFull' | 'rejected' | 'erased' | 'shutdown';

export interface KeptTotals {
  readonly stored: number;
  readonly failed: number;
  /** Still waiting. */
  readonly pending: number;
}

/** One session's way into the database. Every method returns at once. */
export interface Recording {
  readonly result: (result: ResultRecord) => void;
  readonly alert: (alert: AlertRecord) => void;
  /** Waits in what room results leave: where there is too little it goes first, and the ledger says how much was lost. */
  readonly audio: (audio: AudioRecord) => void;
  /** The voice may no longer be kept: what still waits of it is dropped. */
  dropAudio(): void;
  /** The session is over. */
  close(reason: string): void;
  /** Resolves when nothing waits any more, or after `timeoutMs`. */
  settled(timeoutMs: number): Promise<KeptTotals>;
}

/** Results of one session gather for so long before they are written together, ms. */
const LINGER_MS = 40;
const MAX_BATCH = 32;
/** A batch with more than this ends here: sound is long. */
const MAX_BATCH_BYTES = 4_194_304;
/** Of what may wait, so much may be sound. */
const AUDIO_SHARE = 0.5;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 5_000;
/** What an item costs beside its JSON, bytes. */
const ITEM_BYTES = 1_024;

interface Waiting {
  readonly item: Item;
  readonly bytes: number;
}

class Queue {
  items: Waiting[] = [];
  /** The session itself has to be written as well. */
  opened = false;
  erased = false;
  /** A batch was refused: now one by one, so that only what is at fault is lost. */
  single = false;
  stored = 0;
  failed = 0;
  lostAudio = 0;
  private lastAt = 0;
  private idle: (() => void)[] = [];

  constructor(
    readonly session: OpenedSession,
    readonly tell: (kept: Kept) => void,
  ) {}

  get pending(): number {
    return this.items.filter(({ item }) => item.type === 'result').length;
  }

  /** Now, and after everything before: what is written again is recognised by its time. */
  now(): Date {
    this.lastAt = Math.max(Date.now(), this.lastAt + 1);
    return new Date(this.lastAt);
  }

  get done(): boolean {
    return this.opened && this.items.length === 0;
  }

  whenDone(): Promise<void> {
    return this.done ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  wake(): void {
    for (const resolve of this.idle.splice(0)) resolve();
  }
}

/**
 * The hot path's side of storage: takes results and returns at once, writes them in batches by session, keeps them while
 * the database is away, and says of each what became of it.
 */
export class Recorder {
  private readonly log = new Logger(Recorder.name);
  private readonly queues = new Set<Queue>();
  private readonly stop = new AbortController();
  private pumping: Promise<void> | undefined;
  private bytes = 0;

  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly options: RecorderOptions,
  ) {}

  /** Begins to record a session. `tell` is called once for each result. */
  open(session: OpenedSession, tell: (kept: Kept) => void = () => undefined): Recording {
    const queue = new Queue(session, tell);
    this.queues.add(queue);
    this.pump();
    return {
      result: (result) => {
        this.add(queue, { type: 'result', at: queue.now(), result });
      },
      alert: (alert) => {
        this.add(queue, { type: 'alert', at: queue.now(), alert });
      },
      audio: (audio) => {
        this.add(queue, { type: 'audio', at: queue.now(), audio });
      },
      dropAudio: () => {
        this.remove(
          queue,
          queue.items.filter(({ item }) => item.type === 'audio'),
        );
      },
      close: (reason) => {
        this.add(queue, { type: 'closed', at: queue.now(), reason });
      },
      settled: async (timeoutMs) => {
        const timer = new AbortController();
        await Promise.race([queue.whenDone(), pause(timeoutMs, undefined, { signal: timer.signal, ref: false })]);
        timer.abort();
        const { stored, failed, pending } = queue;
        return { stored, failed, pending };
      },
    };
  }

  /** Writes what waits, for so long; what is left then is lost, and said to be. */
  async close(timeoutMs: number): Promise<void> {
    const timer = new AbortController();
    this.pump();
    await Promise.race([this.pumping, pause(timeoutMs, undefined, { signal: timer.signal })]);
    timer.abort();
    this.stop.abort();
    let lost = 0;
    for (const queue of this.queues) {
      lost += queue.pending;
      this.fail(queue, queue.items, 'shutdown');
    }
    if (lost > 0) this.log.error(`${lost} results could not be stored before the server stopped`);
    await this.pumping;
  }

  private add(queue: Queue, item: Item): void {
    if (queue.erased) {
      this.tellFailed(queue, item, 'erased');
      return;
    }
    const isAudio = item.type === 'audio';
    const bytes = ITEM_BYTES + (isAudio ? item.audio.pcm.byteLength : 2 * JSON.stringify(item).length);
    const room = this.options.maxBytes * (isAudio ? AUDIO_SHARE : 1);
    if (!isAudio) this.makeRoom(bytes);
    const isFull = this.bytes + bytes > room;
    if (item.type !== 'closed' && (isFull || this.stop.signal.aborted)) {
      this.tellFailed(queue, item, isFull ? 'bufferFull' : 'shutdown');
      return;
    }
    queue.items.push({ item, bytes });
    this.bytes += bytes;
    this.queues.add(queue);
    this.pump();
  }

  /** Sound that waits goes before a result does. */
  private makeRoom(bytes: number): void {
    for (const queue of this.queues) {
      for (const one of queue.items) {
        if (this.bytes + bytes <= this.options.maxBytes) return;
        if (one.item.type === 'audio') this.fail(queue, [one], 'bufferFull');
      }
    }
  }

  private pump(): void {
    this.pumping ??= this.write().finally(() => {
      this.pumping = undefined;
      // What came in the very moment in which it ended.
      if (!this.stop.signal.aborted && [...this.queues].some((queue) => !queue.done)) this.pump();
    });
  }

  private async write(): Promise<void> {
    const { signal } = this.stop;
    let wait = FIRST_RETRY_MS;
    await pause(LINGER_MS);
    for (;;) {
      const queue = this.next();
      if (!queue || signal.aborted) return;
      const taken = batchOf(queue);
      try {
        await this.writeBatch(queue, taken);
        wait = FIRST_RETRY_MS;
      } catch (error) {
        if (error instanceof ErasedError) {
          this.drop(queue);
        } else if (isPassing(error)) {
          await Promise.race([this.database.ready().catch(() => undefined), pause(wait, undefined, { ref: false })]);
          await pause(wait, undefined, { signal }).catch(() => undefined);
          wait = Math.min(2 * wait, MAX_RETRY_MS);
        } else if (taken.length > 1) {
          queue.single = true;
        } else {
          // Never its message: a database repeats values in it.
          this.log.error(`something of a session was refused by the database: ${codeOf(error)}`);
          queue.opened = true;
          this.fail(queue, taken, 'rejected');
        }
      }
    }
  }

  private async writeBatch(queue: Queue, taken: readonly Waiting[]): Promise<void> {
    const { failed: lost, lostAudio } = queue;
    const items = taken.map(({ item }) => (item.type === 'closed' ? { ...item, lost, lostAudio } : item));
    const stored = await this.database.transaction((manager) =>
      this.sessions.write(manager, { session: queue.session, items }),
    );
    queue.opened = true;
    // Dropped or failed meanwhile: it was said to be lost, and erasure takes it out of the database as well.
    const kept = new Set(
      this.remove(queue, taken).map(({ item }) => (item.type === 'result' ? item.result.resultId : '')),
    );
    for (const one of stored) {
      if (!kept.has(one.resultId)) continue;
      queue.stored += 1;
      queue.tell({ state: 'stored', ...one });
    }
    this.settle(queue);
  }

  /** Sessions take turns. */
  private next(): Queue | undefined {
    for (const queue of this.queues) {
      this.queues.delete(queue);
      if (queue.done) continue;
      this.queues.add(queue);
      return queue;
    }
    return undefined;
  }

  private drop(queue: Queue): void {
    queue.erased = queue.opened = true;
    this.fail(queue, queue.items, 'erased');
  }

  private fail(queue: Queue, those: readonly Waiting[], reason: FailReason): void {
    for (const { item } of this.remove(queue, those)) this.tellFailed(queue, item, reason);
    this.settle(queue);
  }

  private tellFailed(queue: Queue, item: Item, reason: FailReason): void {
    if (item.type === 'audio') {
      if (queue.lostAudio === 0) this.log.warn({ msg: 'sound of a session is not kept', reason });
      queue.lostAudio += 1;
    }
    if (item.type !== 'result') return;
    queue.failed += 1;
    queue.tell({ state: 'failed', resultId: item.result.resultId, reason });
  }

  /** Those that still wait: others were dropped or failed meanwhile. */
  private remove(queue: Queue, those: readonly Waiting[]): Waiting[] {
    const gone = new Set(those);
    const removed = queue.items.filter((one) => gone.has(one));
    queue.items = queue.items.filter((one) => !gone.has(one));
    for (const { bytes } of removed) this.bytes -= bytes;
    return removed;
  }

  private settle(queue: Queue): void {
    if (!queue.done) return;
    queue.wake();
  }
}

/** The oldest that wait, as many as are written together; at least one. */
function batchOf({ items, single }: Queue): Waiting[] {
  let bytes = 0;
  const taken = [];
  for (const one of items.slice(0, single ? 1 : MAX_BATCH)) {
    bytes += one.bytes;
    if (taken.length > 0 && bytes > MAX_BATCH_BYTES) break;
    taken.push(one);
  }
  return taken;
}

function codeOf(error: unknown): string {
  const name = error instanceof Error ? error.constructor.name : 'unknown';
  return typeof error === 'object' && error !== null && 'code' in error ? `${name} ${String(error.code)}` : name;
}
