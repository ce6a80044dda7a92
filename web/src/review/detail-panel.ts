import { furtherOf, OWN_MODALITIES, type OwnModality } from '../../../src/emotion/evidence.js';
import type { ToldEvidence } from '../../../src/emotion/line-events.js';
import { EMOTIONS, type Emotion } from '../../../src/emotion/scores.js';
import type { ResultPage, TimelineItem } from '../../../src/review/api.js';
import { byId, el, part, say } from '../dom.js';
import { EmotionBars } from '../emotion-bars.js';
import { confidenceOf, labelOf, markedWords, showClash, showPlace, showReasons, showVerdict } from '../result-parts.js';
import { clock, percent, phrase, SIDE, UNAVAILABLE } from '../words.js';
import { HistoryList } from './history-list.js';

export interface DetailActions {
  override(label: Emotion): void;
  revoke(): void;
  undo(): void;
  restore(version: number): void;
  step(by: 1 | -1): void;
}

/** One utterance in full: what was said, what was made of it and why, who said otherwise, and the means to do so. */
export class DetailPanel {
  readonly root = byId('detail', HTMLElement);
  private readonly bars = new EmotionBars();
  private readonly history: HistoryList;
  private readonly revoke = byId('revoke', HTMLButtonElement);
  private readonly undo = byId('undo', HTMLButtonElement);
  /** Which version of what, so that nothing flickers that is there already. */
  private shown: string | undefined;
  private readonly choices: ReadonlyMap<Emotion, HTMLButtonElement>;

  constructor(actions: DetailActions) {
    part(this.root, 'bars').append(this.bars.root);
    this.choices = new Map(
      EMOTIONS.map((emotion, i) => {
        const key = String(i + 1);
        const button = el('button', { type: 'button', 'data-emotion': emotion, 'aria-keyshortcuts': key });
        button.append(el('kbd', { 'aria-hidden': 'true' }, key), ` ${emotion}`);
        button.addEventListener('click', () => {
          actions.override(emotion);
        });
        return [emotion, button];
      }),
    );
    byId('choices', HTMLElement).append(...this.choices.values());
    this.revoke.addEventListener('click', () => {
      actions.revoke();
    });
    this.undo.addEventListener('click', () => {
      actions.undo();
    });
    byId('previous', HTMLButtonElement).addEventListener('click', () => {
      actions.step(-1);
    });
    byId('next', HTMLButtonElement).addEventListener('click', () => {
      actions.step(1);
    });
    this.history = new HistoryList((version) => {
      actions.restore(version);
    });
  }

  hide(): void {
    this.root.hidden = true;
    this.shown = undefined;
  }

  /** As a click on the button that names this key; one that is not shown does nothing. */
  press(key: string): void {
    const button = this.root.querySelector<HTMLButtonElement>(`[aria-keyshortcuts="${key}"]`);
    if (button && !button.closest('[hidden]')) button.click();
  }

  /** What the timeline knows, at once; the rest comes with `complete`. */
  show(session: string, item: TimelineItem, place: string): void {
    const { utteranceId, startMs, endMs, transcript, result } = item;
    this.part('place').textContent = place;
    const shown = `${session} ${utteranceId} ${result.revision}`;
    if (shown === this.shown) return;
    this.shown = shown;
    const span = endMs > startMs ? `${clock(startMs)} – ${clock(endMs)}` : clock(startMs);
    this.part('time').textContent = span;
    const source = transcript?.source === 'client' ? 'typed' : 'spoken';
    this.part('kind').textContent = transcript ? `${source} · ${transcript.language}` : source;
    this.part('words').lang = transcript?.language ?? '';
    say(this.part('words'), transcript?.text ?? '');
    const reason = phrase(UNAVAILABLE, result.text?.reason ?? 'notProvided');
    say(this.part('no-words'), transcript ? '' : `No transcript: ${reason}.`);
    this.root.dataset['emotion'] = result.decision.label ?? 'none';
    this.part('label').textContent = labelOf(result.decision);
    this.part('confidence').textContent = confidenceOf(result.decision);
    showClash(this.root, result.incongruence);
    // What a model said anew is no step of a person: before it lies what no longer holds.
    this.undo.hidden = result.author.kind !== 'person';
    this.root.setAttribute('aria-busy', 'true');
    this.root.hidden = false;
  }

  complete({ fused, voice, text, transcript, words, history, ...rest }: ResultPage): void {
    this.root.removeAttribute('aria-busy');
    const standing = history.find(({ current }) => current);
    const label = standing?.decision.label ?? null;
    for (const [emotion, button] of this.choices) button.setAttribute('aria-pressed', String(emotion === label));
    const open = fused !== null;
    for (const button of [...this.choices.values(), this.revoke]) button.disabled = !open;
    this.revoke.disabled ||= standing?.decision.abstainReason === 'revoked';
    this.history.show(history);
    for (const name of ['summary', 'bars', 'more', 'foot', 'set']) this.part(name).hidden = !open;
    if (!fused) {
      this.part('why').hidden = true;
      say(this.part('summary'), 'Words, cues and scores of this utterance are gone. How it was labelled is left.');
      return;
    }
    const { explanation } = fused;
    this.part('summary').lang = explanation.locale;
    this.part('why').lang = explanation.locale;
    this.part('more').lang = explanation.locale;
    showVerdict(this.root, fused);
    showClash(this.root, fused.incongruence);
    say(this.part('summary'), explanation.summary);
    showReasons(this.root, explanation);
    const said = words ?? transcript?.text;
    if (said) this.part('words').replaceChildren(...markedWords(said, explanation.cues));
    for (const modality of OWN_MODALITIES) {
      this.bars.show(modality, toldOf(modality, modality === 'voice' ? voice : text, fused));
    }
    this.bars.showFurther(fused, furtherOf(rest));
    this.part('paragraph').textContent = explanation.paragraph;
    const { tippingPoints } = explanation.counterfactual;
    this.part('tipping').replaceChildren(
      ...tippingPoints.map(({ modality, reliability, label: instead }) =>
        el('li', {}, `Were the ${SIDE[modality]} trusted ${percent(reliability)}, it would be ${instead}.`),
      ),
    );
    showPlace(this.root, fused);
  }

  private part(name: string): HTMLElement {
    return part(this.root, name);
  }
}

/** A modality's evidence as the bars take it. */
function toldOf(
  modality: OwnModality,
  evidence: ResultPage['voice'] | ResultPage['text'],
  { modalities }: NonNullable<ResultPage['fused']>,
): ToldEvidence {
  const { top, reliability } = modalities[modality];
  if (evidence?.status !== 'available' || top === null) {
    return { status: 'unavailable', reason: evidence?.status === 'unavailable' ? evidence.reason : 'notProvided' };
  }
  return { status: 'available', scores: evidence.scores, reliability, top, cues: [] };
}
