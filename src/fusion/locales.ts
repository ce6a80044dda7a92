import type { Locale } from '../emotion/fused.js';
import { english } from './locale-en.js';
import { chinese } from './locale-zh.js';
import type { Messages } from './messages.js';

/** What a profile's labels are called in a language; a label without a name is called as it is written. */
export type LabelNames = Readonly<Record<string, string>>;

const MAKERS: Readonly<Record<Locale, (names?: LabelNames) => Messages>> = { en: english, zh: chinese };

/** The message catalogue of a language. */
export function messagesOf(locale: Locale, names?: LabelNames): Messages {
  return MAKERS[locale](names);
}
