import type { AcousticInfo, AcousticService } from '../../src/audio/acoustic.service.js';
import { refOf, withHead, type HeadMode } from '../../src/audio/second-voice.js';
import { loadWhisperHead } from '../../src/audio/whisper-head.js';
import { openWhisper, type WhisperChoice } from './whisper-states.js';

export interface HeadChoice extends WhisperChoice {
  readonly mode: HeadMode;
  /** Name of the head in the manifest. */
  readonly head: string;
}

/** What reads voices in an evaluation: the acoustic model alone, or with a head. */
export type VoiceReader = Pick<AcousticService, 'read' | 'info'>;

/**
 * The acoustic model with a head, as the server has them with WHISPER_HEAD. `close` lets Whisper go, not the acoustic model.
 * @throws ModelFileError, ModelUnavailable where head or Whisper is not there, or the one does not belong to the other
 */
export async function withSecondVoice(
  acoustic: VoiceReader,
  choice: HeadChoice,
): Promise<VoiceReader & { close(): Promise<void> }> {
  const { mode, models } = choice;
  const head = await loadWhisperHead(models, choice.head);
  const whisper = await openWhisper(choice);
  try {
    head.assertFits(whisper.encoder, whisper.ref.name);
  } catch (error) {
    await whisper.release();
    throw error;
  }
  const infoOf = (known: AcousticInfo): AcousticInfo => {
    const ref = refOf(known, head.ref, mode);
    // The pool of two has no temperature of its own.
    if (mode === 'join') return { ...known, ...ref, temperature: 1, unacquainted: 1 };
    const { labels, temperature } = head.config;
    return { ...ref, labels, prior: head.prior, licence: head.licence, temperature, unacquainted: 1 };
  };
  return {
    async read(utterance, options) {
      const [reading, { states }] = await Promise.all([
        acoustic.read(utterance, options),
        whisper.hear(utterance.samples ?? new Float32Array(0), { states: true }),
      ]);
      const { evidence } = reading;
      if (!states || evidence.status === 'unavailable') return reading;
      return { ...reading, evidence: withHead(evidence, head.read(states), head.ref, mode) };
    },
    info() {
      const known = acoustic.info();
      return known && infoOf(known);
    },
    close: () => whisper.release(),
  };
}
