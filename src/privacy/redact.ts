import {
  FURTHER_MODALITIES,
  type AvailableEvidence,
  type Cue,
  type Evidence,
  type FurtherEvidence,
} from '../emotion/evidence.js';
import type { Transcript, Word } from '../emotion/utterance.js';
import { findPersonal, KINDS, type Found, type Kind } from './redact-rules.js';

/** Something that was taken out of a text: what, where it stood, and where its placeholder stands. */
export interface Removed {
  readonly kind: Kind;
  /** In the original; the end is exclusive. */
  readonly from: readonly [number, number];
  /** In the redacted text. */
  readonly to: readonly [number, number];
}

export interface Redacted {
  readonly text: string;
  readonly removed: readonly Removed[];
}

type Span = readonly [number, number];

/**
 * Takes out what rules can recognise as personal, in English and Chinese, written or read out digit by digit, and leaves
 * `[email]`, `[phone]`, … in its place. Names, and whatever has no form of its own, stay: rules cannot know them.
 */
export function redact(text: string): Redacted {
  const removed: Removed[] = [];
  let [result, last] = ['', 0];
  for (const { kind, start, end } of apart(findPersonal(halfWidth(text)))) {
    result += text.slice(last, start);
    const at = result.length;
    result += `[${kind}]`;
    removed.push({ kind, from: [start, end], to: [at, result.length] });
    last = end;
  }
  return { text: result + text.slice(last), removed };
}

/** Where a stretch of the original text is in the redacted one. What was taken out becomes its whole placeholder. */
export function mapSpan({ removed }: Redacted, [start, end]: Span): [number, number] {
  return [mapStart(removed, start), mapEnd(removed, end)];
}

/** Was any of this stretch of the original taken out? */
export function touches({ removed }: Redacted, [start, end]: Span): boolean {
  return removed.some(({ from }) => from[0] < end && start < from[1]);
}

/** A transcript as it may be stored. Words that were taken out become one, which lasts as long as they did. */
export function redactTranscript(transcript: Transcript): {
  readonly transcript: Transcript;
  readonly redacted: Redacted;
} {
  const redacted = redact(transcript.text);
  if (redacted.removed.length === 0) return { transcript, redacted };
  const { words, ...rest } = transcript;
  return {
    transcript: {
      ...rest,
      text: redacted.text,
      ...(words ? { words: redactWords(words, transcript.text, redacted) } : {}),
    },
    redacted,
  };
}

/** Evidence of words that were redacted: cues point into the redacted text, and quote nothing that was taken out. */
export function redactEvidence(evidence: Evidence<'text'>, redacted: Redacted): Evidence<'text'> {
  if (evidence.status === 'unavailable' || redacted.removed.length === 0) return evidence;
  const cues = evidence.cues.map((cue) => redactCue(cue, redacted));
  return { ...evidence, cues } satisfies AvailableEvidence<'text'>;
}

/** A client's own readings: their cues are its own words, and point into no transcript. */
export function redactFurther(further: FurtherEvidence): {
  readonly evidence: FurtherEvidence;
  /** How much was taken out. */
  readonly removed: number;
} {
  let removed = 0;
  const clean = (text: string): string => {
    const redacted = redact(text);
    removed += redacted.removed.length;
    return redacted.text;
  };
  const evidence = FURTHER_MODALITIES.flatMap((modality): Evidence[] => {
    const one = further[modality];
    if (one?.status !== 'available') return one ? [one] : [];
    const cues = one.cues.map(({ name, detail, ...cue }) => {
      return { ...cue, name: clean(name), ...(detail === undefined ? {} : { detail: clean(detail) }) };
    });
    return [{ ...one, cues }];
  });
  return { evidence: Object.fromEntries(evidence.map((one) => [one.modality, one])), removed };
}

function redactCue(cue: Cue, redacted: Redacted): Cue {
  const { textSpan, quote, detail, ...rest } = cue;
  const span = textSpan && mapSpan(redacted, textSpan);
  const gone = textSpan ? touches(redacted, textSpan) : false;
  const shown = gone && span ? redacted.text.slice(...span) : quote;
  return {
    ...rest,
    ...(span ? { textSpan: span } : {}),
    ...(quote !== undefined && shown !== undefined ? { quote: shown } : {}),
    ...(detail !== undefined ? { detail: gone ? (shown ?? '') : redact(detail).text } : {}),
  };
}

function redactWords(words: readonly Word[], text: string, redacted: Redacted): Word[] {
  const kept: Word[] = [];
  let [at, open]: [number, Removed | undefined] = [0, undefined];
  for (const word of words) {
    const said = word.text.trim();
    const start = text.indexOf(said, at);
    // A word that the text does not have is judged by itself.
    if (start < 0 || said === '') {
      kept.push({ ...word, text: redact(word.text).text });
      continue;
    }
    at = start + said.length;
    const gone = redacted.removed.find(({ from }) => from[0] < at && start < from[1]);
    const last = kept.at(-1);
    if (gone && gone === open && last) kept[kept.length - 1] = { ...last, endMs: word.endMs };
    else if (gone) kept.push({ ...word, text: redacted.text.slice(...mapSpan(redacted, [start, at])) });
    else kept.push(word);
    open = gone;
  }
  return kept;
}

/** What was found, in order and without overlaps: of two the more telling kind stays, and covers both. */
function apart(found: readonly Found[]): Found[] {
  const sorted = found.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start || b.end - a.end);
  const result: Found[] = [];
  for (const one of sorted) {
    const last = result.at(-1);
    if (!last || one.start >= last.end) {
      result.push(one);
      continue;
    }
    const kind = KINDS.indexOf(one.kind) < KINDS.indexOf(last.kind) ? one.kind : last.kind;
    result[result.length - 1] = { kind, start: last.start, end: Math.max(last.end, one.end) };
  }
  return result;
}

function mapStart(removed: readonly Removed[], offset: number): number {
  let shift = 0;
  for (const { from, to } of removed) {
    if (offset < from[0]) break;
    if (offset < from[1]) return to[0];
    shift = to[1] - from[1];
  }
  return offset + shift;
}

function mapEnd(removed: readonly Removed[], offset: number): number {
  let shift = 0;
  for (const { from, to } of removed) {
    if (offset <= from[0]) break;
    if (offset <= from[1]) return to[1];
    shift = to[1] - from[1];
  }
  return offset + shift;
}

/** Full-width letters and digits as their usual forms; every character keeps its place. */
function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0))
    .replace(/\u3000/g, ' ');
}
