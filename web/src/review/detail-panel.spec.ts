import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { parseHTML } from 'linkedom';
import type { TimelineItem } from '../../../src/review/api.js';
import { DetailPanel } from './detail-panel.js';

const result = {
  revision: 2,
  decision: { status: 'decided', label: 'sad', confidence: 0.8 },
  incongruence: { detected: false, score: 0 },
};

/** One utterance whose standing label was given by a model or a person. */
function itemBy(kind: 'model' | 'person'): TimelineItem {
  const place = { utteranceId: `by-${kind}`, startMs: 0, endMs: 1_000, transcript: null };
  return { ...place, result: { ...result, author: { kind, id: 'k1' } } } as unknown as TimelineItem;
}

describe('the keys of one utterance', () => {
  let done: string[];
  let panel: DetailPanel;

  beforeEach(() => {
    const { document, HTMLElement, HTMLButtonElement } = parseHTML(readFileSync('web/review.html', 'utf8'));
    // Lists have no class of their own there.
    Object.assign(globalThis, { document, HTMLElement, HTMLButtonElement, HTMLOListElement: HTMLElement });
    document.getElementById('session')?.removeAttribute('hidden');
    done = [];
    panel = new DetailPanel({
      override: (label) => done.push(label),
      revoke: () => done.push('revoke'),
      undo: () => done.push('undo'),
      restore: (version) => done.push(`restore ${version}`),
      step: (by) => done.push(`step ${by}`),
    });
  });

  it('[RP6] undo what a person did, at once, and never what a model said anew', () => {
    panel.show('s', itemBy('model'), '1 of 2');
    panel.press('u');
    expect(done).toEqual([]);
    panel.show('s', itemBy('person'), '2 of 2');
    panel.press('u');
    expect(done).toEqual(['undo']);
    panel.show('s', itemBy('model'), '1 of 2');
    panel.press('u');
    expect(done).toEqual(['undo']);
  });

  it('[RP6] [RP8] correct and revoke what is shown, and nothing where no utterance is', () => {
    for (const key of ['1', '7', 'r', 'u', '8']) panel.press(key);
    expect(done).toEqual([]);
    panel.show('s', itemBy('model'), '1 of 2');
    for (const key of ['1', '7', 'r', '8']) panel.press(key);
    expect(done).toEqual(['neutral', 'surprised', 'revoke']);
  });
});
