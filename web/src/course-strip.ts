import type { Alert, TrajectoryPoint } from '../../src/emotion/course.js';
import { byId, el, part } from './dom.js';

const WIDTH = 600;
const HEIGHT = 80;
const SVG = 'http://www.w3.org/2000/svg';
const PHASE: Readonly<Record<string, string>> = {
  steady: 'steady',
  escalating: 'getting worse',
  recovering: 'getting better',
};

/** How the session goes: valence and arousal over time in two lines, the phase in words, and the alerts that stand. */
export class CourseStrip {
  private readonly root = byId('course', HTMLElement);
  private points = new Map<string, TrajectoryPoint>();
  private readonly alerts = new Map<string, HTMLElement>();

  show(changed: readonly TrajectoryPoint[]): void {
    for (const point of changed) this.points.set(point.utteranceId, point);
    const all = [...this.points.values()];
    const [first, last] = [all[0], all.at(-1)];
    if (!first || !last) return;
    this.root.hidden = all.length < 2;
    part(this.root, 'phase').textContent = PHASE[last.phase] ?? last.phase;
    const span = Math.max(1, last.atMs - first.atMs);
    const line = (axis: 'valence' | 'arousal'): SVGElement => {
      const path = document.createElementNS(SVG, 'polyline');
      const places = all.map((p) => `${((p.atMs - first.atMs) / span) * WIDTH},${((1 - p[axis]) / 2) * HEIGHT}`);
      path.setAttribute('points', places.join(' '));
      path.setAttribute('class', axis);
      return path;
    };
    const zero = document.createElementNS(SVG, 'path');
    zero.setAttribute('d', `M0 ${HEIGHT / 2}H${WIDTH}`);
    part(this.root, 'lines').querySelector('svg')?.replaceChildren(zero, line('valence'), line('arousal'));
  }

  alert({ alertId, status, severity, rule, reason, message }: Alert): void {
    this.alerts.get(alertId)?.remove();
    this.alerts.delete(alertId);
    if (status !== 'raised') return;
    const note = el('li', { 'data-severity': severity }, el('b', {}, message ?? rule), ` ${reason}`);
    this.alerts.set(alertId, note);
    part(this.root, 'alerts').append(note);
    this.root.hidden = false;
  }

  clear(): void {
    this.points = new Map();
    this.alerts.clear();
    part(this.root, 'alerts').replaceChildren();
    this.root.hidden = true;
  }
}
