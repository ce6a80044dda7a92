import { randomUUID } from 'node:crypto';
import { BroadcastChannel } from 'node:worker_threads';
import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { messageOf } from '../common/errors.js';
import { ModelFileError } from '../common/model-manifest.js';
import { newStopFlag, raise, type StopFlag } from '../common/stop-flag.js';
import { workerUrl } from '../common/worker-url.js';
import { QueueFull, WorkerPool } from '../common/worker-pool.js';
import {
  unavailable,
  type Evidence,
  type ModelRef,
  type UnavailableEvidence,
  type UnavailableReason,
} from '../emotion/evidence.js';
import type { Transcript, Utterance } from '../emotion/utterance.js';
import { nameOf, type HubSource, type Progress } from './hub-source.js';
import type { TextModels, TextResult, TextTask, TextWorkerData } from './text.worker.js';
import { fromClient, type TranscriptOutcome } from './transcript.js';
import type { HearOutcome, LoadOutcome, WhisperResult, WhisperTask, WhisperWorkerData } from './whisper.worker.js';

export type { HearOutcome };

export interface TextServiceOptions {
  /** Folder of manifest.json. */
  readonly modelsDir: string;
  /** A name of the manifest, a folder in transformers.js layout, or a hub id. */
  readonly model: string;
  /** The same of a model that reads what `model` cannot; without it, or while it is not installed, that is `unsupportedLanguage`. */
  readonly otherLanguages?: string | undefined;
  /** What labels of a model stand for that tell nothing themselves: `LABEL_0` → `negative`. */
  readonly labels?: Readonly<Record<string, string>>;
  readonly threads: number;
  /** Where weights that are not shipped are kept and come from; for Whisper and for a text model of a hub. */
  readonly hub: Pick<HubSource, 'cacheDir' | 'allowDownload' | 'remoteHost' | 'headMs'>;
  /** Absent: no recogniser; client-supplied text goes on. */
  readonly whisper?: Pick<HubSource, 'id' | 'localDirs' | 'dtype'> & { readonly threads: number };
  /** Until an utterance must be transcribed, waiting included, milliseconds. */
  readonly transcribeTimeoutMs: number;
  /** Until a transcript must be read, waiting included, milliseconds; 10,000 when absent. */
  readonly readTimeoutMs?: number;
  /** Tasks that may wait for a thread; 64 when absent. What comes on top is `timeout` at once. */
  readonly maxQueue?: number;
}

export interface HearOptions {
  /** `auto` or BCP 47. */
  readonly language: string;
  /** What was said before. */
  readonly prompt?: string;
}

/** What somebody may, and wants to, know of an utterance. */
export interface HearWanted {
  readonly words: boolean;
  readonly states: boolean;
}

export type WhisperStatus =
  | { readonly status: 'loading'; readonly model: string; readonly progress?: Progress }
  | {
      readonly status: 'ready';
      readonly model: string;
      readonly ref: ModelRef;
      /** sha256 of the encoder's file. */
      readonly encoder: string;
    }
  | {
      readonly status: 'unavailable';
      readonly model: string;
      /** Both may be told to a client: no path, no address. */
      readonly reason: string;
      readonly howTo: string;
      /** For the operator's log. */
      readonly detail: string;
    };

/** The words' expert: who said what, and what the words mean. Its answers always resolve. */
@Injectable()
export class TextService implements OnApplicationShutdown {
  private readonly log = new Logger('Words');
  private readonly readers: WorkerPool<TextTask, TextResult>;
  private readonly hearers: WorkerPool<WhisperTask, WhisperResult> | undefined;
  /** Transcriptions of utterances that are still spoken. */
  private readonly partials = new Set<StopFlag>();
  private readonly progress: BroadcastChannel;
  private whisper: WhisperStatus;
  private models: TextModels | undefined;
  /** Settles when Whisper is ready or known to be absent. */
  private whisperSettled: Promise<void> = Promise.resolve();

  constructor(private readonly options: TextServiceOptions) {
    const { modelsDir, model, otherLanguages, labels = {}, threads, hub, whisper, maxQueue = 64 } = options;
    this.readers = new WorkerPool({
      worker: workerUrl(import.meta.url, './text.worker.js'),
      threads,
      data: {
        modelsDir,
        model,
        otherLanguages,
        labels,
        hub: { ...hub, modelsDir, dtype: 'q8' },
      } satisfies TextWorkerData,
      maxQueue,
    });
    this.progress = new BroadcastChannel(`undertone-whisper-${randomUUID()}`);
    this.progress.unref();
    this.progress.onmessage = ({ data }: { data: Progress }) => {
      if (this.whisper.status === 'loading') this.whisper = { ...this.whisper, progress: data };
    };
    if (!whisper) {
      const howTo = 'Configure WHISPER_MODEL.';
      this.whisper = {
        status: 'unavailable',
        model: 'off',
        reason: 'transcription is switched off',
        howTo,
        detail: 'off',
      };
      return;
    }
    const { threads: hearers, ...source } = whisper;
    this.whisper = { status: 'loading', model: nameOf(whisper.id) };
    this.hearers = new WorkerPool({
      worker: workerUrl(import.meta.url, './whisper.worker.js'),
      threads: hearers,
      data: {
        source: { ...hub, ...source, modelsDir },
        progressChannel: this.progress.name,
      } satisfies WhisperWorkerData,
      maxQueue,
    });
  }

  /**
   * Loads the text model, and begins to load (or pull) Whisper in the background.
   * @throws ModelFileError when the text model cannot be had: it is part of the product. Never for absent Whisper weights.
   */
  async start(): Promise<void> {
    this.whisperSettled = this.loadWhisper();
    const loads = Array.from({ length: this.options.threads }, () => this.readers.run({ kind: 'load' }));
    // An error that comes out of a thread has lost its class.
    [this.models] = (await Promise.all(loads).catch((cause: unknown) => {
      throw new ModelFileError(messageOf(cause), { cause });
    })) as TextModels[];
  }

  whisperStatus(): WhisperStatus {
    return this.whisper;
  }

  /** Resolves when Whisper is ready or known to be absent. */
  whisperReady(): Promise<void> {
    return this.whisperSettled;
  }

  /** What the models are. @throws before `start` has ended. */
  info(): TextModels & { readonly whisper: WhisperStatus } {
    if (!this.models) throw new Error('the text service has not been started');
    return { ...this.models, whisper: this.whisper };
  }

  /**
   * The words of an utterance: the client's own where it sent some, else Whisper's. `language`: `auto` or BCP 47; `prompt`:
   * what was said before.
   * One that is still spoken (`interim`) is transcribed only while a thread is free, and gives it up (`timeout`) as soon as
   * a finished one needs it.
   */
  async transcribe(utterance: Utterance, options: HearOptions, signal?: AbortSignal): Promise<TranscriptOutcome> {
    return (await this.hear(utterance, { words: true, states: false }, options, signal)).words;
  }

  /**
   * The words as `transcribe` has them, and the pooled states of Whisper's encoder, which are about the voice; whatever is wanted, at
   * one pass of the encoder. Where no words are wanted none are decoded; `words` is then `notProvided`.
   */
  async hear(
    utterance: Utterance,
    wanted: HearWanted,
    options: HearOptions,
    signal?: AbortSignal,
  ): Promise<HearOutcome> {
    const { clientText } = utterance;
    if (!clientText) return this.listen(utterance, wanted, options, signal);
    const words = wanted.words
      ? fromClient({ text: clientText.text, language: clientText.language ?? options.language })
      : unavailable('text', 'notProvided');
    if (!wanted.states) return { words };
    return { ...(await this.listen(utterance, { words: false, states: true }, options, signal)), words };
  }

  private async listen(
    { samples, startMs, interim }: Utterance,
    wanted: HearWanted,
    { language, prompt = '' }: HearOptions,
    signal?: AbortSignal,
  ): Promise<HearOutcome> {
    const without = (reason: UnavailableReason): HearOutcome => ({ words: unavailable('text', reason) });
    if (!samples) return without('notProvided');
    if (samples.length === 0) return without('empty');
    if (this.whisper.status === 'loading' && !interim) await Promise.race([this.whisperSettled, pause(LOAD_GRACE_MS)]);
    if (this.whisper.status !== 'ready' || !this.hearers) return without('modelUnavailable');
    if (!this.hearers.free) {
      if (interim) return without('timeout');
      this.partials.forEach(raise);
    }
    const stop = newStopFlag();
    if (interim) this.partials.add(stop);
    const ms = this.options.transcribeTimeoutMs;
    const { states } = wanted;
    const words = wanted.words ? { words: { language, prompt } } : {};
    const task: WhisperTask = {
      kind: 'hear',
      samples: ownBuffer(samples),
      startMs,
      interim: interim === true,
      ...words,
      states,
      stop,
    };
    const work = this.hearers.run(task, AbortSignal.timeout(ms + HANG_GRACE_MS)) as Promise<HearOutcome>;
    const outcome = await settle(work, ms, signal);
    // Whoever gave up has no use for the rest; a task that has ended does not notice.
    raise(stop);
    this.partials.delete(stop);
    return 'status' in outcome ? { words: outcome } : outcome;
  }

  /** What the words mean. The same transcript always gives the same evidence. */
  async read(transcript: Transcript, signal?: AbortSignal): Promise<Evidence<'text'>> {
    const ms = this.options.readTimeoutMs ?? 10_000;
    const task: TextTask = { kind: 'read', transcript };
    return settle(
      this.readers.run(task, AbortSignal.timeout(ms + HANG_GRACE_MS)) as Promise<Evidence<'text'>>,
      ms,
      signal,
    );
  }

  async close(): Promise<void> {
    this.progress.close();
    // A thread that is stopped while it loads a network takes the process down.
    await Promise.race([this.whisperSettled, pause(LOAD_GRACE_MS)]);
    await Promise.all([this.readers.close(), this.hearers?.close()]);
  }

  /** After the gateway has drained: Nest calls onModuleDestroy too early for that. */
  async onApplicationShutdown(): Promise<void> {
    await this.close();
  }

  private async loadWhisper(): Promise<void> {
    if (!this.hearers) return;
    const { model } = this.whisper;
    const outcome = await (this.hearers.run({ kind: 'load' }) as Promise<LoadOutcome>).catch(
      (error: unknown): LoadOutcome => ({
        ok: false,
        reason: 'its thread failed',
        howTo: "See the server's log, then start it again.",
        detail: messageOf(error),
      }),
    );
    if (!outcome.ok) {
      this.log.warn(`no words will be written down: ${outcome.reason}. ${outcome.howTo} [${outcome.detail}]`);
    }
    this.whisper = outcome.ok
      ? { status: 'ready', model, ref: outcome.ref, encoder: outcome.encoder }
      : { status: 'unavailable', model, reason: outcome.reason, howTo: outcome.howTo, detail: outcome.detail };
  }
}

/** Speech that comes while Whisper is read from disk waits this long; a download takes minutes and is not waited for. */
const LOAD_GRACE_MS = 5_000;
/** A task this far beyond its deadline hangs: its thread is ended, and a fresh one loads the model and takes over. */
const HANG_GRACE_MS = 30_000;

/** Posting a view copies all of the buffer behind it. */
function ownBuffer(samples: Float32Array): Float32Array {
  return samples.byteLength === samples.buffer.byteLength ? samples : samples.slice();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** The work's answer; `timeout` when it is late, the caller gives up or the queue is full; `failed` when it throws. */
function settle<T>(work: Promise<T>, ms: number, signal?: AbortSignal): Promise<T | UnavailableEvidence<'text'>> {
  return new Promise((resolve) => {
    const giveUp = (): void => {
      resolve(unavailable('text', 'timeout'));
    };
    const timer = setTimeout(giveUp, ms);
    if (signal?.aborted) giveUp();
    signal?.addEventListener('abort', giveUp, { once: true });
    work
      .then(resolve, (error: unknown) => {
        resolve(unavailable('text', isLate(error) ? 'timeout' : 'failed'));
      })
      .finally(() => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
      });
  });
}

/** The pool refused (its queue is full) or ended the thread at the hang limit. */
function isLate(error: unknown): boolean {
  return error instanceof QueueFull || (error instanceof Error && error.name === 'AbortError');
}
