import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

export interface WorkerPoolOptions {
  /** URL of the compiled `*.worker.js`; its default export takes one task and returns one result. */
  readonly worker: URL;
  readonly threads: number;
  /** Handed to the thread as `workerData`. */
  readonly data: unknown;
  /** Tasks that may wait before `run` rejects with QueueFull. */
  readonly maxQueue: number;
}

/** More tasks than the pool may hold. */
export class QueueFull extends Error {}

/** Threads that stay warm for the life of the server. `run` may be cancelled while the task still waits or runs. */
export class WorkerPool<Task, Result> {
  private readonly pool: Piscina<Task, Result>;
  private readonly threads: number;
  private readonly capacity: number;
  private outstanding = 0;

  constructor(options: WorkerPoolOptions) {
    this.threads = options.threads;
    this.capacity = options.threads + options.maxQueue;
    this.pool = new Piscina<Task, Result>({
      filename: options.worker.href,
      minThreads: options.threads,
      maxThreads: options.threads,
      idleTimeout: Infinity,
      concurrentTasksPerWorker: 1,
      workerData: options.data,
    });
  }

  /**
   * Runs one task. Cancelling a *running* task ends its thread and starts a fresh one, so give a signal only where that
   * price is right (a deadline), never for routine cancellation. Buffers are copied, never transferred.
   * @throws QueueFull. Counted here, because Piscina's own limit leaves out waiting tasks that have a signal.
   */
  async run(task: Task, signal?: AbortSignal): Promise<Result> {
    if (this.outstanding >= this.capacity) throw new QueueFull('too many tasks wait for a thread');
    this.outstanding++;
    try {
      return await this.pool.run(task, signal ? { signal } : {});
    } finally {
      this.outstanding--;
    }
  }

  /** Would a task begin at once? */
  get free(): boolean {
    return this.outstanding < this.threads;
  }

  get queued(): number {
    return this.pool.queueSize;
  }

  async close(): Promise<void> {
    await this.pool.close({ force: true });
  }
}

/** Half of the cores, at least one: the other half carries sockets, decoding and the other pool. */
export function defaultThreads(): number {
  return Math.max(1, Math.floor(availableParallelism() / 2));
}
