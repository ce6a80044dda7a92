import type { Cue, Modality, UnavailableReason, WordedCue } from '../emotion/evidence.js';
import type { AlertRule } from './alert-rules.js';
import type { Met } from './alerts.js';
import type { AbstainReason, Counterfactual, Gate, Locale, TippingPoint } from '../emotion/fused.js';

/** What the voice and the words have to do with each other, and with the decision. */
export type Relation = 'agree' | 'differ' | 'incongruent';

/** A rule's bounds on one number. */
export interface Bounds {
  readonly atLeast?: number | undefined;
  readonly atMost?: number | undefined;
}

/**
 * Everything an explanation can say, in one language. Clauses come without capital and full stop. Labels are the seven
 * emotions or those of a profile.
 */
export interface Messages {
  readonly locale: Locale;
  label(label: string): string;
  percent(probability: number): string;
  /** "pitch lower than usual, −1.8 σ" */
  cue(cue: Cue<string>): string;
  /** Why a modality weighs less: "words counted little: recognition confidence 0.41". */
  gate(gate: Gate): string;
  /** "the voice sounds sad (pitch lower than usual)"; labels are adjectives, several where it is any of them: "sad or angry" */
  reads(modality: Modality, labels: readonly string[], reasons: readonly string[], quote?: string): string;
  unavailable(modality: Modality, reason: UnavailableReason): string;
  /** A modality that was read but weighs nothing and names no gate. */
  uncounted(modality: Modality): string;
  /** The readings of voice and words side by side. */
  both(voice: string, text: string, relation: Relation): string;
  /** Clauses one after the other. */
  list(clauses: readonly string[]): string;
  /** Added where the decision is what no modality alone reads. */
  together(label: string, readings: number): string;
  decided(label: string, confidence: number): string;
  /** A person decided so. */
  named(label: string): string;
  /** `likeliest` are named where the reason is that they are too close. */
  abstained(reason: AbstainReason, likeliest: readonly (readonly [string, number])[]): string;
  /** Headline, body and further sentences become one text. */
  text(headline: string, body: string, further: readonly string[]): string;

  /** One line: the headline and what each side reads. */
  short(headline: string, readings: readonly (readonly [Modality, readonly string[]])[], relation: Relation): string;

  // For analysts.
  /** Cues with their weights, nats, and where they are. */
  evidence(cues: readonly WordedCue<string>[]): string;
  /** How far each modality was trusted, 0..1. */
  trust(reliabilities: readonly (readonly [Modality, number])[]): string;
  without(modality: Modality, outcome: Counterfactual<string> | null): string;
  /** `now`: the modality's reliability as it is. */
  tipping(point: TippingPoint<string>, now: number): string;
  set(labels: readonly string[], coverage: number): string;
  /** A rule's conditions, and the numbers by which the utterances met them: none where the rule is only told. */
  rule(rule: Pick<AlertRule, 'when' | 'utterances'>, met: readonly Met[]): string;

  /** Sentences one after the other. */
  paragraph(text: string, sentences: readonly string[]): string;
}
