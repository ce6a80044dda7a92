import { byId, el } from '../dom.js';

/** What is most often the matter; any other reason can be typed. */
const USUAL = ['Wrong by ear', 'Somebody else spoke', 'Not speech', 'The words are wrong', 'Asked for by the person'];

/** Asks why, since a decision without a reason helps nobody later. */
export class ReasonDialog {
  private readonly dialog = byId('reason-dialog', HTMLDialogElement);
  private readonly input = byId('reason', HTMLInputElement);

  constructor() {
    byId('reasons', HTMLDataListElement).replaceChildren(...USUAL.map((value) => el('option', { value })));
  }

  /** Resolves with the reason, or with nothing where the person thought better of it. */
  ask(title: string, action: string): Promise<string | undefined> {
    byId('reason-title', HTMLElement).textContent = title;
    byId('reason-go', HTMLElement).textContent = action;
    this.input.value = '';
    this.dialog.returnValue = '';
    this.dialog.showModal();
    this.input.focus();
    return new Promise((resolve) => {
      this.dialog.addEventListener(
        'close',
        () => {
          const reason = this.input.value.trim();
          resolve(this.dialog.returnValue === 'go' && reason !== '' ? reason : undefined);
        },
        { once: true },
      );
    });
  }
}
