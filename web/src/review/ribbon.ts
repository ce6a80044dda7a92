import { EMOTIONS, type Emotion } from '../../../src/emotion/scores.js';
import { el } from '../dom.js';

export type Share = readonly [Emotion | 'none', number];

/** How often each label was given, and none; the most frequent first. */
export function sharesOf(labels: Readonly<Partial<Record<Emotion, number>>>, none: number): readonly Share[] {
  const shares: Share[] = EMOTIONS.map((emotion) => [emotion, labels[emotion] ?? 0]);
  return [...shares, ['none', none] as const].filter(([, share]) => share > 0).sort((a, b) => b[1] - a[1]);
}

/** Labels as a ribbon, each as long as it is frequent; the words beside it say the same. */
export function ribbonOf(shares: readonly Share[]): HTMLElement {
  const ribbon = el('span', { class: 'ribbon', 'aria-hidden': 'true' });
  for (const [emotion, share] of shares) {
    const part = el('span', { 'data-emotion': emotion });
    part.style.setProperty('--count', String(share));
    ribbon.append(part);
  }
  return ribbon;
}
