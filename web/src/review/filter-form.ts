import { EMOTIONS, isEmotion } from '../../../src/emotion/scores.js';
import { byId, el } from '../dom.js';
import type { Filters } from './route.js';

/** What is typed counts when the typing rests for so long, ms. */
const TYPING_MS = 400;

/** The filters of the queue, as controls. */
export class FilterForm {
  private readonly form = byId('filters', HTMLFormElement);
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor(onChange: (filters: Filters) => void) {
    this.select('label').append(...EMOTIONS.map((value) => el('option', { value }, value)));
    const tell = (): void => {
      clearTimeout(this.typing);
      onChange(this.read());
    };
    this.form.addEventListener('change', (event) => {
      if (event.target !== this.input('text')) tell();
    });
    this.input('text').addEventListener('input', () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(tell, TYPING_MS);
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      tell();
    });
    byId('filters-clear', HTMLButtonElement).addEventListener('click', () => {
      this.form.reset();
      tell();
    });
  }

  show(filters: Filters): void {
    const { days, label, confidenceBelow, incongruent, alert, revoked, text } = filters;
    this.select('days').value = days === undefined ? '' : String(days);
    this.select('label').value = label ?? '';
    this.select('below').value = confidenceBelow === undefined ? '' : String(confidenceBelow);
    this.input('incongruent').checked = incongruent ?? false;
    this.input('alert').checked = alert ?? false;
    this.input('revoked').checked = revoked ?? false;
    const field = this.input('text');
    if (field.value.trim() !== (text ?? '')) field.value = text ?? '';
  }

  focusSearch(): void {
    this.input('text').focus();
  }

  private read(): Filters {
    const days = Number(this.select('days').value);
    const label = this.select('label').value;
    const below = Number(this.select('below').value);
    const text = this.input('text').value.trim();
    return {
      ...(days > 0 ? { days } : {}),
      ...(isEmotion(label) ? { label } : {}),
      ...(below > 0 ? { confidenceBelow: below } : {}),
      ...(this.input('incongruent').checked ? { incongruent: true } : {}),
      ...(this.input('alert').checked ? { alert: true } : {}),
      ...(this.input('revoked').checked ? { revoked: true } : {}),
      ...(text ? { text } : {}),
    };
  }

  private input(name: string): HTMLInputElement {
    const found = this.form.elements.namedItem(name);
    if (!(found instanceof HTMLInputElement)) throw new Error(`review.html has no filter ${name}`);
    return found;
  }

  private select(name: string): HTMLSelectElement {
    const found = this.form.elements.namedItem(name);
    if (!(found instanceof HTMLSelectElement)) throw new Error(`review.html has no filter ${name}`);
    return found;
  }
}
