import type { RetentionAnswer } from '../../../src/review/records-api.js';
import { byId } from '../dom.js';
import { counted, messageOf, whenOf } from './phrases.js';
import type { RecordsClient } from './records-client.js';

type Purged = NonNullable<RetentionAnswer['lastPurge']>;

/** How long things are kept, and what was deleted for it. */
export class RetentionView {
  private readonly form = byId('retention', HTMLFormElement);
  private readonly told = byId('retention-told', HTMLElement);
  private client: RecordsClient | undefined;

  /** `onDone`: something was written to the ledger. */
  constructor(private readonly onDone: () => void) {
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.save();
    });
    byId('purge', HTMLButtonElement).addEventListener('click', () => void this.purge());
  }

  open(client: RecordsClient): void {
    this.client = client;
    void this.tell(async () => this.show(await client.retention()));
  }

  private async save(): Promise<void> {
    const policy = {
      keepSessionsDays: this.days('keepSessionsDays'),
      keepWordsDays: this.days('keepWordsDays'),
      keepAudioDays: this.days('keepAudioDays'),
    };
    await this.tell(async (client) => `Saved. ${this.show(await client.keep(policy))}`);
    this.onDone();
  }

  private async purge(): Promise<void> {
    await this.tell(async (client) => `Done. ${deleted(await client.purge())}`);
    this.onDone();
  }

  private show(kept: RetentionAnswer): string {
    for (const name of ['keepSessionsDays', 'keepWordsDays', 'keepAudioDays'] as const) {
      this.input(name).value = kept[name] === null ? '' : String(kept[name]);
    }
    const { audioDays, lastPurge, changedAt, changedBy } = kept;
    this.input('keepAudioDays').placeholder = audioDays === 0 ? 'no sound is kept' : `${audioDays}, as the server does`;
    const now = new Date();
    const changed = changedAt === null ? [] : [`Set ${whenOf(changedAt, now)} by key ${changedBy ?? 'unknown'}.`];
    const purged = lastPurge ? [`Last, ${whenOf(lastPurge.at, now)}: ${deleted(lastPurge)}`] : [];
    return [...changed, ...purged].join(' ');
  }

  private async tell(work: (client: RecordsClient) => Promise<string>): Promise<void> {
    if (this.client) this.told.textContent = await work(this.client).catch(messageOf);
  }

  private days(name: string): number | null {
    const { value } = this.input(name);
    return value === '' ? null : Number(value);
  }

  private input(name: string): HTMLInputElement {
    const found = this.form.elements.namedItem(name);
    if (!(found instanceof HTMLInputElement)) throw new Error(`review.html has no field ${name}`);
    return found;
  }
}

function deleted({ deletedSessions, blankedSessions, deletedAudio }: Omit<Purged, 'at'>): string {
  const sessions = counted(deletedSessions, 'session');
  const blanked = counted(blankedSessions, 'session');
  return `${sessions} deleted, words of ${blanked} destroyed, sound of ${counted(deletedAudio, 'utterance')} deleted.`;
}
