/** Every sample inside the line is mono at this rate, Hz. */
export const SAMPLE_RATE = 16_000;

/** Encodings of a live session's audio. */
export const ENCODINGS = ['pcm_s16le', 'pcm_f32le', 'mulaw', 'webm_opus', 'ogg_opus'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export interface AudioFormat {
  readonly encoding: Encoding;
  /** Hz. A container says its own rate; then this one is not used. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

export type EndReason = 'silence' | 'maxLength' | 'forced' | 'sessionEnd';

/** One recognised word with its place in time, milliseconds since the session's first sample. */
export interface Word {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence?: number;
}

/** What was said. */
export interface Transcript {
  readonly text: string;
  /** BCP 47, or `und` where nobody knows. */
  readonly language: string;
  /** Mean token probability, 0..1; 1 for words the client supplied. */
  readonly confidence: number;
  readonly words?: readonly Word[];
  /** Only while the utterance is still spoken: of so many characters at the beginning the recogniser is sure. */
  readonly sureChars?: number;
  readonly source: 'whisper' | 'client';
}

/** One stretch of speech between pauses, or one typed message: the unit of a final result. */
export interface Utterance {
  readonly id: string;
  /** Milliseconds since the session's first audio sample; a typed message stands where the audio was when it came. */
  readonly startMs: number;
  readonly endMs: number;
  readonly endReason: EndReason;
  /** The client's name for a typed message. */
  readonly ref?: string;
  /** Mono samples in −1..1 at SAMPLE_RATE; absent for a typed message. */
  readonly samples?: Float32Array;
  /** Still being spoken: these are only its first samples. */
  readonly interim?: true;
  /** What was told of its words as stable while it was spoken: Whisper's transcript of the whole begins with it. */
  readonly stableText?: string;
  /** Words the client already has: a typed message or its own transcript. */
  readonly clientText?: { readonly text: string; readonly language?: string };
}
