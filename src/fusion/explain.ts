import { entriesOf, isOwn, type Cue, type Modality, type WordedCue } from '../emotion/evidence.js';
import { WITHOUT, type Explanation, type FusedEmotion, type ModalityReading, type WhatIf } from '../emotion/fused.js';
import { EMOTIONS } from '../emotion/scores.js';
import type { Labelling } from './labelling.js';
import { ranked } from './prediction-set.js';
import type { Messages, Relation } from './messages.js';

/** All that an explanation may be built from. Labels are emotions, or those of a profile. */
export interface Facts<L extends string> extends Pick<
  FusedEmotion<L>,
  'decision' | 'scores' | 'predictionSet' | 'coverage' | 'modalities' | 'incongruence'
> {
  /** Ranked, their weights scaled by the reliability. */
  readonly cues: readonly Cue<L>[];
  readonly counterfactual: WhatIf<L>;
  readonly labelOf: Labelling<L>;
  /** The words, fit to be quoted. */
  readonly quote?: string;
  /** A modality that weighs less says nothing. */
  readonly silentBelow: number;
}

/** A modality and what it says. */
type Side<L extends string> = readonly [Modality, ModalityReading<L>];

/** The facts, with every cue and gate in words. */
interface Told<L extends string> extends Facts<L> {
  readonly cues: readonly WordedCue<L>[];
  readonly messages: Messages;
}

/** Cues named for each modality in the summary, and of all in the paragraph. */
const CUES_NAMED = 2;
const CUES_LISTED = 6;
/** Gates below this are named in the summary; all are listed. */
const GATE_NAMED_BELOW = 0.5;
const QUOTE_CHARS = 60;
/** A contribution below this is rounding: such a reading says nothing, of several emotions least of all. Nats. */
const SAID = 1e-6;

/** The transcript as it fits into a sentence: one line, no double quotes, cut at a length. */
export function quotable(words: string | undefined): string | undefined {
  const head = words?.slice(0, 4 * QUOTE_CHARS); // a megabyte of text is not worth a scan
  const line = head
    ?.replace(/["“”]/gu, "'")
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  if (!line) return undefined;
  const chars = Array.from(line);
  return chars.length > QUOTE_CHARS ? `${chars.slice(0, QUOTE_CHARS).join('').trimEnd()}…` : line;
}

/** What one modality reads and by which cues, or why it says nothing. */
function clauseOf<L extends string>([modality, reading]: Side<L>, told: Told<L>): string {
  const { messages, cues, quote } = told;
  const { status, reason, top, gates } = reading;
  if (status === 'unavailable') return messages.unavailable(modality, reason ?? 'notProvided');
  if (!reads(reading, told) || top === null) return gates[0] ? messages.gate(gates[0]) : messages.uncounted(modality);
  const reasons = cues
    .filter((cue) => cue.modality === modality && cue.toward === top && cue.weight > 0)
    .slice(0, CUES_NAMED)
    .map((cue) => cue.detail);
  return messages.reads(modality, labelsOf(reading, told), reasons, modality === 'text' ? quote : undefined);
}

/**
 * What a modality reads: its most probable label, and with it those that it holds to be exactly as likely. A model that knows
 * only pleasant from unpleasant cannot tell angry from sad, and must not seem to.
 */
function labelsOf<L extends string>({ top, contribution }: ModalityReading<L>, { labelOf }: Facts<L>): L[] {
  if (top === null) return [];
  const most = Math.max(...EMOTIONS.filter((e) => labelOf(e) === top).map((e) => contribution[e]));
  const alike = EMOTIONS.filter((e) => contribution[e] === most && most > SAID);
  return [...new Set([top, ...alike.map(labelOf)])];
}

function reads<L extends string>(
  { status, reliability }: ModalityReading<L>,
  { silentBelow }: Pick<Facts<L>, 'silentBelow'>,
): boolean {
  return status === 'available' && reliability >= silentBelow;
}

/** The modalities that say something. */
function readingOf<L extends string>(facts: Facts<L>): Side<L>[] {
  return entriesOf(facts.modalities).filter(([, reading]) => reads(reading, facts));
}

function relationOf<L extends string>(facts: Facts<L>): Relation {
  const { modalities, incongruence } = facts;
  const words = labelsOf(modalities.text, facts);
  if (labelsOf(modalities.voice, facts).some((label) => words.includes(label))) return 'agree';
  return incongruence.detected ? 'incongruent' : 'differ';
}

/** What is read, what that comes to where no modality alone reads the decision, and why the rest says nothing. */
function bodyOf<L extends string>(told: Told<L>): string {
  const { decision, modalities, messages } = told;
  const reading = readingOf(told);
  const { label } = decision;
  const unread =
    label === null || decision.by || reading.some(([, one]) => labelsOf(one, told).includes(label)) ? null : label;
  const together = unread === null ? [] : [messages.together(unread, reading.length)];
  const clauses = reading.map((side) => clauseOf(side, told));
  const paired = reading.filter(([modality]) => isOwn(modality)).length > 1;
  const [voice = '', text = '', ...further] = clauses;
  const read = paired ? [messages.both(voice, text, relationOf(told)), ...further] : clauses;
  const silent = entriesOf(modalities).filter(([, one]) => !reads(one, told));
  return messages.list([...read, ...together, ...silent.map((side) => clauseOf(side, told))]);
}

/** Gates strong enough to be named, one for each modality that still counts (of a silent one the body tells). */
function gatesNamed<L extends string>(told: Told<L>): string[] {
  return readingOf(told).flatMap(([, { gates }]) => {
    const [gate] = gates;
    return gate && gate.factor < GATE_NAMED_BELOW ? [told.messages.gate(gate)] : [];
  });
}

function headlineOf<L extends string>({ decision, scores, messages }: Told<L>): string {
  if (decision.label !== null) {
    return decision.by ? messages.named(decision.label) : messages.decided(decision.label, decision.confidence);
  }
  const reason = decision.abstainReason ?? 'noEvidence';
  const likeliest = reason === 'ambiguous' ? ranked(scores).slice(0, 2) : [];
  return messages.abstained(
    reason,
    likeliest.map((label) => [label, scores[label]]),
  );
}

function shortOf<L extends string>(told: Told<L>): string {
  const { messages } = told;
  const readings = readingOf(told).map(([modality, reading]) => [modality, labelsOf(reading, told)] as const);
  const paired = readings.filter(([modality]) => isOwn(modality)).length > 1;
  return messages.short(headlineOf(told), readings, paired ? relationOf(told) : 'agree');
}

function paragraphOf<L extends string>(told: Told<L>, summary: string, gates: readonly string[]): string {
  const { messages, modalities, cues, counterfactual, predictionSet, coverage } = told;
  const reading = readingOf(told);
  const listed = cues.slice(0, CUES_LISTED);
  const trusted = reading.map(([modality, { reliability }]) => [modality, reliability] as const);
  const alternatives = reading.map(([modality]) =>
    messages.without(modality, counterfactual[WITHOUT[modality]] ?? null),
  );
  const sentences = [
    ...(listed.length > 0 ? [messages.evidence(listed)] : []),
    ...(trusted.length > 0 ? [messages.list([messages.trust(trusted), ...gates])] : []),
    ...(reading.length > 1 ? [messages.list(alternatives)] : []),
    ...counterfactual.tippingPoints.map((point) =>
      messages.tipping(point, modalities[point.modality]?.reliability ?? 0),
    ),
    messages.set(predictionSet, coverage),
  ];
  return messages.paragraph(summary, sentences);
}

/** Says why, from the given facts alone: every cue, gate and number in the texts is one of them. */
export function explain<L extends string>(facts: Facts<L>, messages: Messages): Explanation<L> {
  const cues = facts.cues.map((cue) => ({ ...cue, detail: messages.cue(cue) }));
  const told = { ...facts, cues, messages };
  const gates = entriesOf(facts.modalities).flatMap(([, reading]) => reading.gates.map((gate) => messages.gate(gate)));
  const summary = messages.text(headlineOf(told), bodyOf(told), gatesNamed(told));
  return {
    locale: messages.locale,
    short: shortOf(told),
    summary,
    paragraph: paragraphOf(told, summary, gates),
    ...(facts.quote === undefined ? {} : { quote: facts.quote }),
    cues,
    counterfactual: facts.counterfactual,
    gates,
  };
}
