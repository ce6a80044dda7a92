import type { Dimensions, Emotion, PartialScores } from './scores.js';

/** What the server reads itself: both stand in every result, available or not. */
export const OWN_MODALITIES = ['voice', 'text'] as const;
export type OwnModality = (typeof OWN_MODALITIES)[number];

/** What a client may read with a model of its own: in a result only where it sent some. `other`: another vendor's reading of anything. */
export const FURTHER_MODALITIES = ['face', 'physiology', 'other'] as const;
export type FurtherModality = (typeof FURTHER_MODALITIES)[number];

/** All of them, in the order in which they are added up and told. */
export const MODALITIES = [...OWN_MODALITIES, ...FURTHER_MODALITIES] as const;
export type Modality = (typeof MODALITIES)[number];

/** Something of each modality: of the server's own always, of a further one where there is one. */
export type ByModality<T> = Readonly<Record<OwnModality, T>> & Readonly<Partial<Record<FurtherModality, T>>>;

export const isOwn = (modality: Modality): modality is OwnModality =>
  (OWN_MODALITIES as readonly string[]).includes(modality);

/** The modalities that are there, each with what there is of it, in the order of MODALITIES. */
export function entriesOf<T>(each: ByModality<T>): (readonly [Modality, T])[] {
  return MODALITIES.flatMap((modality) => {
    const value = each[modality];
    return value === undefined ? [] : [[modality, value] as const];
  });
}

/** One reason, as data: a message catalogue puts it into words (`WordedCue`). */
export interface Cue<L extends string = Emotion> {
  readonly modality: Modality;
  /** Stable key: `pitchHeight`, `loudness`, … for the voice, `word` or `emoji` for text; a client's own name for further ones. */
  readonly name: string;
  /** How far from the usual, in `unit`. */
  readonly value?: number;
  /** Standard deviations from what is usual among people, or from this speaker's own usual. */
  readonly unit?: 'sigma' | 'speakerSigma';
  /** The word or emoji itself. */
  readonly quote?: string;
  /** In its source's own words, where no catalogue knows the cue. */
  readonly detail?: string;
  /** The emotion, or a label of a profile. */
  readonly toward: L;
  /** Share of this expert's log-odds for `toward`, in nats; may be negative when it speaks against. */
  readonly weight: number;
  /** Milliseconds since the session's first sample. */
  readonly audioMs?: readonly [number, number];
  /** Character offsets into the transcript, end exclusive. */
  readonly textSpan?: readonly [number, number];
}

/** A cue as a person would say it: "pitch lower than usual, −1.8 σ", "the word “awful”". */
export type WordedCue<L extends string = Emotion> = Cue<L> & { readonly detail: string };

/** What the audio itself says about how far the voice model can be trusted. */
export interface VoiceQuality {
  /** Milliseconds with a voiced pitch. */
  readonly voicedMs: number;
  /** Speech level over the noise floor, dB. */
  readonly snrDb: number;
  /** Share of samples at full scale, 0..1. */
  readonly clipping: number;
}

/** What is known of the words' trustworthiness. */
export interface TextQuality {
  /** Mean token probability of the recogniser, 0..1; 1 for words the client supplied. */
  readonly asrConfidence: number;
  /** Words that carry meaning (letters or emoji; stop words left out). */
  readonly contentWords: number;
  /** Does the text model read this language? */
  readonly languageSupported: boolean;
}

/** All that is known of a client's own model. */
export interface DeclaredQuality {
  /** How far the client trusts this reading, 0..1. */
  readonly reliability: number;
}

export interface Quality extends Readonly<Record<FurtherModality, DeclaredQuality>> {
  readonly voice: VoiceQuality;
  readonly text: TextQuality;
}

/** Why a modality says nothing. An expected outcome, not an error. */
export type UnavailableReason =
  | 'notProvided' // the client sent none of it
  | 'notConsented' // or sent it without consent
  | 'noSpeech' // nothing voiced in the audio
  | 'tooShort' // too little voice to read
  | 'modelUnavailable' // weights are not installed
  | 'implausible' // a transcript that looks invented
  | 'empty' // no words
  | 'unsupportedLanguage'
  | 'timeout'
  | 'failed';

/** What a text model says of the wording beside its emotion. */
export interface Wording {
  /** How far the wording carries emotion at all, 0..1. At 0 it says nothing: the scores are the prior. */
  readonly expressiveness: number;
  /** How pleasant and how excited the words are, learnt from ratings of sentences. */
  readonly dimensions: Dimensions;
}

/**
 * Which model spoke: its name in `models/manifest.json` and the first 12 hex digits of its sha256. Of a client's own the name
 * that the client gives, and no sha256: nobody here has seen it.
 */
export interface ModelRef {
  readonly name: string;
  readonly sha256: string;
}

export interface AvailableEvidence<M extends Modality = Modality> {
  readonly modality: M;
  readonly status: 'available';
  /** Calibrated posterior over the labels the model knows. */
  readonly scores: PartialScores;
  /** The model's own training prior over the same labels. */
  readonly prior: PartialScores;
  /** How people who only listen would name it, share by share: not what was meant but what is heard. Only some voice models know. */
  readonly perceived?: PartialScores;
  /** Only of words, and only some text models know. */
  readonly wording?: Wording;
  readonly quality: Quality[M];
  /** Only of words: the whole wording is a formula which claims that all is well, "I'm fine". */
  readonly reassures?: true;
  readonly cues: readonly Cue[];
  readonly model: ModelRef;
}

export interface UnavailableEvidence<M extends Modality = Modality> {
  readonly modality: M;
  readonly status: 'unavailable';
  readonly reason: UnavailableReason;
}

/** What one modality says of one utterance. */
export type Evidence<M extends Modality = Modality> = AvailableEvidence<M> | UnavailableEvidence<M>;

/** What a client's own models say of one utterance; most have none. */
export type FurtherEvidence = { readonly [M in FurtherModality]?: Evidence<M> };

/** All that is known of one utterance when it is fused. */
export interface EvidenceSet extends FurtherEvidence {
  readonly voice: Evidence<'voice'>;
  readonly text: Evidence<'text'>;
}

/** The further evidence alone, of something that holds more. */
export function furtherOf({ face, physiology, other }: FurtherEvidence): FurtherEvidence {
  return { ...(face && { face }), ...(physiology && { physiology }), ...(other && { other }) };
}

export function unavailable<M extends Modality>(modality: M, reason: UnavailableReason): UnavailableEvidence<M> {
  return { modality, status: 'unavailable', reason };
}
