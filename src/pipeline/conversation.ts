import type { Emit } from '../emotion/line-events.js';
import type { Locale } from '../emotion/fused.js';
import { messagesOf } from '../fusion/locales.js';
import type { Said } from '../fusion/causes.js';
import { redact } from '../privacy/redact.js';
import type { AnalyzedUtterance } from './analyze-utterance.js';
import type { AskCauses } from './causes.service.js';

const REMEMBERED = 8;

/** What a session remembers to ask for causes: the last utterances, as far as the consent goes. One question at a time. */
export class Conversation {
  private said: Said[] = [];
  private asking: AbortController | undefined;

  constructor(
    private readonly ask: AskCauses,
    private readonly emit: Emit,
  ) {}

  /** Takes an utterance in, and asks for the causes of what was decided. Returns at once. */
  take({ utterance, transcript, fused }: AnalyzedUtterance, locale: Locale): void {
    const { label } = fused.decision;
    const { text } = transcript ? redact(transcript.text) : { text: '' };
    if (text.trim() === '') return;
    const voice = fused.explanation.cues.flatMap((cue) =>
      cue.modality === 'voice' && cue.weight > 0 ? [cue.detail] : [],
    );
    const answer = label === null ? 'undecided' : messagesOf(locale).label(label);
    this.said = [...this.said, { utteranceId: utterance.id, words: text, voice: voice.slice(0, 3), answer }].slice(
      -REMEMBERED,
    );
    if (label === null || label === 'neutral' || this.asking) return;
    const asking = new AbortController();
    this.asking = asking;
    void this.ask(this.said, locale, asking.signal).then((causes) => {
      this.asking = undefined;
      if (!asking.signal.aborted && causes.length > 0)
        this.emit('explanation.causes', { resultOf: utterance.id, causes });
    });
  }

  /** Consent for it is gone: it is forgotten, and what was asked with it is not told. */
  forget(modality: 'voice' | 'text'): void {
    this.asking?.abort();
    this.said = modality === 'text' ? [] : this.said.map((one) => ({ ...one, voice: [] }));
  }

  close(): void {
    this.asking?.abort();
    this.said = [];
  }
}
