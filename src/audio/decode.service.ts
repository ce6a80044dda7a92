import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WireError } from '../common/errors.js';
import { WorkerPool } from '../common/worker-pool.js';
import { workerUrl } from '../common/worker-url.js';
import type { DecodeRefusal, DecodeTask } from './decode.worker.js';

export interface DecodeOptions {
  readonly threads: number;
  readonly maxQueue: number;
  /** Longest audio that is accepted, s. */
  readonly maxSeconds: number;
}

/** Whole files are decoded off the main thread: whatever a crafted one does to its decoder, no live session notices. */
@Injectable()
export class DecodeService implements OnApplicationShutdown {
  private readonly pool: WorkerPool<DecodeTask, Float32Array | DecodeRefusal>;

  constructor(private readonly options: DecodeOptions) {
    this.pool = new WorkerPool<DecodeTask, Float32Array | DecodeRefusal>({
      worker: workerUrl(import.meta.url, './decode.worker.js'),
      threads: options.threads,
      data: undefined,
      maxQueue: options.maxQueue,
    });
  }

  /** 16 kHz, mono. @throws WireError invalidAudioFrame as `readRecording` does, overloaded when too many files wait. */
  async decode(bytes: Uint8Array, signal?: AbortSignal): Promise<Float32Array> {
    if (this.pool.queued >= this.options.maxQueue) {
      throw new WireError('overloaded', 'too many files are being read; try again', { retryAfterMs: 2000 });
    }
    // A copy: a Buffer is often a view of a pool that other requests share, and a thread is sent all of it.
    const task = { bytes: new Uint8Array(bytes), maxSeconds: this.options.maxSeconds };
    const answer = await this.pool.run(task, signal).catch((cause: unknown): DecodeRefusal => {
      if (signal?.aborted) throw cause;
      const message = 'the file could not be decoded; it is probably broken';
      return { refused: { code: 'invalidAudioFrame', message, details: { param: 'audio' } } };
    });
    if ('refused' in answer) throw new WireError(answer.refused.code, answer.refused.message, answer.refused.details);
    return answer;
  }

  /** After the gateway has drained: Nest calls onModuleDestroy too early for that. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
