import type { Modality, UnavailableReason } from '../emotion/evidence.js';
import type { AbstainReason } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';

/** What the voice and the words have to do with each other, and with the decision. */
export type Relation = 'agree' | 'differ' | 'incongruent';

/** Everything an explanation can say, in one language. Clauses come without capital and full stop. */
export interface Messages {
  readonly locale: 'en';
  readonly emotion: Readonly<Record<Emotion, string>>;
  percent(probability: number): string;
  /** Why a modality weighs less: the text of a Gate. */
  gate(modality: Modality, signal: string, value: number, factor: number): string;
  /** "the voice sounds sad (pitch lower than usual)" */
  reads(modality: Modality, emotion: Emotion, reasons: readonly string[], quote?: string): string;
  unavailable(modality: Modality, reason: UnavailableReason): string;
  /** A modality that was read but weighs nothing and names no gate. */
  uncounted(modality: Modality): string;
  /** Two readings side by side. */
  both(voice: string, text: string, relation: Relation): string;
  /** Clauses one after the other. */
  list(clauses: readonly string[]): string;
  /** Added where the decision is what no modality alone reads. */
  together(label: Emotion, readings: number): string;
  decided(label: Emotion, confidence: number): string;
  /** `likeliest` are named where the reason is that they are too close. */
  abstained(reason: AbstainReason, likeliest: readonly (readonly [Emotion, number])[]): string;
  /** Headline, body and further sentences become one text. */
  text(headline: string, body: string, further: readonly string[]): string;
}

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const PERCENT = new Intl.NumberFormat('en', { style: 'percent' });

const EMOTION: Readonly<Record<Emotion, string>> = {
  neutral: 'neutral',
  happy: 'happy',
  angry: 'angry',
  sad: 'sad',
  fearful: 'fearful',
  disgust: 'disgusted',
  surprised: 'surprised',
};

const NAME: Readonly<Record<Modality, string>> = { voice: 'voice', text: 'words' };

const SIGNAL: Readonly<Record<string, (value: number) => string>> = {
  voicedMs: (ms) => `only ${TENTHS.format(ms / 1000)} s of voice`,
  snrDb: (db) => `signal-to-noise ratio ${TENTHS.format(db)} dB`,
  clipping: (share) => `${PERCENT.format(share)} of the samples clipped`,
  asrConfidence: (p) => `recognition confidence ${NUMBER.format(p)}`,
  contentWords: (n) => (n === 0 ? 'no content word' : `${NUMBER.format(n)} content ${n === 1 ? 'word' : 'words'}`),
  languageSupported: () => 'a language the text model does not read',
};

const UNAVAILABLE: Readonly<Record<UnavailableReason, Readonly<Record<Modality, string>>>> = {
  notProvided: { voice: 'no voice was sent', text: 'no words were sent' },
  notConsented: { voice: 'there is no consent to read the voice', text: 'there is no consent to read the words' },
  noSpeech: { voice: 'no voice is heard', text: 'there are no words without speech' },
  tooShort: { voice: 'the voice is too short to read', text: 'the words are too few to read' },
  modelUnavailable: { voice: 'the voice model is not installed', text: 'the models for words are not installed' },
  implausible: { voice: 'the voice reading is implausible', text: 'the transcript is implausible and was left out' },
  empty: { voice: 'the audio is empty', text: 'no words were recognised' },
  unsupportedLanguage: {
    voice: 'the voice model does not know this language',
    text: 'the text model does not read this language',
  },
  timeout: { voice: 'the voice was not read in time', text: 'the words were not read in time' },
  failed: { voice: 'reading the voice failed', text: 'reading the words failed' },
};

const ABSTAINED: Readonly<Record<AbstainReason, string>> = {
  noEvidence: 'there is nothing to go by',
  tooShort: 'too little to go by',
  lowQuality: 'the quality is too low',
  ambiguous: 'too ambiguous',
};

const capital = (clause: string): string => clause.charAt(0).toUpperCase() + clause.slice(1);

/** Never "100%": no reading is certain. */
function percent(probability: number): string {
  return probability > 0.99 ? 'over 99%' : PERCENT.format(probability);
}

export const EN: Messages = {
  locale: 'en',
  emotion: EMOTION,
  percent,
  gate(modality, signal, value, factor) {
    const degree = factor < 0.01 ? 'not counted' : factor < 0.5 ? 'counted little' : 'counted less';
    const detail = Number.isNaN(value)
      ? `${signal} unknown`
      : (SIGNAL[signal]?.(value) ?? `${signal} ${NUMBER.format(value)}`);
    return `${NAME[modality]} ${degree}: ${detail}`;
  },
  reads(modality, emotion, reasons, quote) {
    const subject = quote ? `the ${NAME[modality]} “${quote}”` : `the ${NAME[modality]}`;
    const verb = modality === 'voice' ? 'sounds' : 'read';
    const because = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
    return `${subject} ${verb} ${EMOTION[emotion]}${because}`;
  },
  unavailable: (modality, reason) => UNAVAILABLE[reason][modality],
  uncounted: (modality) => `the ${NAME[modality]} ${modality === 'voice' ? 'is' : 'are'} not counted`,
  both(voice, text, relation) {
    if (relation === 'agree') return `${voice} and ${text}`;
    return relation === 'differ' ? `${voice}; ${text}` : `${voice} while ${text}; voice and words disagree`;
  },
  list: (clauses) => clauses.join('; '),
  together: (label, readings) =>
    readings > 1
      ? `taken together they point to ${EMOTION[label]}`
      : `set against how often its model expects each emotion, that points to ${EMOTION[label]}`,
  decided: (label, confidence) => `${capital(EMOTION[label])} (${percent(confidence)})`,
  abstained(reason, likeliest) {
    const close = likeliest.map(([emotion, p]) => `${EMOTION[emotion]} ${percent(p)}`).join(', ');
    return `No decision, ${ABSTAINED[reason]}${close ? ` (${close})` : ''}`;
  },
  text: (headline, body, further) => [`${headline}: ${body}`, ...further.map(capital)].map((s) => `${s}.`).join(' '),
};
