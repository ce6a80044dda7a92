import { workerData } from 'node:worker_threads';
import type { Evidence } from '../emotion/evidence.js';
import type { Transcript } from '../emotion/utterance.js';
import { ModelUnavailable } from './hub.model.js';
import { readText, type SentimentInfo, type SentimentModel } from './read-text.js';
import { loadSentiment, type SentimentHub } from './sentiment.model.js';
import { clip, languageSupported } from './words.js';

/** Handed to the thread at its start. */
export interface TextWorkerData {
  readonly modelsDir: string;
  readonly model: string;
  /** Reads what `model` cannot, where it is installed; it is never pulled from here. */
  readonly otherLanguages?: string | undefined;
  /** What the operator says of labels that tell nothing themselves. */
  readonly labels: Readonly<Record<string, string>>;
  readonly hub: SentimentHub;
}

/** What the thread reads with. */
export interface TextModels {
  readonly sentiment: SentimentInfo;
  /** Absent: not installed, or not wanted. */
  readonly otherLanguages?: SentimentInfo;
}

export type TextTask = { readonly kind: 'load' } | { readonly kind: 'read'; readonly transcript: Transcript };
export type TextResult = TextModels | Evidence<'text'>;

interface Loaded {
  readonly sentiment: SentimentModel;
  readonly otherLanguages?: SentimentModel | undefined;
}

let loading: Promise<Loaded> | undefined;

/** Loads once and shares the promise; a failure is forgotten, so that the next task tries again. */
function models(): Promise<Loaded> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<Loaded> {
  const { modelsDir, model, otherLanguages, labels, hub } = workerData as TextWorkerData;
  const sentiment = await loadSentiment(modelsDir, model, hub, labels);
  if (otherLanguages === undefined) return { sentiment };
  const other = loadSentiment(modelsDir, otherLanguages, { ...hub, allowDownload: false }, labels);
  return {
    sentiment,
    otherLanguages: await other.catch((error: unknown) => {
      if (error instanceof ModelUnavailable && error.reason === 'notInstalled') return undefined;
      throw error;
    }),
  };
}

function infoOf({ ref, labels, prior, languages }: SentimentModel): SentimentInfo {
  return { ref, labels, prior, languages };
}

/** One task of the text thread: `load` answers what the models are, `read` answers evidence. */
export default async function run(task: TextTask): Promise<TextResult> {
  const { sentiment, otherLanguages } = await models();
  if (task.kind === 'load') {
    return { sentiment: infoOf(sentiment), ...(otherLanguages && { otherLanguages: infoOf(otherLanguages) }) };
  }
  const { transcript } = task;
  const reads = ({ languages }: SentimentModel): boolean =>
    languageSupported(clip(transcript.text), transcript.language, languages);
  return readText(
    transcript,
    otherLanguages && !reads(sentiment) && reads(otherLanguages) ? otherLanguages : sentiment,
  );
}
