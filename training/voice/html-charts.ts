import * as Plot from '@observablehq/plot';
import type { AcousticReport, Calibration, CoveragePoint, GroupLine } from './report.js';

/** Wide enough for a desk's half page, narrow enough that a telephone need not shrink it much. */
const WIDTH = 460;
const SIDES = { width: WIDTH, marginLeft: 48, marginRight: 16 } as const;
/** What the two figures look like in every chart. */
export const FIGURE_COLOURS = { UAR: 'var(--accent)', accuracy: 'var(--second)' } as const;
const COLOR = { type: 'ordinal', domain: Object.keys(FIGURE_COLOURS), range: Object.values(FIGURE_COLOURS) } as const;
/** A smaller group's dot is not drawn smaller than this many pixels, a bin's none larger. */
const DOT = { least: 2.5, most: 16 } as const;

/** Each cell with its count and its share of what was meant; the darker the more. */
export function confusionChart({ labels, counts }: AcousticReport['confusion']): Plot.PlotOptions {
  const cells = labels.flatMap((truth, t) => {
    const row = counts[t] ?? [];
    const total = row.reduce((a, b) => a + b, 0);
    return labels.map((predicted, p) => ({
      truth,
      predicted,
      n: row[p] ?? 0,
      share: total > 0 ? (row[p] ?? 0) / total : 0,
    }));
  });
  type Cell = (typeof cells)[number];
  const ink = ({ share }: Cell): string => (share > 0.55 ? 'var(--sheet)' : 'var(--ink)');
  const place = { x: 'predicted', y: 'truth' } as const;
  return {
    width: WIDTH,
    height: 380,
    marginLeft: 62,
    marginRight: 4,
    marginTop: 26,
    marginBottom: 4,
    padding: 0.03,
    x: { domain: [...labels], axis: 'top', label: null, tickSize: 0 },
    y: { domain: [...labels], label: null, tickSize: 0 },
    marks: [
      Plot.cell(cells, { ...place, fill: 'var(--track)', rx: 3 }),
      Plot.cell(cells, { ...place, fill: 'var(--accent)', fillOpacity: ({ share }: Cell) => share, rx: 3 }),
      Plot.text(cells, {
        ...place,
        text: ({ share }: Cell) => `${Math.round(100 * share)} %`,
        fill: ink,
        fontSize: 12,
        fontWeight: 600,
        dy: -6,
      }),
      Plot.text(cells, { ...place, text: ({ n }: Cell) => String(n), fill: ink, fillOpacity: 0.75, dy: 9 }),
    ],
    opacity: { type: 'identity' },
  };
}

/** How often it was right against how sure it was; on the diagonal the two are the same. */
export function calibrationChart({ bins }: Calibration): Plot.PlotOptions {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  const dots = bins.flatMap(({ count, confidence, accuracy }) =>
    confidence === null || accuracy === null ? [] : [{ confidence, accuracy, share: count / total }],
  );
  return {
    ...SIDES,
    height: 340,
    marginBottom: 40,
    x: { domain: [0, 1], tickFormat: '.0%', ticks: 5, label: 'how sure it was (mean of the bin)' },
    y: { domain: [0, 1], tickFormat: '.0%', ticks: 5, label: 'how often it was right', grid: true },
    r: { type: 'identity' },
    marks: [
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        { stroke: 'var(--soft)', strokeDasharray: '3,4' },
      ),
      Plot.ruleX(dots, {
        x: 'confidence',
        y1: 'confidence',
        y2: 'accuracy',
        stroke: 'var(--danger)',
        strokeOpacity: 0.7,
      }),
      Plot.line(dots, { x: 'confidence', y: 'accuracy', stroke: 'var(--accent)', strokeOpacity: 0.5 }),
      Plot.dot(dots, {
        x: 'confidence',
        y: 'accuracy',
        fill: 'var(--accent)',
        fillOpacity: 0.85,
        r: ({ share }: (typeof dots)[number]) => Math.max(DOT.least, DOT.most * Math.sqrt(share / 0.35)),
      }),
    ],
  };
}

/** How right the answers are when only the surest share is answered. */
export function coverageChart({ curve, at }: AcousticReport['riskCoverage']): Plot.PlotOptions {
  const long = (points: readonly CoveragePoint[]): { coverage: number; figure: string; value: number }[] =>
    points.flatMap(({ coverage, accuracy, uar }) => [
      { coverage, figure: 'accuracy', value: accuracy },
      { coverage, figure: 'UAR', value: uar },
    ]);
  const place = { x: 'coverage', y: 'value' } as const;
  return {
    ...SIDES,
    height: 280,
    marginBottom: 40,
    x: { domain: [0, 1], tickFormat: '.0%', ticks: 5, label: 'share of the clips that is answered, the surest first' },
    y: { domain: lowerBound(curve.flatMap(({ accuracy, uar }) => [accuracy, uar])), label: null, grid: true },
    color: COLOR,
    marks: [
      Plot.line(long(curve), { ...place, stroke: 'figure', strokeWidth: 2 }),
      Plot.dot(long(at), { ...place, fill: 'figure', r: 3.5 }),
    ],
  };
}

/** UAR and accuracy of each group, one line a group. */
export function groupChart(lines: readonly GroupLine[]): Plot.PlotOptions {
  return dotChart(lines.map(({ name, uar, accuracy }) => ({ name, uar, accuracy })));
}

export function robustnessChart(lines: AcousticReport['robustness']): Plot.PlotOptions {
  return dotChart(lines.map(({ condition, uar, accuracy }) => ({ name: condition, uar, accuracy })));
}

interface DotLine {
  readonly name: string;
  readonly uar: number;
  readonly accuracy: number;
}

function dotChart(lines: readonly DotLine[]): Plot.PlotOptions {
  const dots = lines.flatMap(({ name, uar, accuracy }) => [
    { name, figure: 'UAR', value: uar },
    { name, figure: 'accuracy', value: accuracy },
  ]);
  return {
    width: WIDTH,
    height: 40 + 28 * lines.length,
    marginLeft: Math.min(150, 20 + 7 * Math.max(...lines.map(({ name }) => name.length))),
    marginRight: 16,
    marginTop: 6,
    marginBottom: 28,
    x: { domain: [0, 1], ticks: 5, label: null, grid: true },
    y: { domain: lines.map(({ name }) => name), label: null, tickSize: 0 },
    color: COLOR,
    marks: [
      Plot.ruleY(lines, { y: 'name', x1: 'uar', x2: 'accuracy', stroke: 'var(--line)', strokeWidth: 2 }),
      Plot.dot(dots, { x: 'value', y: 'name', fill: 'figure', r: 5 }),
    ],
  };
}

/** A dot for each speaker, by corpus; the line is the mean of the corpus' speakers. */
export function speakerChart(lines: readonly GroupLine[]): Plot.PlotOptions {
  const dots = lines.map(({ name, uar }) => ({
    name,
    uar,
    corpus: name.includes('/') ? name.slice(0, name.indexOf('/')) : '',
  }));
  const corpora = [...new Set(dots.map(({ corpus }) => corpus))];
  const means = corpora.map((corpus) => {
    const own = dots.filter((dot) => dot.corpus === corpus);
    return { corpus, uar: own.reduce((sum, { uar }) => sum + uar, 0) / own.length };
  });
  return {
    width: 2 * WIDTH,
    height: 46 + 84 * corpora.length,
    marginLeft: Math.min(150, 24 + 7 * Math.max(...corpora.map((name) => name.length))),
    marginRight: 16,
    marginBottom: 40,
    x: { domain: lowerBound(dots.map(({ uar }) => uar)), label: 'UAR of a speaker', grid: true },
    fy: { domain: corpora, label: null, axis: 'left' },
    marks: [
      Plot.ruleX(means, { x: 'uar', fy: 'corpus', stroke: 'var(--second)', strokeWidth: 2 }),
      Plot.dot(
        dots,
        Plot.dodgeY('middle', {
          x: 'uar',
          fy: 'corpus',
          r: 4.5,
          fill: 'var(--accent)',
          fillOpacity: 0.8,
          title: 'name',
        }),
      ),
    ],
  };
}

/** From the tenth below the least of some shares to 1. */
function lowerBound(values: readonly number[]): [number, number] {
  const least = Math.min(1, ...values.filter(Number.isFinite));
  return [Math.max(0, Math.floor(least * 10 - 0.5) / 10), 1];
}
