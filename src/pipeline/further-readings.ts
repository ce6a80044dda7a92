import { WireError } from '../common/errors.js';
import { forgetOldest } from '../common/forget-oldest.js';
import {
  FURTHER_MODALITIES,
  type AvailableEvidence,
  type Cue,
  type FurtherEvidence,
  type FurtherModality,
  type Modality,
} from '../emotion/evidence.js';
import { EMOTIONS, type PartialScores } from '../emotion/scores.js';
import type { Utterance } from '../emotion/utterance.js';
import { sharedMs, Waiting, type Span } from './waiting.js';

/** What a client's own model read in a stretch of time. */
export interface ClientReading extends Span {
  readonly modality: FurtherModality;
  /** Sums to 1, as the prior does. */
  readonly scores: PartialScores;
  /** The model's own training prior over the same emotions; even where nobody knows. */
  readonly prior?: PartialScores;
  /** How far the client trusts it, 0..1. */
  readonly reliability: number;
  readonly cues: readonly Omit<Cue, 'modality'>[];
  /** What the client calls its model. */
  readonly model?: string;
}

/** What is told where the time of a reading came and went. */
export const UNMATCHED = {
  code: 'evidenceUnmatched',
  message:
    'Evidence was left out: no utterance shares its time. Times are milliseconds since the first sample of the audio.',
} as const;

/** @throws WireError `consentRequired` where its modality was not asked for with consent, or was withdrawn */
export function assertPermitted(permitted: ReadonlySet<Modality>, { modality }: ClientReading): void {
  if (permitted.has(modality)) return;
  throw new WireError(
    'consentRequired',
    `There is no consent for ${modality} in this session: name it in \`modalities\` and in the consent record.`,
    { param: 'modality' },
  );
}

/** Readings of one modality in one utterance, as one. */
interface Joined {
  readonly evidence: AvailableEvidence<FurtherModality>;
  /** How much of the utterance they cover, and the same times their reliability. */
  readonly ms: number;
  readonly weight: number;
}

type Place = Pick<Utterance, 'id' | 'startMs' | 'endMs'>;

/** Cues of one modality in one utterance. */
const MAX_CUES = 20;
/** A reading that nobody trusts still has scores of its own. */
const LEAST_WEIGHT = 1e-6;

/**
 * Readings of a client's own models: they wait for the utterance whose time they share, and are one for each modality there.
 * Holds what waits, and of the last utterances what has joined them.
 */
export class FurtherReadings {
  private readonly waiting = new Waiting<ClientReading>();
  private readonly joined = new Map<string, Map<FurtherModality, Joined>>();

  /** `remembered`: so many utterances can still be joined. */
  constructor(private readonly remembered: number) {}

  /** How many wait. */
  get size(): number {
    return this.waiting.size;
  }

  add(reading: ClientReading): void {
    this.waiting.add(reading);
  }

  /** What is known of an utterance by now: what waits for it joins it. */
  of(utterance: Place): FurtherEvidence {
    for (const reading of this.waiting.take(utterance)) this.join(utterance, reading);
    const joined = this.joined.get(utterance.id);
    const evidence = FURTHER_MODALITIES.flatMap((modality) => joined?.get(modality)?.evidence ?? []);
    return Object.fromEntries(evidence.map((one) => [one.modality, one]));
  }

  /** Joins what waits to the utterances that `find` names, and says to which something new came. */
  joinLate<U extends { readonly analyzed: { readonly utterance: Place } }>(
    find: (span: Span) => U | undefined,
  ): Map<U, FurtherModality[]> {
    const touched = new Map<U, FurtherModality[]>();
    for (const reading of this.waiting.takeIf((one) => find(one) !== undefined)) {
      const found = find(reading);
      if (!found) continue;
      this.join(found.analyzed.utterance, reading);
      touched.set(found, [...new Set([...(touched.get(found) ?? []), reading.modality])]);
    }
    return touched;
  }

  /** Gives up what ended before, and says whether there was anything. */
  dropStale(beforeMs: number): boolean {
    return this.waiting.takeStale(beforeMs).length > 0;
  }

  /** Consent for it is gone: nothing of it is left. */
  forget(modality: FurtherModality): void {
    this.waiting.takeIf((one) => one.modality === modality);
    for (const joined of this.joined.values()) joined.delete(modality);
  }

  clear(): void {
    this.waiting.clear();
    this.joined.clear();
  }

  private join(utterance: Place, reading: ClientReading): void {
    const mine = this.joined.get(utterance.id) ?? new Map<FurtherModality, Joined>();
    const ms = Math.max(1, sharedMs(reading, utterance));
    const one = { evidence: evidenceOf(reading), ms, weight: ms * Math.max(reading.reliability, LEAST_WEIGHT) };
    const before = mine.get(reading.modality);
    mine.set(reading.modality, before && comparable(before, one) ? meanOf(before, one) : one);
    this.joined.set(utterance.id, mine);
    forgetOldest(this.joined, this.remembered);
  }
}

function evidenceOf(reading: ClientReading): AvailableEvidence<FurtherModality> {
  const { modality, scores, reliability, cues, model = modality } = reading;
  const known = EMOTIONS.filter((e) => scores[e] !== undefined);
  return {
    modality,
    status: 'available',
    scores,
    prior: reading.prior ?? Object.fromEntries(known.map((e) => [e, 1 / known.length])),
    quality: { reliability },
    cues: cues.slice(0, MAX_CUES).map((cue) => ({ modality, ...cue })),
    model: { name: `client/${model}`, sha256: '' },
  };
}

/** Of another model, the later reading stands alone. */
function comparable({ evidence: a }: Joined, { evidence: b }: Joined): boolean {
  return (
    a.model.name === b.model.name && EMOTIONS.every((e) => (a.scores[e] === undefined) === (b.scores[e] === undefined))
  );
}

/**
 * Readings of one model a moment apart are no independent witnesses: together they are their mean, each by its time and its
 * reliability, and not their product.
 */
function meanOf(before: Joined, { evidence, ms, weight }: Joined): Joined {
  const share = weight / (before.weight + weight);
  const mixed = (a: PartialScores, b: PartialScores): PartialScores =>
    Object.fromEntries(
      EMOTIONS.flatMap((e) => (b[e] === undefined ? [] : [[e, (1 - share) * (a[e] ?? 0) + share * b[e]]])),
    );
  const scaled = (cues: readonly Cue[], by: number): Cue[] => cues.map((cue) => ({ ...cue, weight: cue.weight * by }));
  const whole = before.ms + ms;
  return {
    evidence: {
      ...evidence,
      scores: mixed(before.evidence.scores, evidence.scores),
      prior: mixed(before.evidence.prior, evidence.prior),
      quality: {
        reliability: (before.ms * before.evidence.quality.reliability + ms * evidence.quality.reliability) / whole,
      },
      cues: [...scaled(before.evidence.cues, 1 - share), ...scaled(evidence.cues, share)]
        .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight))
        .slice(0, MAX_CUES),
    },
    ms: whole,
    weight: before.weight + weight,
  };
}
