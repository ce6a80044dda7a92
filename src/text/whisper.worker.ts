import { BroadcastChannel, workerData } from 'node:worker_threads';
import { isRaised, type StopFlag } from '../common/stop-flag.js';
import { unavailable, type ModelRef } from '../emotion/evidence.js';
import type { HubSource, Progress } from './hub-source.js';
import { ModelUnavailable } from './hub.model.js';
import { fromRecogniser, type TranscriptOutcome } from './transcript.js';
import { loadWhisper, Stopped, type WhisperModel } from './whisper.model.js';

/** Handed to the thread at its start. */
export interface WhisperWorkerData {
  readonly source: Omit<HubSource, 'onProgress'>;
  /** Name of the BroadcastChannel that takes `Progress` while weights are loaded or pulled. */
  readonly progressChannel: string;
}

export interface TranscribeTask {
  readonly kind: 'transcribe';
  readonly samples: Float32Array;
  readonly startMs: number;
  readonly language: string;
  readonly prompt: string;
  readonly stop: StopFlag;
}

export type WhisperTask = { readonly kind: 'load' } | TranscribeTask;

/** Absent weights are an expected state, so they are a value: errors lose their class between threads. */
export type LoadOutcome =
  | { readonly ok: true; readonly ref: ModelRef }
  | { readonly ok: false; readonly reason: string; readonly howTo: string; readonly detail: string };

export type WhisperResult = LoadOutcome | TranscriptOutcome;

let loading: Promise<WhisperModel> | undefined;

function model(): Promise<WhisperModel> {
  const { source, progressChannel } = workerData as WhisperWorkerData;
  if (loading) return loading;
  const channel = new BroadcastChannel(progressChannel);
  let percent = -1;
  const onProgress = (progress: Progress): void => {
    const now = Math.floor((100 * progress.loadedBytes) / Math.max(1, progress.totalBytes));
    if (now !== percent) channel.postMessage(progress);
    percent = now;
  };
  loading = loadWhisper({ ...source, onProgress })
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    })
    .finally(() => {
      channel.close();
    });
  return loading;
}

async function transcribe({ samples, startMs, language, prompt, stop }: TranscribeTask): Promise<TranscriptOutcome> {
  try {
    return fromRecogniser(
      await (await model()).transcribe(samples, { language, prompt, stopped: () => isRaised(stop) }),
      startMs,
    );
  } catch (error) {
    if (error instanceof Stopped) return unavailable('text', 'timeout');
    throw error;
  }
}

/** One task of the Whisper thread. */
export default async function run(task: WhisperTask): Promise<WhisperResult> {
  if (task.kind === 'transcribe') {
    return transcribe(task);
  }
  try {
    return { ok: true, ref: (await model()).ref };
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    return { ok: false, reason: error.message, howTo: error.howTo, detail: error.detail };
  }
}
