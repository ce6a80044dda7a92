import type { Cue } from '../../src/emotion/evidence.js';
import type { Emotion } from '../../src/emotion/scores.js';

/** A stretch of a transcript; a marked one pulled towards an emotion, `share` (0..1) as far as the strongest did. */
export interface Piece {
  readonly text: string;
  readonly mark?: { readonly toward: Emotion; readonly share: number };
}

/** A word's pull, nats: what of a cue is needed to mark it. */
export type Pull = Pick<Cue, 'textSpan' | 'toward' | 'weight'>;

/** Cuts a transcript at the words that spoke for an emotion. Where two cues claim the same letters the stronger has them. */
export function piecesOf(text: string, cues: readonly Pull[]): readonly Piece[] {
  const spans = cues.flatMap(({ textSpan, toward, weight }) => {
    const valid = textSpan && weight > 0 && textSpan[0] >= 0 && textSpan[0] < textSpan[1] && textSpan[1] <= text.length;
    return valid ? [{ start: textSpan[0], end: textSpan[1], toward, weight }] : [];
  });
  spans.sort((a, b) => b.weight - a.weight);
  const strongest = spans[0]?.weight ?? 1;
  const kept: typeof spans = [];
  for (const span of spans) {
    if (kept.every((other) => span.end <= other.start || span.start >= other.end)) kept.push(span);
  }
  kept.sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let at = 0;
  for (const { start, end, toward, weight } of kept) {
    if (start > at) pieces.push({ text: text.slice(at, start) });
    pieces.push({ text: text.slice(start, end), mark: { toward, share: weight / strongest } });
    at = end;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
