import { Refused } from '../api.js';
import { byId } from '../dom.js';

/** What the player offers before and between. */
const HINT = 'Who listens is written down.';

/** Lets one utterance be heard where its sound is kept; shows nothing where it is not. */
export class SoundPlayer {
  private readonly root = byId('sound', HTMLElement);
  private readonly button = byId('listen', HTMLButtonElement);
  private readonly word = byId('listen-word', HTMLElement);
  private readonly progress = byId('listen-progress', HTMLProgressElement);
  private readonly told = byId('listen-told', HTMLElement);
  private readonly audio = new Audio();
  /** Names the utterance that is offered. */
  private offered: string | undefined;
  private fetch: (() => Promise<Blob>) | undefined;
  /** What was fetched. Each fetch is a listening in the ledger: hearing it again takes none. */
  private address: string | undefined;
  private loading = false;

  constructor() {
    this.button.addEventListener('click', () => void this.toggle());
    for (const event of ['play', 'pause', 'ended', 'timeupdate'] as const) {
      this.audio.addEventListener(event, () => {
        this.draw();
      });
    }
  }

  /** Offers the sound of an utterance; what plays of the same one goes on. */
  offer(utterance: string, fetch: () => Promise<Blob>): void {
    if (utterance === this.offered) return;
    this.withdraw();
    this.offered = utterance;
    this.fetch = fetch;
    this.told.textContent = HINT;
    this.root.hidden = false;
    this.draw();
  }

  /** Stops, forgets what was fetched, and offers nothing. */
  withdraw(): void {
    this.audio.pause();
    this.audio.removeAttribute('src');
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = this.offered = this.fetch = undefined;
    this.loading = false;
    this.root.hidden = true;
  }

  /** Plays from the beginning, or stops. */
  async toggle(): Promise<void> {
    const { offered, fetch } = this;
    if (this.loading || !fetch) return;
    if (!this.audio.paused) {
      this.audio.pause();
      return;
    }
    try {
      if (!this.address) {
        this.loading = true;
        this.told.textContent = 'Loading …';
        const sound = await fetch();
        // Another one is looked at meanwhile.
        if (offered !== this.offered) return;
        this.address = this.audio.src = URL.createObjectURL(sound);
      }
      this.told.textContent = HINT;
      this.audio.currentTime = 0;
      await this.audio.play();
    } catch (error) {
      if (offered === this.offered) this.told.textContent = whyNot(error);
    } finally {
      if (offered === this.offered) this.loading = false;
    }
  }

  private draw(): void {
    const playing = !this.audio.paused && !this.audio.ended;
    this.word.textContent = playing ? 'Stop' : 'Listen';
    this.button.setAttribute('aria-pressed', String(playing));
    const { currentTime, duration } = this.audio;
    this.progress.value = playing && duration > 0 ? currentTime / duration : 0;
  }
}

function whyNot(error: unknown): string {
  if (error instanceof Refused && error.status === 404) return 'Its sound is gone: too old, withdrawn or erased.';
  if (error instanceof Refused && error.status === 403) return 'This key may not listen.';
  // Stopped before it began.
  if (error instanceof DOMException && error.name === 'AbortError') return HINT;
  if (error instanceof DOMException) return 'This browser cannot play it.';
  return error instanceof Error ? error.message : String(error);
}
