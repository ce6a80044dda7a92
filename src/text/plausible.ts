import { deflateSync } from 'node:zlib';
import { tokenise } from './words.js';

/** What the recogniser made of an utterance, as far as its plausibility goes. */
export interface HeardText {
  readonly text: string;
  /** Length of the audio, milliseconds. */
  readonly durationMs: number;
  /** Geometric mean of the token probabilities, 0..1. */
  readonly confidence: number;
  /** Whisper's probability that nobody spoke, 0..1; null when the model does not say. */
  readonly noSpeech: number | null;
}

export type ImplausibleReason = 'empty' | 'noSpeech' | 'annotation' | 'phantomPhrase' | 'repetition' | 'tooFast';
export type Plausibility =
  { readonly plausible: true } | { readonly plausible: false; readonly reason: ImplausibleReason };

/** Text that deflates better than this repeats itself; Whisper's own threshold (openai/whisper, transcribe.py). */
const MAX_COMPRESSION = 2.4;
/** Whisper's own rule for silence: this sure that nobody spoke, and this unsure of the words (exp of −1 nat). */
const NO_SPEECH = { probability: 0.6, confidence: Math.exp(-1) };
/** The fastest intelligible speech is below 8 words, and below 30 letters, a second. */
const MAX_WORDS_PER_S = 8;
const MAX_LETTERS_PER_S = 30;
/** Shorter audio is counted as this long: one word may well fill a very short utterance. */
const MIN_DURATION_MS = 500;

/** Whole transcripts that Whisper learned from captions and writes when nobody speaks. */
const CAPTIONS = [
  /^(thank you|thanks)( so much| very much)? for (watching|listening|viewing)( (this|the|my) video)?( everyone| guys)?$/,
  /^((please|and|like|share|comment|don't forget to|make sure to|remember to) )*subscribe( (to|for) .{0,40})?$/,
  /^(i'?ll )?see you (in the )?next (time|video|one)( bye( bye)?)?$/,
  /^(subtitles|subtitled|captions|captioned|transcribed|transcription|translated|translation) by\b/,
  /\bamara[. ]org\b/,
  /^(www\.)?[^ ]+\.(com|org|net)$/,
  /^copyright\b|^all rights reserved$/,
  /^(untertitel|sous titres|sottotitoli|subtítulos|legendas|napisy)\b/,
  /^(字幕|请不吝点赞|ご視聴ありがとうございました|시청해주셔서 감사합니다)/,
];
/** People do say these; so does Whisper on silence. They count when the recogniser is sure. */
const DOUBTFUL = new Set([
  'you',
  'thank you',
  'thanks',
  'bye',
  'bye bye',
  'so',
  'okay',
  'hmm',
  'the end',
  'oh',
  'uh',
  'the',
]);
const DOUBTFUL_CONFIDENCE = 0.5;

/**
 * Is this something a person can have said in that time? Whisper invents words on silence and noise; a transcript that
 * fails here is evidence `implausible`, not words.
 */
export function judge(heard: HeardText): Plausibility {
  const reason = reasonAgainst(heard);
  return reason ? { plausible: false, reason } : { plausible: true };
}

function reasonAgainst({ text, durationMs, confidence, noSpeech }: HeardText): ImplausibleReason | undefined {
  const words = tokenise(text).map((token) => token.text.toLowerCase());
  if (words.length === 0) return /[♪♫]|\u{1F3B5}/u.test(text) ? 'annotation' : 'empty';
  if (tokenise(withoutAnnotations(text)).length === 0) return 'annotation';
  if ((noSpeech ?? 0) > NO_SPEECH.probability && confidence < NO_SPEECH.confidence) return 'noSpeech';
  const plain = words.join(' ').replaceAll('’', "'");
  if (CAPTIONS.some((caption) => caption.test(plain))) return 'phantomPhrase';
  if (DOUBTFUL.has(plain) && confidence < DOUBTFUL_CONFIDENCE) return 'phantomPhrase';
  if (compressionRatio(text) > MAX_COMPRESSION || repeats(words)) return 'repetition';
  const seconds = Math.max(durationMs, MIN_DURATION_MS) / 1000;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  if (words.length / seconds > MAX_WORDS_PER_S || letters / seconds > MAX_LETTERS_PER_S) return 'tooFast';
  return undefined;
}

/** "[Music]", "(applause)", "*sighs*", "♪ la la ♪" are captions of sounds. */
function withoutAnnotations(text: string): string {
  return text.replace(/\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|[♪♫][^♪♫]*[♪♫]?/gu, ' ');
}

/** UTF-8 bytes over deflated bytes. */
export function compressionRatio(text: string): number {
  const bytes = Buffer.from(text);
  return bytes.length / deflateSync(bytes).length;
}

/** One word eight times running, or one phrase of two to six words four times running. */
function repeats(words: readonly string[]): boolean {
  for (let length = 1; length <= 6; length++) {
    const needed = (length === 1 ? 8 : 4) * length;
    let same = length;
    for (let i = length; i < words.length; i++) {
      same = words[i] === words[i - length] ? same + 1 : length;
      if (same >= needed) return true;
    }
  }
  return false;
}
