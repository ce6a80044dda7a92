import type { Modality, UnavailableReason } from '../../src/emotion/evidence.js';
import type { AbstainReason, IncongruenceType } from '../../src/emotion/fused.js';
import type { CloseReason } from '../../src/gateway/protocol.js';

/** What a modality is called. */
export const SIDE: Readonly<Record<Modality, string>> = {
  voice: 'voice',
  text: 'words',
  face: 'face',
  physiology: "body's signals",
  other: 'other model',
};

/** Why one side says nothing, as the rest of a sentence: "no transcript: …". */
export const UNAVAILABLE: Readonly<Record<UnavailableReason, string>> = {
  notProvided: 'none was sent',
  notConsented: 'not part of your consent',
  noSpeech: 'no speech was heard',
  tooShort: 'too little voice to read',
  modelUnavailable: 'its model is not installed',
  implausible: 'the recognised words looked invented and were dropped',
  empty: 'there were no words',
  unsupportedLanguage: 'this language is not supported',
  timeout: 'it took too long',
  failed: 'it failed on the server',
};

export const ABSTAINED: Readonly<Record<AbstainReason, string>> = {
  noEvidence: 'neither voice nor words could be read',
  tooShort: 'too little was said',
  lowQuality: 'the recording is too poor to judge',
  ambiguous: 'several emotions are about equally likely',
  revoked: 'a person said that the label must not stand',
};

export const INCONGRUENT: Readonly<Record<IncongruenceType, string>> = {
  positiveWordsNegativeVoice: 'Pleasant words, unpleasant voice',
  neutralWordsNegativeVoice: 'Neutral words, unpleasant voice',
  negativeWordsPositiveVoice: 'Unpleasant words, pleasant voice',
  neutralWordsPositiveVoice: 'Neutral words, pleasant voice',
  negativeWordsNeutralVoice: 'Unpleasant words, neutral voice',
  positiveWordsNeutralVoice: 'Pleasant words, neutral voice',
  sameValence: 'Different emotions of the same kind',
};

export const CLOSED: Readonly<Record<CloseReason, string>> = {
  ended: 'The session has ended.',
  consentWithdrawn: 'You withdrew your consent. Nothing more is sent or read.',
  idle: 'The session was closed because nothing was sent for a while.',
  sessionLimit: 'The session has reached its longest permitted length.',
  serverShutdown: 'The server is shutting down.',
  disconnected: 'The connection was lost, and the session ended with it.',
};

/** The phrase for a key, or the key itself: a newer server may know more than this page. */
export function phrase(table: Readonly<Record<string, string>>, key: string): string {
  return table[key] ?? key;
}

/** A probability as a person reads it: "61%". */
export function percent(p: number): string {
  return `${Math.round(p * 100)}%`;
}

/** A number with its sign: "−0.42". */
export function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

/** A place in the session: 83 400 ms is "1:23.4". */
export function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const seconds = Math.floor(tenths / 10);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}.${tenths % 10}`;
}

/** A length of time: "4.9 s", "2 min 5 s". */
export function duration(ms: number): string {
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What was left out, readable: `text:modelUnavailable` is "words: its model is not installed". */
export function leftOut(entry: string): string {
  const [side, reason] = entry.split(':');
  if (side === undefined || reason === undefined) return entry;
  return `${phrase(SIDE, side)}: ${phrase(UNAVAILABLE, reason)}`;
}
