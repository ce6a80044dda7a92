import { FURTHER_MODALITIES, type FurtherEvidence, type OwnModality } from '../../src/emotion/evidence.js';
import type { FusedEmotion } from '../../src/emotion/fused.js';
import type { ToldEvidence } from '../../src/emotion/line-events.js';
import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { el } from './dom.js';
import { percent, phrase, SIDE, UNAVAILABLE } from './words.js';

const NAME: Readonly<Record<OwnModality, string>> = { voice: 'Voice', text: 'Words' };

interface Side {
  readonly head: HTMLElement;
  readonly cells: ReadonlyMap<Emotion, { bar: HTMLElement; value: HTMLElement }>;
}

/**
 * The seven emotions between two rows of bars, voice to the left and words to the right: where the two agree the picture is
 * a mirror image, and where they do not it is lopsided. What a client's own models read stands below, where there is any.
 */
export class EmotionBars {
  readonly root = el('table', { class: 'bars' });
  private readonly sides: Record<OwnModality, Side>;
  private readonly below = el('tbody', { class: 'further' });

  constructor() {
    const rows = new Map(EMOTIONS.map((emotion) => [emotion, el('tr', { 'data-emotion': emotion })]));
    const voice = makeSide('voice');
    for (const [emotion, row] of rows) {
      const cell = voice.cells.get(emotion);
      if (cell) row.append(cell.value, wrap(cell.bar, 'voice'));
      row.append(el('th', { scope: 'row' }, emotion));
    }
    const text = makeSide('text');
    for (const [emotion, row] of rows) {
      const cell = text.cells.get(emotion);
      if (cell) row.append(wrap(cell.bar, 'text'), cell.value);
    }
    this.sides = { voice, text };
    this.root.append(
      el('caption', { class: 'unseen' }, 'How probable each emotion is by the voice alone and by the words alone'),
      el('thead', {}, el('tr', {}, voice.head, el('td'), text.head)),
      el('tbody', {}, ...rows.values()),
      this.below,
    );
  }

  /** The further modalities of a result: what each reads most and how far it is trusted; `evidence` where its scores are known. */
  showFurther({ modalities }: Pick<FusedEmotion, 'modalities'>, evidence: FurtherEvidence = {}): void {
    const rows = FURTHER_MODALITIES.flatMap((modality) => {
      const { top, reliability } = modalities[modality] ?? {};
      if (!top || reliability === undefined) return [];
      const known = evidence[modality];
      const p = known?.status === 'available' ? known.scores[top] : undefined;
      const bar = el('span', { class: 'bar' });
      bar.style.setProperty('--share', String(p ?? 0));
      return [
        el(
          'tr',
          { 'data-emotion': top },
          el('td', { colspan: '2' }, el('b', {}, top), `, trusted ${percent(reliability)}`),
          el('th', { scope: 'row' }, SIDE[modality]),
          el('td', { class: 'track', 'aria-hidden': 'true' }, ...(p === undefined ? [] : [bar])),
          el('td', { class: 'value' }, p === undefined ? '' : percent(p)),
        ),
      ];
    });
    this.below.replaceChildren(...rows);
  }

  /** Shows one side's evidence; `interim` while the utterance is still being spoken. */
  show(modality: OwnModality, evidence: ToldEvidence, interim = false): void {
    const { head, cells } = this.sides[modality];
    const available = evidence.status === 'available';
    const note = available
      ? interim
        ? 'so far'
        : `trusted ${percent(evidence.reliability)}`
      : phrase(UNAVAILABLE, evidence.reason);
    head.replaceChildren(NAME[modality], el('small', {}, note));
    head.dataset['state'] = available ? 'available' : 'unavailable';
    for (const [emotion, { bar, value }] of cells) {
      const p = available ? evidence.scores[emotion] : undefined;
      bar.style.setProperty('--share', String(p ?? 0));
      value.textContent = p === undefined ? '' : percent(p);
      value.classList.toggle('top', available && p === evidence.scores[evidence.top]);
    }
  }
}

function makeSide(modality: OwnModality): Side {
  return {
    head: el('th', { scope: 'col', colspan: '2', class: modality }, NAME[modality], el('small', {}, '…')),
    cells: new Map(
      EMOTIONS.map((emotion) => [emotion, { bar: el('span', { class: 'bar' }), value: el('td', { class: 'value' }) }]),
    ),
  };
}

function wrap(bar: HTMLElement, modality: OwnModality): HTMLElement {
  return el('td', { class: `track ${modality}`, 'aria-hidden': 'true' }, bar);
}
