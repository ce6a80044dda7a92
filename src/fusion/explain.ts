import { MODALITIES, type Cue, type Evidence, type Modality } from '../emotion/evidence.js';
import type { Decision, Explanation, FusedEmotion } from '../emotion/fused.js';
import type { Emotion, Scores } from '../emotion/scores.js';
import { EN, type Messages, type Relation } from './locale-en.js';
import { ranked } from './prediction-set.js';
import type { Reliability } from './reliability.js';

/** One modality as fusion saw it; reliability and top are null where it says nothing. */
export interface Side {
  readonly evidence: Evidence;
  readonly reliability: Reliability | null;
  readonly top: Emotion | null;
}

/** All that an explanation may be built from. */
export interface Facts {
  readonly decision: Decision;
  readonly scores: Scores;
  readonly sides: Readonly<Record<Modality, Side>>;
  readonly incongruence: FusedEmotion['incongruence'];
  readonly counterfactual: Explanation['counterfactual'];
  /** The transcript, to be quoted. */
  readonly words?: string;
  /** A modality that weighs less says nothing. */
  readonly silentBelow: number;
}

/** Cues named for each modality in the summary. */
const CUES_NAMED = 2;
/** Gates below this are named in the summary; all are listed. */
const GATE_NAMED_BELOW = 0.5;
const QUOTE_CHARS = 60;

/** Cues of the modalities that count, their weights scaled by the reliability, the strongest first. */
export function rankCues(sides: Facts['sides']): Cue[] {
  return MODALITIES.flatMap((modality) => {
    const { evidence, reliability } = sides[modality];
    if (evidence.status === 'unavailable' || !reliability || reliability.weight === 0) return [];
    return evidence.cues.map((cue) => ({ ...cue, weight: cue.weight * reliability.weight }));
  }).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

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
function clauseOf(modality: Modality, facts: Facts, cues: readonly Cue[], messages: Messages): string {
  const { evidence, reliability, top } = facts.sides[modality];
  if (evidence.status === 'unavailable') return messages.unavailable(modality, evidence.reason);
  if (!reads(modality, facts) || top === null) {
    return reliability?.gates[0]?.detail ?? messages.uncounted(modality);
  }
  const reasons = cues
    .filter((cue) => cue.modality === modality && cue.toward === top && cue.weight > 0)
    .slice(0, CUES_NAMED)
    .map((cue) => cue.detail);
  return messages.reads(modality, top, reasons, modality === 'text' ? quotable(facts.words) : undefined);
}

function reads(modality: Modality, { sides, silentBelow }: Facts): boolean {
  return (sides[modality].reliability?.weight ?? 0) >= silentBelow;
}

function bodyOf(facts: Facts, cues: readonly Cue[], messages: Messages): string {
  const { decision, incongruence, sides } = facts;
  const [voice, text] = [clauseOf('voice', facts, cues, messages), clauseOf('text', facts, cues, messages)];
  const reading = MODALITIES.filter((modality) => reads(modality, facts));
  const { label } = decision;
  const unread = label === null || reading.some((modality) => sides[modality].top === label) ? null : label;
  const together = unread ? [messages.together(unread, reading.length)] : [];
  if (reading.length < 2) {
    return messages.list(reading[0] === 'text' ? [text, ...together, voice] : [voice, ...together, text]);
  }
  const agree = sides.voice.top === sides.text.top;
  const relation: Relation = agree ? 'agree' : incongruence.detected ? 'incongruent' : 'differ';
  return messages.list([messages.both(voice, text, relation), ...together]);
}

/** Gates strong enough to be named, one for each modality that still counts (of a silent one the body tells). */
function gatesNamed(facts: Facts): string[] {
  return MODALITIES.flatMap((modality) => {
    const gate = reads(modality, facts) ? facts.sides[modality].reliability?.gates[0] : undefined;
    return gate && gate.factor < GATE_NAMED_BELOW ? [gate.detail] : [];
  });
}

function headlineOf({ decision, scores }: Facts, messages: Messages): string {
  if (decision.label !== null) return messages.decided(decision.label, decision.confidence);
  const reason = decision.abstainReason ?? 'noEvidence';
  const likeliest = reason === 'ambiguous' ? ranked(scores).slice(0, 2) : [];
  return messages.abstained(
    reason,
    likeliest.map((emotion) => [emotion, scores[emotion]]),
  );
}

/** Says why, from the given facts alone: every cue, gate and number in the summary is one of them. */
export function explain(facts: Facts, messages: Messages = EN): Explanation {
  const cues = rankCues(facts.sides);
  return {
    summary: messages.text(headlineOf(facts, messages), bodyOf(facts, cues, messages), gatesNamed(facts)),
    locale: messages.locale,
    cues,
    counterfactual: facts.counterfactual,
    gates: MODALITIES.flatMap((modality) => facts.sides[modality].reliability?.gates.map((gate) => gate.detail) ?? []),
  };
}
