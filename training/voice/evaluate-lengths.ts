import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Clip } from '../corpora/corpora.js';
import { beginningsOf, hearChanged } from './hear-changed.js';
import { figuresOf, type Prediction } from '../common/metrics.js';
import { fixed, type NamedTable } from '../common/report.js';

/** Edges of the lines, milliseconds of voice. */
const EDGES_MS = [200, 300, 400, 600, 800, 1100, 1500, 2000];

/** How well beginnings with so much voice are read. */
export interface LengthLine {
  readonly fromMs: number;
  /** Null: whatever is longer. */
  readonly toMs: number | null;
  readonly n: number;
  readonly uar: number;
  readonly accuracy: number;
  readonly ece: number;
  /** UAR above chance as a share of that of the longest line: what the reliability of short speech should be. */
  readonly worth: number;
}

/** Reads the beginnings of each clip, each alone, and gathers them by the voice they hold. */
export async function byVoicedMs(
  clips: readonly Clip[],
  service: Pick<AcousticService, 'read'>,
  width: number,
  onProgress: (done: number) => void,
): Promise<LengthLine[]> {
  const bins = EDGES_MS.map(() => [] as Prediction[]);
  for (const { clip, evidence } of await hearChanged(clips, beginningsOf, service, width, onProgress)) {
    if (evidence.status === 'unavailable') continue;
    const { scores, quality } = evidence;
    bins[lineOf(quality.voicedMs)]?.push({
      truth: EMOTIONS.indexOf(clip.emotion),
      scores: EMOTIONS.map((emotion) => scores[emotion] ?? 0),
    });
  }
  return linesOf(bins);
}

function lineOf(voicedMs: number): number {
  return EDGES_MS.findLastIndex((edge) => voicedMs >= edge);
}

function linesOf(bins: readonly (readonly Prediction[])[]): LengthLine[] {
  const figures = bins.map((bin) => (bin.length > 0 ? figuresOf(bin, EMOTIONS.length) : null));
  const aboveChance = figures.map((f) =>
    f ? Math.max(0, f.uar - 1 / f.perClass.filter((c) => c !== null).length) : 0,
  );
  const most = aboveChance.findLast((x) => x > 0) ?? 1;
  return figures.flatMap((f, i) =>
    f
      ? [
          {
            fromMs: EDGES_MS[i] ?? 0,
            toMs: EDGES_MS[i + 1] ?? null,
            n: f.n,
            uar: f.uar,
            accuracy: f.accuracy,
            ece: f.ece,
            worth: Math.min(1, (aboveChance[i] ?? 0) / most),
          },
        ]
      : [],
  );
}

export function lengthsTable(lines: readonly LengthLine[]): NamedTable {
  return {
    title: 'By milliseconds of voice',
    head: ['voice, ms', 'n', 'UAR', 'accuracy', 'ECE', 'worth'],
    rows: lines.map(({ fromMs, toMs, n, uar, accuracy, ece, worth }) => [
      toMs === null ? `${fromMs} and more` : `${fromMs}–${toMs}`,
      String(n),
      ...[uar, accuracy, ece, worth].map(fixed),
    ]),
  };
}
