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

export interface HearTask {
  readonly kind: 'hear';
  readonly samples: Float32Array;
  readonly startMs: number;
  /** Is the utterance still spoken? */
  readonly interim: boolean;
  /** Absent: no word is decoded. */
  readonly words?: { readonly language: string; readonly prompt: string };
  /** Are the pooled states of the encoder wanted? */
  readonly states: boolean;
  readonly stop: StopFlag;
}

export type WhisperTask = { readonly kind: 'load' } | HearTask;

/** What came of one pass of the encoder. */
export interface HearOutcome {
  /** `notProvided` where none were asked for. */
  readonly words: TranscriptOutcome;
  readonly states?: Float32Array;
}

/** Absent weights are an expected state, so they are a value: errors lose their class between threads. */
export type LoadOutcome =
  | { readonly ok: true; readonly ref: ModelRef; readonly encoder: string }
  | { readonly ok: false; readonly reason: string; readonly howTo: string; readonly detail: string };

export type WhisperResult = LoadOutcome | HearOutcome;

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

async function hear({ samples, startMs, interim, words, states, stop }: HearTask): Promise<HearOutcome> {
  try {
    const wanted = words && { ...words, times: !interim };
    const heard = await (await model()).hear(samples, { words: wanted, states, stopped: () => isRaised(stop) });
    return {
      words: heard.words ? fromRecogniser(heard.words, startMs, interim) : unavailable('text', 'notProvided'),
      ...(heard.states && { states: heard.states }),
    };
  } catch (error) {
    if (error instanceof Stopped) return { words: unavailable('text', 'timeout') };
    throw error;
  }
}

/** One task of the Whisper thread. */
export default async function run(task: WhisperTask): Promise<WhisperResult> {
  if (task.kind === 'hear') return hear(task);
  try {
    const { ref, encoder } = await model();
    return { ok: true, ref, encoder };
  } catch (error) {
    if (!(error instanceof ModelUnavailable)) throw error;
    return { ok: false, reason: error.message, howTo: error.howTo, detail: error.detail };
  }
}
