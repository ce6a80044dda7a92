import type { EndReason } from '../emotion/utterance.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { concatSamples } from './pcm.js';

/** Samples of one voice-detection window; every boundary lies on such a window, 32 ms. */
export const WINDOW = 512;

export interface SegmenterConfig {
  /** Silence that ends an utterance, ms. */
  readonly minSilenceMs: number;
  /** Sound before the first voiced window that belongs to the utterance, ms. */
  readonly preRollMs: number;
  /** Less speech than this is a click or a cough, no utterance, ms. */
  readonly minSpeechMs: number;
  /** Longest utterance, pre-roll included, ms; longer speech is cut and goes on as the next utterance. */
  readonly maxUtteranceMs: number;
  /** Probability from which a window is speech. */
  readonly threshold: number;
  /** Probability below which silence begins; between the two nothing changes. */
  readonly exitThreshold: number;
  /** Speech between two interim events, ms; 0 for none. */
  readonly interimIntervalMs: number;
}

/** Thresholds as Silero's own iterator has them (0.5, and 0.15 below to leave). */
export const DEFAULT_SEGMENTER: SegmenterConfig = {
  minSilenceMs: 600,
  preRollMs: 300,
  minSpeechMs: 200,
  maxUtteranceMs: 15_000,
  threshold: 0.5,
  exitThreshold: 0.35,
  interimIntervalMs: 0,
};

/** Silence left after the last voiced window, so that a fading word is whole, ms. */
export const TAIL_MS = 160;

export interface UtteranceStart {
  readonly type: 'start';
  /** Milliseconds since the stream's first sample, here and below. */
  readonly startMs: number;
}

export interface UtteranceInterim {
  readonly type: 'interim';
  readonly startMs: number;
  readonly endMs: number;
  /** All of the utterance so far: mono, 16 kHz, `samples[0]` at `startMs`. */
  readonly samples: Float32Array;
}

export interface UtteranceEnd {
  readonly type: 'end';
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: EndReason;
  readonly samples: Float32Array;
}

/** Each start is followed by exactly one end; bursts too short to be speech cause neither. */
export type SegmentEvent = UtteranceStart | UtteranceInterim | UtteranceEnd;

/** The one place where windows become milliseconds. */
const WINDOW_MS = (WINDOW * 1000) / SAMPLE_RATE;
const windowsFor = (ms: number): number => Math.ceil(ms / WINDOW_MS);
const msAt = (windows: number): number => windows * WINDOW_MS;

/** Speech that is being collected; positions count windows since the stream's beginning. */
interface Stretch {
  readonly start: number;
  readonly windows: Float32Array[];
  voiced: number;
  announced: boolean;
  /** Where the present silence began. */
  silentSince: number | undefined;
  lastInterim: number;
}

/** Cuts a stream of windows into utterances by their speech probabilities. A pure state machine of bounded memory. */
export class Segmenter {
  private config: SegmenterConfig;
  private position = 0;
  /** The latest windows outside of speech, at most the pre-roll. */
  private preRoll: Float32Array[] = [];
  private stretch: Stretch | undefined;

  constructor(config: Partial<SegmenterConfig> = {}) {
    this.config = { ...DEFAULT_SEGMENTER, ...config };
  }

  /** Takes effect with the next window. */
  update(config: Partial<SegmenterConfig>): void {
    this.config = { ...this.config, ...config };
  }

  /** How far the stream was read, ms. */
  get positionMs(): number {
    return msAt(this.position);
  }

  /** Sound held back, ms: never more than the pre-roll or the longest utterance. */
  get bufferedMs(): number {
    return msAt(this.preRoll.length + (this.stretch?.windows.length ?? 0));
  }

  /** Is an utterance announced and not yet ended? */
  get speaking(): boolean {
    return this.stretch?.announced ?? false;
  }

  push(probability: number, window: Float32Array): SegmentEvent[] {
    const at = this.position++;
    if (!this.stretch) {
      if (probability < this.config.threshold) {
        this.remember([window.slice()]);
        return [];
      }
      this.stretch = beginning(at - this.preRoll.length, this.preRoll);
      this.preRoll = [];
    }
    return this.extend(this.stretch, at, probability, window);
  }

  /** Ends the present utterance here. Sound after it may begin the next one. */
  forceEnd(): SegmentEvent[] {
    return this.finish('forced');
  }

  /** The stream is over. */
  end(): SegmentEvent[] {
    return this.finish('sessionEnd');
  }

  /** Forgets all sound that is held back; nothing is announced. */
  clear(): void {
    this.preRoll = [];
    this.stretch = undefined;
  }

  private extend(stretch: Stretch, at: number, probability: number, window: Float32Array): SegmentEvent[] {
    const { config } = this;
    stretch.windows.push(window.slice());
    if (probability >= config.threshold) {
      stretch.silentSince = undefined;
      stretch.voiced++;
    } else if (probability < config.exitThreshold) {
      stretch.silentSince ??= at;
    }
    const events: SegmentEvent[] = [];
    if (!stretch.announced && msAt(stretch.voiced) >= config.minSpeechMs) {
      stretch.announced = true;
      events.push({ type: 'start', startMs: msAt(stretch.start) });
    }
    const silence = stretch.silentSince === undefined ? 0 : this.position - stretch.silentSince;
    if (silence > 0 && msAt(silence) >= config.minSilenceMs) {
      events.push(...this.finish('silence'));
    } else if (msAt(stretch.windows.length + 1) > config.maxUtteranceMs) {
      events.push(...this.finish('maxLength'));
      // Speech goes on: what follows belongs to the next utterance from its first window.
      if (stretch.announced && silence === 0) this.stretch = beginning(this.position, []);
    } else if (stretch.announced && silence === 0 && this.interimDue(stretch)) {
      stretch.lastInterim = this.position;
      const samples = concatSamples(stretch.windows);
      events.push({ type: 'interim', startMs: msAt(stretch.start), endMs: this.positionMs, samples });
    }
    return events;
  }

  private interimDue(stretch: Stretch): boolean {
    const { interimIntervalMs } = this.config;
    return interimIntervalMs > 0 && msAt(this.position - stretch.lastInterim) >= interimIntervalMs;
  }

  /** Closes the stretch, trims its silence to the tail and gives the rest back to the pre-roll. */
  private finish(reason: EndReason): SegmentEvent[] {
    const { stretch } = this;
    if (!stretch) return [];
    this.stretch = undefined;
    if (!stretch.announced) {
      this.remember(stretch.windows);
      return [];
    }
    const end = Math.min(this.position, (stretch.silentSince ?? this.position) + windowsFor(TAIL_MS));
    const kept = end - stretch.start;
    this.remember(stretch.windows.slice(kept));
    const samples = concatSamples(stretch.windows.slice(0, kept));
    return [{ type: 'end', startMs: msAt(stretch.start), endMs: msAt(end), reason, samples }];
  }

  private remember(windows: readonly Float32Array[]): void {
    const heard = [...this.preRoll, ...windows];
    this.preRoll = heard.slice(Math.max(0, heard.length - windowsFor(this.config.preRollMs)));
  }
}

function beginning(start: number, windows: Float32Array[]): Stretch {
  return { start, windows, voiced: 0, announced: false, silentSince: undefined, lastInterim: start };
}
