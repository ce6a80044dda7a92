import { SAMPLE_RATE } from '../emotion/utterance.js';
import { powerOf } from './pcm.js';
import { WINDOW } from './segmenter.js';

export type SignalWarning = 'clipping' | 'lowSnr' | 'noSpeech';

/** What a warning means and what to do, for the wire. */
export const SIGNAL_WARNINGS: Readonly<Record<SignalWarning, string>> = {
  clipping: 'The input is overdriven: lower the microphone gain',
  lowSnr: 'The voice is hardly louder than the noise: move closer or choose a quieter place',
  noSpeech: 'No speech was heard for 30 seconds: check the microphone',
};

const windowsOf = (seconds: number): number => Math.round((seconds * SAMPLE_RATE) / WINDOW);

/** Clipping is judged over stretches of this length, windows. */
const STRETCH = windowsOf(3);
/** Resampling rounds a clipped top off a little, so that it is looked for somewhat below full scale. */
const NEAR_FULL_SCALE = 0.98;
const CLIPPED_SHARE = 0.005;
/** Speech and background are each heard this long before they are compared, windows. */
const ENOUGH = windowsOf(1);
const LOW_SNR_DB = 6;
const NO_SPEECH = windowsOf(30);

/** Watches one stream for input that will be read badly. Each warning is given once. */
export class SignalMonitor {
  private readonly given = new Set<SignalWarning>();
  private windows = 0;
  private clipped = 0;
  private speech = { windows: 0, power: 0 };
  private background = { windows: 0, power: 0 };

  /** @returns the warnings that this window (its speech probability, its samples) gives rise to. */
  push(probability: number, window: Float32Array): SignalWarning[] {
    this.windows++;
    for (let i = 0; i < window.length; i++) {
      const sample = window[i] ?? 0;
      if (sample >= NEAR_FULL_SCALE || sample <= -NEAR_FULL_SCALE) this.clipped++;
    }
    const side = probability >= 0.5 ? this.speech : this.background;
    side.windows++;
    side.power += powerOf(window);
    return [...this.due()];
  }

  private *due(): Generator<SignalWarning> {
    if (this.windows % STRETCH === 0) {
      if (this.clipped / (STRETCH * WINDOW) > CLIPPED_SHARE) yield* this.once('clipping');
      this.clipped = 0;
    }
    if (this.speech.windows === 0 && this.windows >= NO_SPEECH) yield* this.once('noSpeech');
    if (this.speech.windows >= ENOUGH && this.background.windows >= ENOUGH && this.snrDb() < LOW_SNR_DB) {
      yield* this.once('lowSnr');
    }
  }

  /** Mean power of speech windows over that of the others, dB. */
  private snrDb(): number {
    const speech = this.speech.power / this.speech.windows;
    const background = this.background.power / this.background.windows;
    return 10 * Math.log10(speech / Math.max(background, 1e-12));
  }

  private *once(warning: SignalWarning): Generator<SignalWarning> {
    if (this.given.has(warning)) return;
    this.given.add(warning);
    yield warning;
  }
}
