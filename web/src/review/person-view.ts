import { byId, save } from '../dom.js';
import { counted, messageOf } from './phrases.js';
import type { RecordsClient } from './records-client.js';

/** What a person may ask of what is kept of them: all of it, or that it be destroyed. */
export class PersonView {
  private readonly ref = byId('person-ref', HTMLInputElement);
  private readonly told = byId('person-told', HTMLElement);
  private readonly dialog = byId('erase-dialog', HTMLDialogElement);
  private client: RecordsClient | undefined;

  /** `onDone`: something was written to the ledger. */
  constructor(private readonly onDone: () => void) {
    byId('person', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      const asked = event.submitter instanceof HTMLButtonElement ? event.submitter.value : 'archive';
      void this.answer(asked === 'erase' ? 'erase' : 'archive', this.ref.value.trim());
    });
  }

  open(client: RecordsClient): void {
    this.client = client;
    this.clear();
  }

  /** Whom it was about does not stay on the page. */
  clear(): void {
    this.ref.value = this.told.textContent = '';
  }

  private async answer(asked: 'archive' | 'erase', ref: string): Promise<void> {
    const { client } = this;
    if (!client || (asked === 'erase' && !(await this.isSure(ref)))) return;
    this.told.textContent = await (asked === 'erase' ? erased(client, ref) : archived(client, ref)).catch(messageOf);
    this.onDone();
  }

  private isSure(ref: string): Promise<boolean> {
    byId('erase-who', HTMLElement).textContent = ref;
    this.dialog.returnValue = '';
    this.dialog.showModal();
    return new Promise((resolve) => {
      const closed = (): void => {
        resolve(this.dialog.returnValue === 'go');
      };
      this.dialog.addEventListener('close', closed, { once: true });
    });
  }
}

async function archived(client: RecordsClient, ref: string): Promise<string> {
  save(await client.archive(ref), 'undertone-person.json');
  return 'The file holds everything that is kept of them: hand it over, and keep no copy.';
}

async function erased(client: RecordsClient, ref: string): Promise<string> {
  const { sessions, ledger } = await client.erase(ref);
  return `Erased: ${counted(sessions, 'session')}. The proof is entry ${ledger.seq} of the ledger, ${ledger.hash}.`;
}
