import type { HistoryItem } from '../../../src/review/api.js';
import { byId, el } from '../dom.js';
import { phrase } from '../words.js';
import { authorOf, CAUSE, whenOf } from './phrases.js';

/** Every version of a label with who made it and why, the newest first; any of them can be brought back. */
export class HistoryList {
  private readonly list = byId('history', HTMLOListElement);

  constructor(onRestore: (version: number) => void) {
    this.list.addEventListener('click', (event) => {
      const version = event.target instanceof HTMLElement ? event.target.dataset['version'] : undefined;
      if (version) onRestore(Number(version));
    });
  }

  show(history: readonly HistoryItem[]): void {
    const now = new Date();
    this.list.replaceChildren(...history.toReversed().map((item) => row(item, now)));
  }
}

function row(item: HistoryItem, now: Date): HTMLElement {
  const { revision, decision, cause, reason, restores, createdAt, current, ledger } = item;
  const label = decision.label ?? (decision.abstainReason === 'revoked' ? 'revoked' : 'not sure');
  const did = restores === null ? phrase(CAUSE, cause) : `${phrase(CAUSE, cause)} from version ${restores}`;
  const told = el(
    'span',
    {},
    el('b', { 'data-emotion': decision.label ?? 'none' }, label),
    ` ${did} · ${authorOf(item)} · `,
    el('time', { datetime: createdAt, title: `ledger entry ${ledger.seq}` }, whenOf(createdAt, now)),
  );
  const version = el('span', { class: 'version' }, `v${revision}`);
  const back = current
    ? el('small', {}, 'stands')
    : el(
        'button',
        { type: 'button', 'data-version': String(revision), 'aria-label': `Bring back version ${revision}: ${label}` },
        'Bring back',
      );
  return el('li', {}, version, told, back, ...(reason ? [el('q', { class: 'why-said' }, reason)] : []));
}
