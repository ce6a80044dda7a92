import { unavailable, type UnavailableEvidence } from '../emotion/evidence.js';
import type { Transcript, Utterance, Word } from '../emotion/utterance.js';
import { extend } from './local-agreement.js';
import { judge, type HeardText } from './plausible.js';
import { areTimes } from './word-times.js';
import { guessLanguage, primarySubtag, tokenise } from './words.js';

/** What a recogniser made of some audio. */
export interface Heard extends HeardText {
  /** BCP 47. */
  readonly language: string;
  /** Times are milliseconds since the start of the audio. */
  readonly words?: readonly Word[];
  /** Of so many characters at the beginning the recogniser is sure; absent where it does not say. */
  readonly sureChars?: number;
}

/** Words, or why there are none. */
export type TranscriptOutcome = Transcript | UnavailableEvidence<'text'>;

/** The client's own words as they came, character for character, so that cues point into the client's copy. */
export function fromClient({ text, language }: NonNullable<Utterance['clientText']>): TranscriptOutcome {
  if (tokenise(text).length === 0) return unavailable('text', 'empty');
  const known = language !== undefined && primarySubtag(language) !== 'und' && language !== 'auto';
  return { text, language: known ? language : guessLanguage(text), confidence: 1, source: 'client' };
}

/** Recognised words, once they are plausible. Word times move to the session's clock. `interim`: the speaker has not ended. */
export function fromRecogniser(heard: Heard, startMs: number, interim = false): TranscriptOutcome {
  const verdict = judge(heard);
  if (!verdict.plausible) return unavailable('text', verdict.reason === 'empty' ? 'empty' : 'implausible');
  const { text, language, confidence, words, sureChars } = heard;
  const timed = (words && areTimes(words) ? words : undefined)?.map((word) => ({
    ...word,
    startMs: startMs + word.startMs,
    endMs: startMs + word.endMs,
  }));
  return {
    text,
    language,
    confidence,
    ...(timed ? { words: timed } : {}),
    ...(interim && sureChars !== undefined ? { sureChars } : {}),
    source: 'whisper',
  };
}

/** A recognised transcript that keeps what was told of it as stable. The times of words that were taken back are nobody's. */
export function beginningWith(stableText: string, transcript: Transcript): Transcript {
  const text = extend(stableText, transcript.text);
  if (text === transcript.text) return transcript;
  const { language, confidence, source } = transcript;
  return { text, language, confidence, source };
}
