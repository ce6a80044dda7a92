import type { Role } from '../api.js';
import { byId, say } from '../dom.js';
import { FiguresView } from './figures-view.js';
import type { Command } from './keyboard.js';
import { LedgerView } from './ledger-view.js';
import { PersonView } from './person-view.js';
import { RecordsClient } from './records-client.js';
import type { Rest } from './rest.js';
import { RetentionView } from './retention-view.js';
import { messageOf } from './phrases.js';

/** What is known beyond single sessions, for analysts; for administrators also the ledger, retention, and people's requests. */
export class RecordsPage {
  readonly root = byId('records', HTMLElement);
  private readonly told = byId('records-told', HTMLElement);
  private readonly administration = byId('administration', HTMLElement);
  private readonly figures = new FiguresView();
  private readonly ledger = new LedgerView();
  private readonly views = [
    this.ledger,
    new RetentionView(() => void this.ledger.restart()),
    new PersonView(() => void this.ledger.restart()),
  ] as const;

  readonly commands: readonly Command[] = [
    {
      keys: ['v'],
      does: 'verify the ledger',
      run: () => {
        if (!this.administration.hidden) void this.ledger.verify();
      },
    },
    {
      keys: ['q'],
      does: 'back to the queue',
      run: () => {
        byId('records-back', HTMLAnchorElement).click();
      },
    },
  ];

  /** `rest`: with whatever the key may. */
  async open(rest: Rest): Promise<void> {
    this.administration.hidden = true;
    this.root.hidden = false;
    byId('records-title', HTMLElement).focus();
    let role: Role;
    try {
      role = await rest.enter();
    } catch (error) {
      say(this.told, messageOf(error));
      return;
    }
    const client = new RecordsClient(rest);
    this.figures.open(client);
    this.administration.hidden = role !== 'admin';
    say(this.told, role === 'admin' ? '' : 'The ledger, retention and people’s requests need an administrator’s key.');
    if (role === 'admin') for (const view of this.views) view.open(client);
  }

  close(): void {
    this.root.hidden = true;
    this.views[2].clear();
  }
}
