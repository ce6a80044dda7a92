import type { FusedEmotion, Locale } from '../emotion/fused.js';
import { explain } from './explain.js';
import { asItIs } from './labelling.js';
import { messagesOf } from './locales.js';

/** The same answer with its explanation made anew, of the same facts, in a language. `silentBelow`: a modality that weighs less says nothing. */
export function explainAgain(fused: FusedEmotion, locale: Locale, silentBelow: number): FusedEmotion {
  const { cues, counterfactual, quote } = fused.explanation;
  const facts = {
    ...fused,
    cues,
    counterfactual,
    labelOf: asItIs,
    silentBelow,
    ...(quote === undefined ? {} : { quote }),
  };
  return { ...fused, explanation: explain(facts, messagesOf(locale)) };
}
