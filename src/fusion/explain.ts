import { MODALITIES, type Cue, type Modality, type WordedCue } from '../emotion/evidence.js';
import type { Explanation, FusedEmotion, WhatIf } from '../emotion/fused.js';
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
  /** The words, fit to be quoted. */
  readonly quote?: string;
  /** A modality that weighs less says nothing. */
  readonly silentBelow: number;
}

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
function clauseOf<L extends string>(modality: Modality, told: Told<L>): string {
  const { messages, cues, quote } = told;
  const { status, reason, top, gates } = told.modalities[modality];
  if (status === 'unavailable') return messages.unavailable(modality, reason ?? 'notProvided');
  if (!reads(modality, told) || top === null) return gates[0] ? messages.gate(gates[0]) : messages.uncounted(modality);
  const reasons = cues
    .filter((cue) => cue.modality === modality && cue.toward === top && cue.weight > 0)
    .slice(0, CUES_NAMED)
    .map((cue) => cue.detail);
  return messages.reads(modality, top, reasons, modality === 'text' ? quote : undefined);
}

function reads<L extends string>(modality: Modality, { modalities, silentBelow }: Facts<L>): boolean {
  return modalities[modality].status === 'available' && modalities[modality].reliability >= silentBelow;
}

function relationOf<L extends string>({ modalities, incongruence }: Facts<L>): Relation {
  if (modalities.voice.top === modalities.text.top) return 'agree';
  return incongruence.detected ? 'incongruent' : 'differ';
}

function bodyOf<L extends string>(told: Told<L>): string {
  const { decision, modalities, messages } = told;
  const [voice, text] = [clauseOf('voice', told), clauseOf('text', told)];
  const reading = MODALITIES.filter((modality) => reads(modality, told));
  const { label } = decision;
  const unread =
    label === null || decision.by || reading.some((modality) => modalities[modality].top === label) ? null : label;
  const together = unread === null ? [] : [messages.together(unread, reading.length)];
  if (reading.length < 2) {
    return messages.list(reading[0] === 'text' ? [text, ...together, voice] : [voice, ...together, text]);
  }
  return messages.list([messages.both(voice, text, relationOf(told)), ...together]);
}

/** Gates strong enough to be named, one for each modality that still counts (of a silent one the body tells). */
function gatesNamed<L extends string>(told: Told<L>): string[] {
  return MODALITIES.flatMap((modality) => {
    const gate = reads(modality, told) ? told.modalities[modality].gates[0] : undefined;
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
  const { modalities, messages } = told;
  const readings = MODALITIES.flatMap((m) => {
    const { top } = modalities[m];
    return top !== null && reads(m, told) ? [[m, top] as const] : [];
  });
  return messages.short(headlineOf(told), readings, readings.length > 1 ? relationOf(told) : 'agree');
}

function paragraphOf<L extends string>(told: Told<L>, summary: string, gates: readonly string[]): string {
  const { messages, modalities, cues, counterfactual, predictionSet, coverage } = told;
  const { withoutVoice, withoutText, tippingPoints } = counterfactual;
  const reading = MODALITIES.filter((modality) => reads(modality, told));
  const listed = cues.slice(0, CUES_LISTED);
  const trusted = reading.map((m) => [m, modalities[m].reliability] as const);
  const alternatives = [messages.without('voice', withoutVoice), messages.without('text', withoutText)];
  const sentences = [
    ...(listed.length > 0 ? [messages.evidence(listed)] : []),
    ...(trusted.length > 0 ? [messages.list([messages.trust(trusted), ...gates])] : []),
    ...(reading.length > 1 ? [messages.list(alternatives)] : []),
    ...tippingPoints.map((point) => messages.tipping(point, modalities[point.modality].reliability)),
    messages.set(predictionSet, coverage),
  ];
  return messages.paragraph(summary, sentences);
}

/** Says why, from the given facts alone: every cue, gate and number in the texts is one of them. */
export function explain<L extends string>(facts: Facts<L>, messages: Messages): Explanation<L> {
  const cues = facts.cues.map((cue) => ({ ...cue, detail: messages.cue(cue) }));
  const told = { ...facts, cues, messages };
  const gates = MODALITIES.flatMap((modality) => facts.modalities[modality].gates.map((gate) => messages.gate(gate)));
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
