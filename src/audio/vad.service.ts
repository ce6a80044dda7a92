import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WorkerPool } from '../common/worker-pool.js';
import { workerUrl } from '../common/worker-url.js';
import { WINDOW } from './segmenter.js';
import { type DetectVoice, newVadState, type VadResult } from './vad.model.js';
import type { VadTask } from './vad.worker.js';

export interface VadOptions {
  /** One thread serves some hundred streams in real time. */
  readonly threads: number;
  /** Calls that may wait; each session has at most one. */
  readonly maxQueue: number;
}

/** Voice detection for every session, off the main thread. */
@Injectable()
export class VadService implements OnApplicationShutdown {
  private readonly pool: WorkerPool<VadTask, VadResult>;

  constructor(options: VadOptions) {
    this.pool = new WorkerPool<VadTask, VadResult>({
      worker: workerUrl(import.meta.url, './vad.worker.js'),
      threads: options.threads,
      data: undefined,
      maxQueue: options.maxQueue,
    });
  }

  readonly detect: DetectVoice = (windows, state) => this.pool.run({ windows, state });

  /** Resolves when the network has answered once. */
  async warmUp(): Promise<void> {
    await this.detect(new Float32Array(WINDOW).fill(0.1), newVadState());
  }

  /** After the gateway has drained: Nest calls onModuleDestroy too early for that. */
  async onApplicationShutdown(): Promise<void> {
    await this.pool.close();
  }
}
