import { unavailable, type Evidence, type Modality } from '../emotion/evidence.js';
import type { Experts } from './analyze-utterance.js';

/**
 * The experts behind the consent: not asked without it, not believed when it went away meanwhile. `permitted` is looked at
 * each time, so that taking a modality out of it is all that a withdrawal needs.
 */
export function consented(experts: Experts, permitted: ReadonlySet<Modality>): Experts {
  const gate = async <M extends Modality, T>(modality: M, ask: () => Promise<T>) => {
    if (!permitted.has(modality)) return unavailable(modality, 'notConsented');
    const answer = await ask();
    return permitted.has(modality) ? answer : unavailable(modality, 'notConsented');
  };
  return {
    ...experts,
    voice: (utterance) => gate<'voice', Evidence<'voice'>>('voice', () => experts.voice(utterance)),
    transcribe: (utterance) => gate('text', () => experts.transcribe(utterance)),
    text: (transcript) => gate<'text', Evidence<'text'>>('text', () => experts.text(transcript)),
  };
}
