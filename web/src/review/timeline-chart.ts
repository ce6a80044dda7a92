import * as Plot from '@observablehq/plot';
import type { Dimensions } from '../../../src/emotion/scores.js';
import { el } from '../dom.js';
import { clock } from '../words.js';
import { layOut, nearest, type Moment, type Placed } from './moment.js';

type Axis = keyof Dimensions;

const ENDS: Readonly<Record<Axis, readonly [low: string, high: string]>> = {
  valence: ['unpleasant', 'pleasant'],
  arousal: ['calm', 'excited'],
};
const HEIGHT: Readonly<Record<Axis, number>> = { valence: 170, arousal: 104 };
const MARGIN = { left: 76, right: 14 } as const;
const STRIP_HEIGHT = 50;
/** Names are written into stretches of at least so many pixels for each letter. */
const LETTER_PX = 7;

/**
 * A session over time. The further voice (○) and words (□) stand apart, the longer the line between them; the filled dot is
 * what both came to. Below stands how each utterance was labelled.
 */
export class TimelineChart {
  readonly root = el('figure', { class: 'timeline', role: 'img' });
  private moments: readonly Moment[] = [];
  private selected: string | undefined;
  private width = 0;

  constructor(private readonly onSelect: (id: string) => void) {
    new ResizeObserver(([entry]) => {
      const width = Math.floor(entry?.contentRect.width ?? 0);
      if (width === this.width) return;
      this.width = width;
      this.draw();
    }).observe(this.root);
  }

  show(moments: readonly Moment[], selected: string | undefined): void {
    this.moments = moments;
    this.selected = selected;
    this.root.setAttribute('aria-label', summaryOf(moments));
    this.draw();
  }

  private draw(): void {
    if (this.width === 0) return;
    const { by, placed } = layOut(this.moments);
    const domain: [number, number] = [0, Math.max(by === 'order' ? 0.5 : 1, ...placed.map(({ x2 }) => x2))];
    const selected = placed.filter(({ id }) => id === this.selected);
    const x = { domain, axis: null, nice: false } as const;
    const common = {
      width: this.width,
      marginLeft: MARGIN.left,
      marginRight: MARGIN.right,
      color: { type: 'identity' } as const,
    };
    const band = Plot.rect(selected, { x1: 'x1', x2: 'x2', fill: 'var(--chosen)' });
    const panels = (['valence', 'arousal'] as const).map((axis) =>
      Plot.plot({
        ...common,
        height: HEIGHT[axis],
        marginTop: 8,
        marginBottom: 8,
        x,
        y: { domain: [-1, 1], axis: null },
        marks: [band, ...marksOf(axis, placed)],
      }),
    );
    const strip = Plot.plot({
      ...common,
      height: STRIP_HEIGHT,
      marginTop: 2,
      marginBottom: 24,
      x: { ...x, label: null },
      y: { domain: [0, 1], axis: null },
      marks: [band, ...this.stripMarks(by, placed, domain)],
    });
    for (const panel of [...panels, strip]) {
      panel.addEventListener('click', (event) => {
        if (!(event instanceof MouseEvent)) return;
        const at = panel.scale('x')?.invert?.(event.clientX - panel.getBoundingClientRect().left) as number | undefined;
        const hit = at === undefined ? undefined : nearest(placed, at);
        if (hit) this.onSelect(hit.id);
      });
    }
    this.root.replaceChildren(legend(), ...panels, strip);
  }

  private stripMarks(by: 'time' | 'order', placed: readonly Placed[], domain: [number, number]): Plot.Markish[] {
    const pxPerUnit = (this.width - MARGIN.left - MARGIN.right) / (domain[1] - domain[0]);
    const named = placed.filter(({ label, x1, x2 }) => label && (x2 - x1) * pxPerUnit > label.length * LETTER_PX);
    return [
      Plot.text(['label'], {
        text: (d: string) => d,
        frameAnchor: 'left',
        textAnchor: 'end',
        dx: -8,
        fill: 'var(--soft)',
      }),
      Plot.rect(placed, {
        x1: 'x1',
        x2: 'x2',
        y1: 0,
        y2: 1,
        rx: 3,
        inset: 0.5,
        fill: ({ label }: Placed) => (label ? `var(--${label})` : 'var(--track)'),
        stroke: ({ label, incongruent }: Placed) => (incongruent ? 'var(--ink)' : label ? 'none' : 'var(--line)'),
        strokeWidth: 1.5,
        title: 'title',
      }),
      Plot.text(named, { x: 'x', y: 0.5, text: 'label', fill: 'var(--sheet)', fontWeight: 600 }),
      by === 'time'
        ? Plot.axisX({
            ticks: Math.min(8, Math.max(2, Math.floor(this.width / 110))),
            tickFormat: (s: number) => clock(s * 1000).slice(0, -2),
            label: null,
            color: 'var(--soft)',
          })
        : Plot.axisX({
            ticks: placed.map(({ x }) => x).filter((_, i) => i % Math.ceil(placed.length / 12) === 0),
            tickFormat: (n: number) => `#${n}`,
            label: null,
            color: 'var(--soft)',
          }),
    ];
  }
}

function marksOf(axis: Axis, placed: readonly Placed[]): Plot.Markish[] {
  const [low, high] = ENDS[axis];
  const both = placed.filter(({ voice, text }) => voice && text);
  const y = (side: 'fused' | 'voice' | 'text' | 'course') => (one: Placed) => one[side]?.[axis];
  const end = { frameAnchor: 'left', textAnchor: 'end', dx: -8, fill: 'var(--soft)' } as const;
  return [
    Plot.ruleY([-1, 1], { stroke: 'var(--line)', strokeDasharray: '2 4' }),
    Plot.ruleY([0], { stroke: 'var(--line)' }),
    Plot.text([high], { ...end, y: 0.92 }),
    Plot.text([low], { ...end, y: -0.92 }),
    Plot.line(placed, { x: 'x', y: y('course'), stroke: 'var(--soft)', strokeOpacity: 0.5, curve: 'monotone-x' }),
    Plot.ruleX(both, {
      x: 'x',
      y1: y('voice'),
      y2: y('text'),
      stroke: ({ incongruent }: Placed) => (incongruent ? 'var(--ink)' : 'var(--soft)'),
      strokeWidth: 1.5,
      strokeOpacity: 0.8,
    }),
    Plot.dot(placed, {
      x: 'x',
      y: y('text'),
      r: 4,
      symbol: 'square',
      stroke: 'var(--soft)',
      strokeWidth: 1.5,
      fill: 'var(--sheet)',
    }),
    Plot.dot(placed, { x: 'x', y: y('voice'), r: 4, stroke: 'var(--soft)', strokeWidth: 1.5, fill: 'var(--sheet)' }),
    Plot.dot(placed, {
      x: 'x',
      y: y('fused'),
      r: 5,
      fill: ({ label }: Placed) => (label ? `var(--${label})` : 'var(--sheet)'),
      stroke: ({ label }: Placed) => (label ? 'var(--sheet)' : 'var(--soft)'),
      title: 'title',
    }),
  ];
}

function legend(): HTMLElement {
  const item = (shape: string, name: string): HTMLElement => el('span', { class: shape }, name);
  return el(
    'figcaption',
    { 'aria-hidden': 'true' },
    item('voice', 'voice'),
    item('text', 'words'),
    item('fused', 'together'),
  );
}

/** The chart for those who do not see it; the list below it tells each utterance. */
function summaryOf(moments: readonly Moment[]): string {
  const counts = new Map<string, number>();
  for (const { label } of moments) counts.set(label ?? 'not sure', (counts.get(label ?? 'not sure') ?? 0) + 1);
  const told = [...counts].sort((a, b) => b[1] - a[1]).map(([label, times]) => `${times} ${label}`);
  const apart = moments.filter(({ incongruent }) => incongruent).length;
  return `Timeline of ${moments.length} utterances: ${told.join(', ')}; voice and words disagree in ${apart}.`;
}
