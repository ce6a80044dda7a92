import type { AggregateGroup, Aggregates } from '../../../src/review/records-api.js';
import { byId, el } from '../dom.js';
import { percent, signed } from '../words.js';
import { counted, messageOf } from './phrases.js';
import type { RecordsClient } from './records-client.js';
import { ribbonOf, sharesOf } from './ribbon.js';

const DAY_MS = 86_400_000;

/** Many people's labels as numbers, by time or purpose. */
export class FiguresView {
  private readonly form = byId('figures-form', HTMLFormElement);
  private readonly told = byId('figures-told', HTMLElement);
  private readonly list = byId('figures', HTMLOListElement);
  private client: RecordsClient | undefined;
  /** Counts what was asked for, so that a late answer to an earlier question is not shown. */
  private asked = 0;

  constructor() {
    this.form.addEventListener('change', () => void this.load());
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.load();
    });
  }

  open(client: RecordsClient): void {
    this.client = client;
    void this.load();
  }

  private async load(): Promise<void> {
    if (!this.client) return;
    const asked = ++this.asked;
    const { by = 'day', from, to } = Object.fromEntries(new FormData(this.form)) as Record<string, string>;
    try {
      const figures = await this.client.aggregates({
        by: by as Aggregates['by'],
        ...(from ? { from: new Date(from).toISOString() } : {}),
        // The last day is meant as a whole.
        ...(to ? { to: new Date(Date.parse(to) + DAY_MS).toISOString() } : {}),
      });
      if (asked === this.asked) this.show(figures);
    } catch (error) {
      if (asked !== this.asked) return;
      this.list.replaceChildren();
      this.told.textContent = messageOf(error);
    }
  }

  private show({ by, groups, withheld, leastSubjects }: Aggregates): void {
    const rule = `Each person counts once. Of fewer than ${leastSubjects} people nothing is told.`;
    const nothing = groups.length + withheld.length === 0;
    this.told.textContent = nothing ? `No sessions. ${rule}` : rule;
    const rows = [
      ...groups.map((group) => ({ key: group.key, row: groupRow(group, by) })),
      ...withheld.map(({ key, reason }) => ({ key, row: withheldRow(nameOf(key, by), reason) })),
    ];
    // The newest first; purposes by name.
    const way = by === 'purpose' ? 1 : -1;
    rows.sort((a, b) => way * (a.key ?? '').localeCompare(b.key ?? ''));
    this.list.replaceChildren(...rows.map(({ row }) => row));
  }
}

function groupRow(group: AggregateGroup, by: Aggregates['by']): HTMLLIElement {
  const { key, subjects, utterances, labels, abstained, revoked, incongruent, alerts, valence, arousal } = group;
  const shares = sharesOf(labels, abstained);
  const told = shares.map(([label, share]) => `${percent(share)} ${label === 'none' ? 'not sure' : label}`);
  const place =
    valence === null || arousal === null ? [] : [`valence ${signed(valence)}`, `arousal ${signed(arousal)}`];
  const flag = (kind: string, text: string): HTMLElement => el('span', { class: `flag ${kind}` }, text);
  return el(
    'li',
    {},
    el(
      'span',
      { class: 'when' },
      el('strong', {}, nameOf(key, by)),
      el('small', {}, `${subjects} people · ${counted(utterances, 'utterance')}`),
    ),
    el('span', { class: 'mix' }, ribbonOf(shares), el('small', {}, [...told, ...place].join(' · '))),
    el(
      'span',
      { class: 'flags' },
      ...(incongruent > 0 ? [flag('loud', `≠ ${percent(incongruent)}`)] : []),
      ...Object.entries(alerts).map(([rule, share]) => flag('alert', `${rule}: ${percent(share)} of people`)),
      ...(revoked > 0 ? [flag('', `${percent(revoked)} revoked`)] : []),
    ),
  );
}

function withheldRow(name: string, reason: string): HTMLLIElement {
  return el('li', { class: 'withheld' }, el('strong', {}, name), el('small', {}, `withheld: ${reason}`));
}

function nameOf(key: string | null, by: Aggregates['by']): string {
  if (by === 'all') return 'All together';
  if (key === null) return 'Purpose is gone';
  if (by === 'purpose') return key;
  const day = { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  const hour = { ...day, hour: '2-digit', minute: '2-digit' } as const;
  return new Date(key).toLocaleString('en-GB', by === 'hour' ? hour : day);
}
