import { sha256 } from '../common/model-manifest.js';
import type { AvailableEvidence, ModelRef } from '../emotion/evidence.js';
import { EMOTIONS, type PartialScores } from '../emotion/scores.js';
import type { HeadReading } from './whisper-head.js';

/** What a head does beside the acoustic model: both are heard, or the head alone. */
export const HEAD_MODES = ['join', 'replace'] as const;
export type HeadMode = (typeof HEAD_MODES)[number];

/** What each of two opinions counts. Both hear the same sound, so together they count as one and not as two witnesses. */
const SHARE = 0.5;

/** How both together are called in results: the pair of names, and a hash of the pair of hashes. */
export function refOf(acoustic: ModelRef, head: ModelRef, mode: HeadMode): ModelRef {
  if (mode === 'replace') return head;
  return {
    name: `${acoustic.name}+${head.name}`,
    sha256: sha256(Buffer.from(`${acoustic.sha256}+${head.sha256}`)).slice(0, 12),
  };
}

/**
 * The voice's evidence with a head's opinion in it. How well the voice could be heard is what the acoustic side measured.
 * `join`: logarithmic opinion pool of both at equal shares (Genest & Zidek 1986), each relative to its own prior, over the labels
 * of the acoustic model; its cues stay, at their share. `replace`: the head's scores, and no cues: a head gives none.
 */
export function withHead(
  acoustic: AvailableEvidence<'voice'>,
  reading: HeadReading,
  head: ModelRef,
  mode: HeadMode,
): AvailableEvidence<'voice'> {
  const { modality, status, quality, cues, perceived } = acoustic;
  const model = refOf(acoustic.model, head, mode);
  if (mode === 'replace') return { modality, status, quality, ...reading, cues: [], model };
  return {
    modality,
    status,
    quality,
    scores: pooled(acoustic, reading),
    prior: acoustic.prior,
    ...(perceived && { perceived }),
    cues: cues.map((cue) => ({ ...cue, weight: SHARE * cue.weight })),
    model,
  };
}

/** p ∝ prior · (p₁/π₁)^½ · (p₂/π₂)^½; what the second never learnt it says nothing of. */
function pooled(first: HeadReading, second: HeadReading): PartialScores {
  const labels = EMOTIONS.filter((e) => first.scores[e] !== undefined);
  const both = labels.filter((e) => second.scores[e] !== undefined);
  const ratio = ({ scores, prior }: HeadReading, e: (typeof labels)[number]): number =>
    Math.max(scores[e] ?? 0, FLOOR) / Math.max(prior[e] ?? 0, FLOOR);
  // Its mean by the first one's prior is 1: neither for nor against what it does not know.
  const known = both.reduce((sum, e) => sum + (first.prior[e] ?? 0), 0);
  const mean = both.reduce((sum, e) => sum + (first.prior[e] ?? 0) * ratio(second, e), 0) / known;
  const powers = labels.map((e) => {
    const other = both.includes(e) ? ratio(second, e) / mean : 1;
    return (first.prior[e] ?? 0) * ratio(first, e) ** (1 - SHARE) * other ** SHARE;
  });
  const sum = powers.reduce((a, b) => a + b, 0);
  return Object.fromEntries(labels.map((e, i) => [e, (powers[i] ?? 0) / sum]));
}

/** No opinion is a veto. */
const FLOOR = 1e-6;
