import { byId } from './dom.js';
import { levelDb } from './pcm.js';

const FLOOR_DB = -60;
/** How fast the bar falls back, dB a frame: quick enough to see syllables, slow enough to read. */
const FALL_DB = 2;

/** The live level of the microphone, −60..0 dB below full scale. */
export class LevelMeter {
  private readonly root = byId('level', HTMLElement);
  private db = FLOOR_DB;

  show(pcm: Int16Array): void {
    this.draw(Math.max(levelDb(pcm), this.db - FALL_DB));
  }

  rest(): void {
    this.draw(FLOOR_DB);
  }

  private draw(db: number): void {
    this.db = Math.min(0, Math.max(FLOOR_DB, db));
    this.root.setAttribute('aria-valuenow', this.db.toFixed(0));
    this.root.style.setProperty('--share', String(1 - this.db / FLOOR_DB));
    this.root.classList.toggle('hot', this.db > -3);
  }
}
