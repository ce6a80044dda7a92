import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { loadModelFiles } from '../common/model-manifest.js';
import { WorkerPool } from '../common/worker-pool.js';
import { workerUrl } from '../common/worker-url.js';
import { unavailable, type ModelRef } from '../emotion/evidence.js';
import type { Emotion, PartialScores } from '../emotion/scores.js';
import { SAMPLE_RATE, type Utterance } from '../emotion/utterance.js';
import { parseAcousticConfig } from './acoustic-format.js';
import type { AcousticBackend, VoiceReading } from './acoustic.model.js';
import type { AcousticWorkerData, VoiceTask } from './acoustic.worker.js';
import type { SpeakerBaseline } from './speaker-baseline.js';

export interface AcousticOptions {
  readonly modelsDir: string;
  /** `seven`, `open`: the name in the manifest without its `acoustic/`. */
  readonly model: string;
  readonly backend: AcousticBackend;
  readonly threads: number;
  /** Utterances that may wait for a thread. */
  readonly maxQueue?: number;
}

export interface ReadOptions {
  /** How the speaker usually sounds; without it the voice is compared with the population's. */
  readonly baseline?: SpeakerBaseline;
  readonly signal?: AbortSignal;
}

/** What is running, for people and cards. */
export interface AcousticInfo extends ModelRef {
  readonly labels: readonly Emotion[];
  /** What the model would say of a voice it cannot hear. */
  readonly prior: PartialScores;
  readonly licence: string;
  readonly temperature: number;
  readonly unacquainted: number;
}

/** The voice expert: utterances in, evidence out, computed in threads that hold the model. */
@Injectable()
export class AcousticService implements OnApplicationShutdown {
  private readonly name: string;
  private readonly pool: WorkerPool<VoiceTask, VoiceReading>;
  private known: AcousticInfo | undefined;

  constructor(private readonly options: AcousticOptions) {
    this.name = options.model.includes('/') ? options.model : `acoustic/${options.model}`;
    const data: AcousticWorkerData = { modelsDir: options.modelsDir, name: this.name, backend: options.backend };
    this.pool = new WorkerPool({
      worker: workerUrl(import.meta.url, './acoustic.worker.js'),
      threads: options.threads,
      data,
      maxQueue: options.maxQueue ?? 1_000,
    });
  }

  /**
   * Resolves when every thread has loaded and warmed the model.
   * @throws ModelFileError when it is missing or not the pinned one; the thread's error when it cannot be used
   */
  async ready(): Promise<void> {
    const { entry, sha256, files } = await loadModelFiles(this.options.modelsDir, this.name);
    const { labels, prior, temperature, unacquainted } = parseAcousticConfig(
      files.get('model.json')?.toString('utf8') ?? '',
    );
    await Promise.all(Array.from({ length: this.options.threads }, () => this.pool.run({ samples: warmUpSignal() })));
    this.known = {
      name: this.name,
      sha256: sha256.slice(0, 12),
      labels,
      prior: Object.fromEntries(labels.map((label, i) => [label, prior[i]])),
      licence: entry.licence,
      temperature,
      unacquainted,
    };
  }

  /** Undefined until `ready`. */
  info(): AcousticInfo | undefined {
    return this.known;
  }

  /** Always resolves: what cannot be read is unavailable with a reason. */
  async read(utterance: Utterance, { baseline, signal }: ReadOptions = {}): Promise<VoiceReading> {
    const { samples, startMs, endMs } = utterance;
    if (!samples || samples.length === 0) return { evidence: unavailable('voice', 'notProvided') };
    if (!this.known) return { evidence: unavailable('voice', 'modelUnavailable') };
    try {
      const reading = await this.pool.run({ samples, ...(baseline && { baseline }) }, signal);
      const { evidence } = reading;
      if (evidence.status === 'unavailable') return reading;
      const cues = evidence.cues.map((cue) => ({ ...cue, audioMs: [startMs, endMs] as const }));
      return { ...reading, evidence: { ...evidence, cues } };
    } catch {
      return { evidence: unavailable('voice', signal?.aborted ? 'timeout' : 'failed') };
    }
  }

  /** Does no utterance wait for a thread? */
  get idle(): boolean {
    return this.pool.queued === 0;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** After the gateway has drained: Nest calls onModuleDestroy too early for that. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }
}

/** A second of a 150 Hz buzz: voiced, so that the whole path runs and is compiled before the first utterance. */
function warmUpSignal(): Float32Array {
  return Float32Array.from({ length: SAMPLE_RATE }, (_, i) => 0.2 * ((((i * 150) / SAMPLE_RATE) % 1) - 0.5));
}
