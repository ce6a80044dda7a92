import type { Emotion } from '../../../src/emotion/scores.js';
import type { ResultPage } from '../../../src/review/api.js';
import { byId } from '../dom.js';
import type { Notes } from '../notes.js';
import type { ReasonDialog } from './reason-dialog.js';
import type { ReviewClient } from './review-client.js';
import type { Toast } from './toast.js';

/** The utterance that is spoken of, and the version of its label that the person sees. */
export interface Target {
  readonly session: string;
  readonly utterance: string;
  readonly version: number;
}

/** A person says otherwise. Each step is told with a way back; one that somebody else forestalled is not taken. */
export class Corrections {
  private readonly because = byId('because', HTMLInputElement);
  private busy = false;

  constructor(
    private readonly reasons: ReasonDialog,
    private readonly toast: Toast,
    private readonly notes: Notes,
    /** Whatever came of it, the page should be what the server says. */
    private readonly onDone: () => Promise<void>,
    /** Takes back a step, by the version that it made: one that somebody else decided upon is not taken back. */
    private readonly onUndo: (made: Target) => void,
  ) {}

  async override(client: ReviewClient, target: Target, label: Emotion): Promise<void> {
    const reason = this.because.value.trim() || this.because.defaultValue;
    await this.take(target, `Now ${label}.`, () =>
      client.override(target.session, target.utterance, { label, reason, version: target.version }),
    );
  }

  async revoke(client: ReviewClient, target: Target): Promise<void> {
    const reason = await this.reasons.ask('Revoke this label?', 'Revoke');
    if (reason === undefined) return;
    await this.take(target, 'The label is revoked.', () =>
      client.revoke(target.session, target.utterance, { reason, version: target.version }),
    );
  }

  /** Brings back a version, or the one before what stands. */
  async restore(client: ReviewClient, target: Target, to?: number): Promise<void> {
    const said = to === undefined ? 'Undone.' : `Version ${to} is back.`;
    const reason = to === undefined ? 'undone' : `version ${to} was right`;
    await this.take(target, said, () =>
      client.restore(target.session, target.utterance, {
        reason,
        version: target.version,
        ...(to === undefined ? {} : { to }),
      }),
    );
  }

  private async take(target: Target, said: string, step: () => Promise<ResultPage>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      const { revision } = await step();
      this.toast.show(said, () => {
        this.onUndo({ ...target, version: revision });
      });
    } catch (error) {
      this.toast.hide();
      this.notes.tell('error', error instanceof Error ? error.message : String(error));
    } finally {
      await this.onDone();
      this.busy = false;
    }
  }
}
