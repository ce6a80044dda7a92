import {
  isOwn,
  unavailable,
  type AvailableEvidence,
  type Cue,
  type Evidence,
  type EvidenceSet,
  type Modality,
  type Quality,
} from '../emotion/evidence.js';
import { EMOTIONS, type Emotion, type PartialScores } from '../emotion/scores.js';
import { UNCALIBRATED } from './config.js';
import { fuse as fuseWith, type FuseOptions } from './fuse.js';

/** Evidence for specs: written by hand, or drawn from a seed. */

/** Fuses with numbers that no calibration changes. */
export function fuse(given: EvidenceSet, options: Partial<FuseOptions> = {}): ReturnType<typeof fuseWith> {
  return fuseWith(given, { config: UNCALIBRATED, ...options });
}

const PERFECT: Quality = {
  voice: { voicedMs: 2000, snrDb: 30, clipping: 0 },
  text: { asrConfidence: 1, contentWords: 6, languageSupported: true },
  face: { reliability: 1 },
  physiology: { reliability: 1 },
  other: { reliability: 1 },
};

/** Fills a few named scores up to 1 with equal shares of the rest. */
export function peaked(named: PartialScores): PartialScores {
  const rest = EMOTIONS.filter((e) => named[e] === undefined);
  const left = 1 - Object.values(named).reduce((sum, p) => sum + p, 0);
  return { ...named, ...Object.fromEntries(rest.map((e) => [e, left / rest.length])) };
}

export const EVEN: PartialScores = peaked({});

export function evidenceOf<M extends Modality>(
  modality: M,
  scores: PartialScores,
  over: Partial<AvailableEvidence<M>> = {},
): AvailableEvidence<M> {
  const quality = PERFECT[modality];
  const model = { name: `${modality}-fixture`, sha256: '0123456789ab' };
  return { modality, status: 'available', scores, prior: EVEN, quality, cues: [], model, ...over };
}

export function voiceOf(
  scores: PartialScores,
  over: Partial<AvailableEvidence<'voice'>> = {},
): AvailableEvidence<'voice'> {
  return evidenceOf('voice', scores, over);
}

export function textOf(
  scores: PartialScores,
  over: Partial<AvailableEvidence<'text'>> = {},
): AvailableEvidence<'text'> {
  return evidenceOf('text', scores, over);
}

export const NO_VOICE = unavailable('voice', 'notProvided');
export const NO_TEXT = unavailable('text', 'notProvided');

export type Random = () => number;

/** mulberry32: uniform numbers in 0..1 that a seed fixes. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const pick = <T>(random: Random, items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;

/** From nearly even to nearly certain, zeros included. */
function distribution(random: Random, over: readonly Emotion[]): PartialScores {
  const sharpness = random() * 12;
  const raw = over.map(() => (random() < 0.05 ? 0 : Math.exp(sharpness * random())));
  const sum = raw.reduce((a, b) => a + b, 0);
  return sum === 0 ? distribution(random, over) : Object.fromEntries(over.map((e, i) => [e, (raw[i] ?? 0) / sum]));
}

/** Any available evidence: models that know five to seven emotions, skewed priors, qualities from useless to perfect. */
export function randomAvailable<M extends Modality>(modality: M, random: Random): AvailableEvidence<M> {
  const known = random() < 0.5 ? EMOTIONS : EMOTIONS.filter(() => random() < 0.85);
  const labels = known.length < 2 ? EMOTIONS : known;
  const declared = { reliability: isOwn(modality) ? 1 : random() };
  const qualities: Quality = {
    voice: { voicedMs: random() * 2500, snrDb: random() * 40 - 8, clipping: random() < 0.6 ? 0 : random() ** 3 },
    text: {
      asrConfidence: random() < 0.3 ? 1 : random(),
      contentWords: Math.floor(random() * 8),
      languageSupported: random() < 0.9,
    },
    face: declared,
    physiology: declared,
    other: declared,
  };
  const cues = Array.from({ length: Math.floor(random() * 5) }, (_, i): Cue => {
    const detail = `cue ${modality} ${String(i)} ${random().toString(36).slice(2, 8)}`;
    return { modality, name: `cue${String(i)}`, detail, toward: pick(random, labels), weight: random() * 4 - 1.5 };
  });
  return evidenceOf(modality, distribution(random, labels), {
    prior: distribution(random, labels),
    quality: qualities[modality],
    cues,
  });
}

/** Any evidence at all: one in six says nothing. */
export function randomEvidence<M extends Modality>(modality: M, random: Random): Evidence<M> {
  return random() < 1 / 6
    ? unavailable(modality, pick(random, ['notProvided', 'noSpeech', 'tooShort', 'timeout', 'implausible']))
    : randomAvailable(modality, random);
}

/** Every number anywhere in a result. */
export function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}
