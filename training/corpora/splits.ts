import { rngOf, shuffled } from '../common/rng.js';

interface Spoken {
  readonly corpus: string;
  readonly speaker: string;
}

/** Clips of speakers kept for the final figures, and the rest dealt into folds; each list holds whole speakers. */
export interface SpeakerSplit<T> {
  readonly heldOut: readonly T[];
  readonly folds: readonly (readonly T[])[];
}

/** A corpus of fewer speakers than this has none to spare. */
const FEWEST_SPEAKERS = 6;

/**
 * Splits by speaker, corpus by corpus: ⌊share · speakers⌋ of each corpus are held out, at least one where there are enough; the others are dealt into folds
 * one by one, so that each fold sees each corpus. The same seed gives the same split, whatever the order of the clips.
 */
export function splitSpeakers<T extends Spoken>(
  clips: readonly T[],
  options: { readonly heldOutShare: number; readonly folds: number; readonly seed: number },
): SpeakerSplit<T> {
  const heldOut = new Set<string>();
  const foldOf = new Map<string, number>();
  for (const [nth, corpus] of [...new Set(clips.map((c) => c.corpus))].sort().entries()) {
    const speakers = [...new Set(clips.filter((c) => c.corpus === corpus).map((c) => c.speaker))].sort();
    const order = shuffled(speakers, rngOf(options.seed + nth));
    const least = options.heldOutShare > 0 && order.length >= FEWEST_SPEAKERS ? 1 : 0;
    const kept = Math.max(least, Math.floor(options.heldOutShare * order.length));
    order.slice(0, kept).forEach((speaker) => heldOut.add(speaker));
    order.slice(kept).forEach((speaker, i) => foldOf.set(speaker, i % options.folds));
  }
  const split: SpeakerSplit<T> = {
    heldOut: clips.filter((c) => heldOut.has(c.speaker)),
    folds: Array.from({ length: options.folds }, (_, fold) => clips.filter((c) => foldOf.get(c.speaker) === fold)),
  };
  assertDisjoint([split.heldOut, ...split.folds]);
  return split;
}

/** @throws Error naming a speaker who stands on more than one side. */
export function assertDisjoint(sides: readonly (readonly Spoken[])[]): void {
  const sideOf = new Map<string, number>();
  for (const [side, clips] of sides.entries()) {
    for (const { speaker } of clips) {
      const other = sideOf.get(speaker) ?? side;
      if (other !== side) throw new Error(`speaker ${speaker} is on two sides of a split`);
      sideOf.set(speaker, side);
    }
  }
}
