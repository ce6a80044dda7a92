import { unavailable, type Cue, type Evidence, type ModelRef, type Wording } from '../emotion/evidence.js';
import { topOf, type Emotion, type PartialScores } from '../emotion/scores.js';
import type { Transcript } from '../emotion/utterance.js';
import { candidates, cuesOf, pool, poolWording, windowsOf, without, type Reading } from './attribution.js';
import { drawnToPrior } from './label-map.js';
import { isReassurance } from './reassurance.js';
import { audioMsOf } from './word-times.js';
import { clip, languageSupported, normalise, tokenise } from './words.js';

/** What a text model is and knows. */
export interface SentimentInfo {
  readonly ref: ModelRef;
  readonly labels: readonly Emotion[];
  /** The training prior over `labels`. */
  readonly prior: PartialScores;
  /** Primary language subtags that it reads; `*` for any. */
  readonly languages: readonly string[];
}

/** What a model says of one text. */
export interface TextReading {
  /** Its posterior, whether the wording says anything or not. */
  readonly scores: PartialScores;
  /** Absent where the model does not know. */
  readonly wording?: Wording;
}

/** A text model: reads, releases. */
export interface SentimentModel extends SentimentInfo {
  /** One reading a text. It never depends on the others in the batch. */
  classify(texts: readonly string[]): Promise<TextReading[]>;
  release(): Promise<void>;
}

/**
 * Reads the words: scores of the whole text, and the words that made them, by leaving out one at a time. Long texts are
 * read in windows of whole sentences and averaged, those that say more weighing more. The same transcript always gives the same evidence.
 * @param options.cues false where only the scores are wanted: they are the same, at a tenth of the cost.
 */
export async function readText(
  transcript: Transcript,
  model: SentimentModel,
  { cues = true }: { readonly cues?: boolean } = {},
): Promise<Evidence<'text'>> {
  const text = clip(transcript.text);
  const windows = windowsOf(text);
  if (windows.length === 0) return unavailable('text', 'empty');
  if (!languageSupported(text, transcript.language, model.languages)) return unavailable('text', 'unsupportedLanguage');

  const whole = await weighed(
    windows.map(({ start, end }) => normalise(text.slice(start, end))),
    model,
  );
  const readings = windows.map((window, i): Reading => ({ window, ...(whole[i] ?? { scores: model.prior }) }));
  const scores = pool(readings);
  const wording = poolWording(readings);
  const top = topOf(scores);

  return {
    modality: 'text',
    status: 'available',
    scores,
    prior: model.prior,
    ...(wording && { wording }),
    quality: {
      asrConfidence: transcript.confidence,
      contentWords: windows.reduce((sum, window) => sum + window.contentWords, 0),
      languageSupported: true,
    },
    ...(isReassurance(text) ? { reassures: true as const } : {}),
    cues: cues ? timed(cuesOf(await leaveOneOut(text, readings, top, model), scores, top), transcript) : [],
    model: model.ref,
  };
}

/** The cues with when they were said, where the recogniser knows. */
function timed(cues: readonly Cue[], transcript: Transcript): Cue[] {
  return cues.map((cue) => {
    const audioMs = cue.textSpan && audioMsOf(transcript, cue.textSpan);
    return { ...cue, ...(audioMs && { audioMs }) };
  });
}

/** The readings with their scores drawn to the prior as far as the wording says nothing. */
async function weighed(texts: readonly string[], model: SentimentModel): Promise<TextReading[]> {
  const readings = await model.classify(texts);
  return readings.map((reading) => {
    const { scores, wording } = reading;
    return wording ? { scores: drawnToPrior(scores, model.prior, wording.expressiveness), wording } : reading;
  });
}

/** The pooled scores without each word in turn, in one batch. Where nothing is left to read, the model's prior stands. */
async function leaveOneOut(text: string, readings: readonly Reading[], top: Emotion, model: SentimentModel) {
  const asked = candidates(readings, top).map(({ window, token }) => {
    const rest = normalise(without(text, window, token));
    return { window, token, rest: tokenise(rest).length > 0 ? rest : null };
  });
  const read = await weighed(
    asked.flatMap(({ rest }) => rest ?? []),
    model,
  );
  let next = 0;
  return asked.map(({ window, token, rest }) => {
    const reading = (rest === null ? undefined : read[next++]) ?? { scores: model.prior };
    return { token, scores: pool(readings.map((r) => (r.window === window ? { window, ...reading } : r))) };
  });
}
