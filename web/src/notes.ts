import { byId, el } from './dom.js';

type Kind = 'warning' | 'error';

/** Warnings and errors of the server, readable and dismissible; the same one again only counts up. */
export class Notes {
  private readonly root = byId('notes', HTMLElement);
  private readonly shown = new Map<string, { note: HTMLElement; count: HTMLElement; times: number }>();

  tell(kind: Kind, message: string, detail = ''): void {
    const key = `${kind} ${message} ${detail}`;
    const known = this.shown.get(key);
    if (known) {
      known.times++;
      known.count.textContent = `× ${known.times}`;
      return;
    }
    const count = el('small', {});
    const close = el('button', { type: 'button', class: 'quiet', 'aria-label': 'Dismiss' }, '×');
    const note = el(
      'div',
      { class: `note ${kind}`, role: kind === 'error' ? 'alert' : 'status' },
      el('p', {}, message, ' ', count, ...(detail ? [el('small', { class: 'detail' }, detail)] : [])),
      close,
    );
    close.addEventListener('click', () => {
      note.remove();
      this.shown.delete(key);
    });
    this.root.append(note);
    this.shown.set(key, { note, count, times: 1 });
  }

  clear(): void {
    this.root.replaceChildren();
    this.shown.clear();
  }
}
