import type { LedgerPage } from '../../../src/review/records-api.js';
import { byId, el, save } from '../dom.js';
import { messageOf, whenOf } from './phrases.js';
import type { RecordsClient } from './records-client.js';

const PAGE = 25;

/** What was done, entry by entry, the proof that nothing of it was changed, and a signed statement to be kept elsewhere. */
export class LedgerView {
  private readonly told = byId('ledger-told', HTMLElement);
  private readonly list = byId('ledger', HTMLOListElement);
  private readonly more = byId('ledger-more', HTMLButtonElement);
  private readonly proof = byId('ledger-verify', HTMLButtonElement);
  private client: RecordsClient | undefined;
  private cursor: string | null = null;

  constructor() {
    this.proof.addEventListener('click', () => void this.verify());
    this.more.addEventListener('click', () => void this.load());
    byId('ledger-checkpoint', HTMLButtonElement).addEventListener('click', () => void this.checkpoint());
  }

  open(client: RecordsClient): void {
    this.client = client;
    this.told.textContent = '';
    void this.restart();
  }

  /** From the newest entry on. */
  async restart(): Promise<void> {
    this.cursor = null;
    await this.load();
  }

  async verify(): Promise<void> {
    await this.tell('Reading every entry …', async (client) => {
      const { intact, head, fault } = await client.verify();
      this.told.classList.toggle('problem', !intact);
      if (fault) return `Broken at entry ${fault.seq}: ${fault.reason}. What comes after proves nothing.`;
      return `The ledger holds: ${head.seq} entries, the last of ${whenOf(head.at, new Date())}.`;
    });
  }

  private async checkpoint(): Promise<void> {
    await this.tell('Reading every entry …', async (client) => {
      const signed = await client.checkpoint();
      save(
        new Blob([`${JSON.stringify(signed)}\n`], { type: 'application/json' }),
        `undertone-checkpoint-${signed.seq}.json`,
      );
      return `Signed as far as entry ${signed.seq}. Keep the file elsewhere: “undertone ledger verify --checkpoint” takes it.`;
    });
  }

  private async load(): Promise<void> {
    const { client, cursor } = this;
    if (!client) return;
    try {
      const page = await client.ledger({ limit: PAGE, ...(cursor === null ? {} : { cursor }) });
      const rows = page.items.map(entryRow);
      if (cursor === null) this.list.replaceChildren(...rows);
      else this.list.append(...rows);
      this.cursor = page.nextCursor;
      this.more.hidden = page.nextCursor === null;
    } catch (error) {
      this.told.textContent = messageOf(error);
    }
  }

  private async tell(meanwhile: string, work: (client: RecordsClient) => Promise<string>): Promise<void> {
    if (!this.client) return;
    this.told.classList.remove('problem');
    this.told.textContent = meanwhile;
    this.told.textContent = await work(this.client).catch(messageOf);
  }
}

function entryRow({ seq, at, kind, body, hash }: LedgerPage['items'][number]): HTMLLIElement {
  const facts = Object.entries(body).map(([name, value]) =>
    el('div', {}, el('dt', {}, name), el('dd', {}, typeof value === 'string' ? value : JSON.stringify(value))),
  );
  return el(
    'li',
    {},
    el(
      'details',
      {},
      el(
        'summary',
        {},
        el('span', { class: 'seq' }, String(seq)),
        el('span', {}, el('b', {}, kind.replace('.', ' ')), ...aboutOf(body)),
        el('small', {}, whenOf(at, new Date())),
      ),
      el('dl', {}, ...facts, el('div', {}, el('dt', {}, 'hash'), el('dd', {}, hash))),
    ),
  );
}

/** What tells entries of one kind apart at a glance. */
function aboutOf(body: Readonly<Record<string, unknown>>): HTMLElement[] {
  return ['label', 'rule', 'modalities'].flatMap((name) => {
    const values = [body[name]].flat().filter((value) => typeof value === 'string');
    return values.length === 0 ? [] : [el('small', {}, ` ${values.join(', ')}`)];
  });
}
