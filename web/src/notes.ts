import { byId, el } from './dom.js';

type Kind = 'warning' | 'error';

/** More than this nobody reads; the oldest goes. */
const MAX_SHOWN = 5;

/** Warnings and errors of the server, readable and dismissible; the same one again only counts up. */
export class Notes {
  private readonly root = byId('notes', HTMLElement);
  private readonly shown = new Map<string, { note: HTMLElement; count: HTMLElement; times: number }>();

  tell(kind: Kind, message: string, detail = ''): void {
    const known = this.shown.get(message);
    if (known) {
      known.times++;
      known.count.textContent = `× ${known.times}`;
      return;
    }
    if (this.shown.size === MAX_SHOWN) this.dismiss([...this.shown.keys()][0] ?? '');
    const count = el('small', {});
    const close = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '×');
    const note = el(
      'div',
      { class: `note ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
      el('p', {}, message, ' ', count, ...(detail ? [el('small', { class: 'detail' }, detail)] : [])),
      close,
    );
    close.addEventListener('click', () => {
      this.dismiss(message);
    });
    this.root.append(note);
    this.shown.set(message, { note, count, times: 1 });
  }

  private dismiss(message: string): void {
    this.shown.get(message)?.note.remove();
    this.shown.delete(message);
  }

  clear(): void {
    this.root.replaceChildren();
    this.shown.clear();
  }
}
