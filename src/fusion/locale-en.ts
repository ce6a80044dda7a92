import { isOwn, type Modality, type OwnModality, type UnavailableReason } from '../emotion/evidence.js';
import type { Phase } from '../emotion/course.js';
import type { AbstainReason } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';
import type { Met } from './alerts.js';
import type { Bounds, Messages } from './messages.js';

const NUMBER = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });
const TENTHS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const SIGMAS = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const WEIGHT = new Intl.NumberFormat('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const PERCENT = new Intl.NumberFormat('en', { style: 'percent' });
const EITHER = new Intl.ListFormat('en', { type: 'disjunction' });

const EMOTION: Readonly<Record<Emotion, string>> = {
  neutral: 'neutral',
  happy: 'happy',
  angry: 'angry',
  sad: 'sad',
  fearful: 'fearful',
  disgust: 'disgusted',
  surprised: 'surprised',
};

/** What a modality is called, how it reads, and whether it is one or many. */
const NAMED: Readonly<Record<Modality, { name: string; reads: string; is: 'is' | 'are' }>> = {
  voice: { name: 'voice', reads: 'sounds', is: 'is' },
  text: { name: 'words', reads: 'read', is: 'are' },
  face: { name: 'face', reads: 'looks', is: 'is' },
  physiology: { name: "body's signals", reads: 'read', is: 'are' },
  other: { name: 'other model', reads: 'reads', is: 'is' },
};
const nameOf = (modality: Modality): string => NAMED[modality].name;

/** What is more or less than usual: "pitch lower", "speech faster". */
const MEASURED: Readonly<Record<string, { subject: string; more: string; less: string }>> = {
  pitchHeight: { subject: 'pitch', more: 'higher', less: 'lower' },
  pitchMovement: { subject: 'pitch movement', more: 'livelier', less: 'flatter' },
  loudness: { subject: 'loudness', more: 'more varied', less: 'more even' },
  tempo: { subject: 'speech', more: 'faster', less: 'slower' },
  voiceQuality: { subject: 'voice', more: 'softer', less: 'tenser' },
  timbre: { subject: 'sound', more: 'brighter', less: 'darker' },
};
const PATTERN = 'the course of the sound from moment to moment';
/** Below this many σ a value is called usual. */
const NOTABLE = 0.5;

const SIGNAL: Readonly<Record<string, (value: number) => string>> = {
  voicedMs: (ms) => `only ${TENTHS.format(ms / 1000)} s of voice`,
  snrDb: (db) => `signal-to-noise ratio ${TENTHS.format(db)} dB`,
  clipping: (share) => `${PERCENT.format(share)} of the samples clipped`,
  asrConfidence: (p) => `recognition confidence ${NUMBER.format(p)}`,
  contentWords: (n) => (n === 0 ? 'no content word' : `${NUMBER.format(n)} content ${n === 1 ? 'word' : 'words'}`),
  languageSupported: () => 'a language the text model does not read',
  reliability: (p) => `its reliability is declared as ${NUMBER.format(p)}`,
};

const UNAVAILABLE: Readonly<Record<UnavailableReason, Readonly<Record<OwnModality, string>>>> = {
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
  revoked: 'a person revoked the label',
};

const capital = (clause: string): string => clause.charAt(0).toUpperCase() + clause.slice(1);
const sentence = (clause: string): string => `${capital(clause)}.`;

/** Never "100%": no reading is certain. */
function percent(probability: number): string {
  return probability > 0.99 ? 'over 99%' : PERCENT.format(probability);
}

/** "−1.8": with a true minus. */
function signed(value: number, format: Intl.NumberFormat): string {
  return `${value < 0 ? '−' : '+'}${format.format(Math.abs(value))}`;
}

const PHASE: Readonly<Record<Phase, string>> = {
  steady: 'the mood was steady',
  escalating: 'unpleasant emotions were growing',
  recovering: 'unpleasant emotions were receding',
};

const plain = (value: number): string => NUMBER.format(value);
const tenths = (value: number): string => TENTHS.format(value);
const axisNumber = (value: number): string => `${value < 0 ? '−' : ''}${NUMBER.format(Math.abs(value))}`;

function bounds({ atLeast, atMost }: Bounds, format: (value: number) => string): string {
  if (atLeast !== undefined && atMost !== undefined) return `between ${format(atLeast)} and ${format(atMost)}`;
  return atLeast === undefined ? `at most ${format(atMost ?? 0)}` : `at least ${format(atLeast)}`;
}

/** The numbers that met a bound, one for each utterance. */
const given = (met: readonly Met[], value: (one: Met) => string): string =>
  met.length > 0 ? ` (${met.map(value).join(', ')})` : '';

/** English; `names` are what a profile's labels are called. */
export function english(names: Readonly<Record<string, string>> = {}): Messages {
  const label = (key: string): string => names[key] ?? (EMOTION as Record<string, string>)[key] ?? key;
  const anyOf = (keys: readonly string[]): string => EITHER.format(keys.map(label));
  return {
    locale: 'en',
    label,
    percent,
    cue({ name, value, unit, quote, detail }) {
      const measured = MEASURED[name];
      if (measured && value !== undefined) {
        const { subject, more, less } = measured;
        const amount = `${signed(value, SIGMAS)} σ`;
        const own = unit === 'speakerSigma';
        if (Math.abs(value) < NOTABLE) return `${subject} about as usual${own ? ' for this speaker' : ''}, ${amount}`;
        return `${subject} ${value > 0 ? more : less} than ${own ? "this speaker's usual" : 'usual'}, ${amount}`;
      }
      if (detail !== undefined) return detail;
      if (quote !== undefined) return `the ${name} “${quote}”`;
      return name === 'pattern' ? PATTERN : name;
    },
    gate({ modality, signal, value, factor }) {
      const degree = factor < 0.01 ? 'not counted' : factor < 0.5 ? 'counted little' : 'counted less';
      const detail = Number.isFinite(value)
        ? (SIGNAL[signal]?.(value) ?? `${signal} ${NUMBER.format(value)}`)
        : `${signal} unknown`;
      return `${nameOf(modality)} ${degree}: ${detail}`;
    },
    reads(modality, read, reasons, quote) {
      const { name, reads } = NAMED[modality];
      const subject = `${modality === 'other' ? 'another model' : `the ${name}`}${quote ? ` “${quote}”` : ''}`;
      const because = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
      return `${subject} ${reads} ${anyOf(read)}${because}`;
    },
    unavailable: (modality, reason) =>
      isOwn(modality)
        ? UNAVAILABLE[reason][modality]
        : `what the client sent of the ${nameOf(modality)} cannot be read`,
    uncounted: (modality) => `the ${nameOf(modality)} ${NAMED[modality].is} not counted`,
    both(voice, text, relation) {
      if (relation === 'agree') return `${voice} and ${text}`;
      return relation === 'differ' ? `${voice}; ${text}` : `${voice} while ${text}; voice and words disagree`;
    },
    list: (clauses) => clauses.join('; '),
    together: (decided, readings) =>
      readings > 1
        ? `taken together they point to ${label(decided)}`
        : `set against how often its model expects each emotion, that points to ${label(decided)}`,
    decided: (decided, confidence) => `${capital(label(decided))} (${percent(confidence)})`,
    named: (named) => `${capital(label(named))}, as a person says`,
    abstained(reason, likeliest) {
      const close = likeliest.map(([one, p]) => `${label(one)} ${percent(p)}`).join(', ');
      return `No decision, ${ABSTAINED[reason]}${close ? ` (${close})` : ''}`;
    },
    text: (headline, body, further) => [`${headline}: ${body}.`, ...further.map(sentence)].join(' '),

    short(headline, readings, relation) {
      const sides = readings.map(([modality, read]) => `${nameOf(modality)} ${anyOf(read)}`).join(', ');
      const disagree = readings.length > 2 ? 'voice and words disagree' : 'they disagree';
      const body = relation === 'incongruent' ? `${sides}; ${disagree}` : sides;
      return body ? `${headline}: ${body}` : headline;
    },
    evidence: (cues) =>
      `evidence in log-odds: ${cues
        .map(({ detail, toward, weight, audioMs, textSpan }) => {
          const time = audioMs ? `, ${audioMs.map((ms) => TENTHS.format(ms / 1000)).join('–')} s` : '';
          const place = textSpan ? `, characters ${textSpan.map((at) => NUMBER.format(at)).join('–')}` : '';
          return `${detail}${time}${place}: ${signed(weight, WEIGHT)} for ${label(toward)}`;
        })
        .join('; ')}`,
    trust: (reliabilities) =>
      `trust: ${reliabilities.map(([modality, weight]) => `${nameOf(modality)} ${NUMBER.format(weight)}`).join(', ')}`,
    without: (modality, outcome) =>
      `without the ${nameOf(modality)}: ${outcome ? `${label(outcome.label)} (${percent(outcome.confidence)})` : 'nothing to go by'}`,
    tipping: ({ modality, reliability, label: other }, now) =>
      `with the ${nameOf(modality)} trusted ${NUMBER.format(reliability)} instead of ${NUMBER.format(now)} it would be ${label(other)}`,
    set: (labels, coverage) => `at ${percent(coverage)} coverage: ${labels.map(label).join(', ')}`,
    rule({ when, utterances }, met) {
      const last = met.at(-1);
      const clauses = [
        ...(when.label === undefined ? [] : [`the answer was ${[when.label].flat().map(label).join(' or ')}`]),
        ...Object.entries(when.score ?? {}).map(
          ([one, limits]) =>
            `${label(one)} was ${bounds(limits, percent)}${given(met, ({ scores }) => percent(scores[one] ?? 0))}`,
        ),
        ...(when.incongruence === undefined ? [] : ['voice and words disagreed']),
        ...(['valence', 'arousal'] as const).flatMap((axis) => {
          const { fallingFor, risingFor, ...limits } = when[axis] ?? {};
          const run = last?.trends[axis][fallingFor === undefined ? 'rising' : 'falling'];
          const verb = fallingFor === undefined ? 'rose' : 'fell';
          const least = fallingFor ?? risingFor;
          const seconds = last && run ? (last.atMs - run.sinceMs) / 1_000 : least;
          const from = last && run ? ` (${axisNumber(run.from)} → ${axisNumber(last.point[axis])})` : '';
          const bounded = limits.atLeast !== undefined || limits.atMost !== undefined;
          return [
            ...(bounded
              ? [`${axis} was ${bounds(limits, axisNumber)}${given(met, ({ point }) => axisNumber(point[axis]))}`]
              : []),
            ...(seconds === undefined || least === undefined
              ? []
              : [`${axis} ${verb} for ${TENTHS.format(seconds)} s${from}`]),
          ];
        }),
        ...(when.phase === undefined ? [] : [PHASE[when.phase]]),
        ...(when.volatility
          ? [
              `the mood swung by ${bounds(when.volatility, plain)}${given(met, ({ point }) => NUMBER.format(point.volatility))}`,
            ]
          : []),
        ...(when.departure
          ? [
              `the mood was ${bounds(when.departure, tenths)} σ from this person's own baseline${given(met, ({ point }) => `${TENTHS.format(point.departure?.sigma ?? 0)} σ`)}`,
            ]
          : []),
      ];
      return `${clauses.join(' and ')}${utterances > 1 ? ` in ${NUMBER.format(utterances)} utterances running` : ''}`;
    },
    paragraph: (text, sentences) => [text, ...sentences.map(sentence)].join(' '),
  };
}
