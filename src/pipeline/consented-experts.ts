import { isOwn, MODALITIES, unavailable, type Evidence, type Modality } from '../emotion/evidence.js';
import type { Experts, KnownUtterance } from './analyze-utterance.js';

export type ConsentedExperts = Experts & Required<Pick<Experts, 'usable'>>;

/**
 * The experts behind the consent: not asked without it, not believed when it went away meanwhile, nor later when an answer is
 * made of what they said. `permitted` is looked at each time, so that taking a modality out of it is all that a withdrawal needs.
 */
export function consented(experts: Experts, permitted: ReadonlySet<Modality>): ConsentedExperts {
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
    usable: (known) => stillConsented(known, permitted),
  };
}

/** Of what may no longer be read nothing is left; with what the words mean goes what they were. */
function stillConsented<K extends KnownUtterance>(known: K, permitted: ReadonlySet<Modality>): K {
  const gone = MODALITIES.filter((modality) => !permitted.has(modality) && wasProvided(known[modality]));
  const nothing = gone.map((one) => [one, isOwn(one) ? unavailable(one, 'notConsented') : undefined] as const);
  return { ...known, ...Object.fromEntries(nothing), ...(gone.includes('text') && { transcript: undefined }) };
}

/** A typed message has no voice, consent or not. */
function wasProvided(evidence: Evidence | undefined): boolean {
  return evidence !== undefined && !(evidence.status === 'unavailable' && evidence.reason === 'notProvided');
}
