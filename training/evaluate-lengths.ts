import { readFile } from 'node:fs/promises';
import type { AcousticService } from '../src/audio/acoustic.service.js';
import { findActivity } from '../src/audio/activity.js';
import { extractFeatures } from '../src/audio/features.js';
import { HOP_MS } from '../src/audio/frames.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import { SAMPLE_RATE } from '../src/emotion/utterance.js';
import type { Clip } from './corpora.js';
import { inParallel } from './evaluate-acoustic.js';
import { figuresOf, type Prediction } from './metrics.js';
import { readClip } from './read-clip.js';
import { fixed, type NamedTable } from './report.js';

/** Beginnings that are read, milliseconds from the first speech; the last is the whole clip. */
const CUTS_MS = [300, 500, 700, 1000, 1400, 2000, Infinity];
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
  let done = 0;
  await inParallel(clips, width, async (clip) => {
    const samples = await readClip(await readFile(clip.file));
    const onset = (findActivity(extractFeatures(samples)).from * HOP_MS * SAMPLE_RATE) / 1000;
    for (const cutMs of CUTS_MS) {
      const end = Math.min(samples.length, onset + (cutMs * SAMPLE_RATE) / 1000);
      const beginning = samples.slice(onset, end);
      const endMs = (beginning.length * 1000) / SAMPLE_RATE;
      const utterance = { id: clip.path, startMs: 0, endMs, endReason: 'forced', samples: beginning } as const;
      const { evidence } = await service.read(utterance);
      if (evidence.status === 'available') {
        const { scores } = evidence;
        bins[lineOf(evidence.quality.voicedMs)]?.push({
          truth: EMOTIONS.indexOf(clip.emotion),
          scores: EMOTIONS.map((emotion) => scores[emotion] ?? 0),
        });
      }
      if (end === samples.length) break;
    }
    onProgress(++done);
  });
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
