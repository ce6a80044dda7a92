import { workerData } from 'node:worker_threads';
import type { Evidence } from '../emotion/evidence.js';
import type { Transcript } from '../emotion/utterance.js';
import { readText, type SentimentInfo, type SentimentModel } from './read-text.js';
import { loadSentiment, type SentimentHub } from './sentiment.model.js';

/** Handed to the thread at its start. */
export interface TextWorkerData {
  readonly modelsDir: string;
  readonly model: string;
  readonly hub: SentimentHub;
}

export type TextTask = { readonly kind: 'load' } | { readonly kind: 'read'; readonly transcript: Transcript };
export type TextResult = SentimentInfo | Evidence<'text'>;

let loading: Promise<SentimentModel> | undefined;

/** Loads once and shares the promise; a failure is forgotten, so that the next task tries again. */
function model(): Promise<SentimentModel> {
  const { modelsDir, model: name, hub } = workerData as TextWorkerData;
  loading ??= loadSentiment(modelsDir, name, hub).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** One task of the text thread: `load` answers what the model is, `read` answers evidence. */
export default async function run(task: TextTask): Promise<TextResult> {
  const loaded = await model();
  if (task.kind === 'read') return readText(task.transcript, loaded);
  const { ref, labels, prior, languages } = loaded;
  return { ref, labels, prior, languages };
}
