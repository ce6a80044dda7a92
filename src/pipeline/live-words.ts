import type { UtteranceInterim } from '../audio/segmenter.js';
import type { Emit } from '../emotion/line-events.js';
import { LocalAgreement } from '../text/local-agreement.js';
import type { Experts } from './analyze-utterance.js';

/**
 * New audio that a new hypothesis needs, ms; the least chunk of Macháček et al. 2023. Two hypotheses of nearly the same
 * audio agree on its mistakes too.
 */
export const MIN_CHUNK_MS = 1_000;

/** An utterance that is being spoken. */
interface Spoken {
  readonly id: string;
  readonly agreement: LocalAgreement;
  /** How far it was transcribed, ms. */
  heardMs: number;
  told: string;
  revision: number;
}

/**
 * Words while they are spoken (`transcript.partial`). One transcription is in flight at most; audio that comes meanwhile is
 * skipped and never queued, so that words are late by one transcription and one interim interval at worst.
 */
export class LiveWords {
  private spoken: Spoken | undefined;
  private busy = false;

  constructor(
    private readonly transcribe: Experts['transcribe'],
    /** May words be told, and does anybody need them? Asked before and after each transcription. */
    private readonly wanted: () => boolean,
    private readonly emit: Emit,
  ) {}

  begin({ id, startMs }: { readonly id: string; readonly startMs: number }): void {
    this.spoken = { id, agreement: new LocalAgreement(), heardMs: startMs, told: '', revision: 0 };
  }

  /** Takes all of the utterance so far. What cannot be transcribed now, or is no plausible speech, is not told. */
  async hear({ startMs, endMs, samples }: UtteranceInterim): Promise<void> {
    const { spoken } = this;
    if (!spoken || this.busy || !this.wanted() || endMs - spoken.heardMs < MIN_CHUNK_MS) return;
    this.busy = true;
    const { id } = spoken;
    const heard = await this.transcribe({ id, startMs, endMs, endReason: 'forced', samples, interim: true });
    this.busy = false;
    if (this.spoken !== spoken || !this.wanted() || 'status' in heard) return;
    spoken.heardMs = endMs;
    const { text, stableChars } = spoken.agreement.push(heard.text, heard.sureChars);
    const told = `${stableChars} ${text}`;
    if (told === spoken.told) return;
    spoken.told = told;
    spoken.revision += 1;
    this.emit('transcript.partial', { utteranceId: id, revision: spoken.revision, text, stableChars });
  }

  /** Nothing more is told of the utterance. Returns what was told to stay. */
  end(): string {
    const stable = this.spoken?.agreement.stableText ?? '';
    this.spoken = undefined;
    return stable;
  }
}
