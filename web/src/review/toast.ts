import { byId, part } from '../dom.js';

/** Says what was just done, and offers to take it back. */
export class Toast {
  private readonly root = byId('toast', HTMLElement);
  private readonly undo = part(this.root, 'undo');
  private takeBack: (() => void) | undefined;

  constructor() {
    this.undo.addEventListener('click', () => {
      this.takeBack?.();
    });
    part(this.root, 'dismiss').addEventListener('click', () => {
      this.hide();
    });
  }

  show(said: string, takeBack?: () => void): void {
    this.takeBack = takeBack;
    this.undo.hidden = !takeBack;
    // Shown first: a live region tells what changes in it while it is there.
    this.root.hidden = false;
    part(this.root, 'said').textContent = said;
  }

  hide(): void {
    this.root.hidden = true;
    this.takeBack = undefined;
  }
}
