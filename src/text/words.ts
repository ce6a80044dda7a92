/**
 * Text longer than this is read up to here. Upstream allows 5,000 characters by default; this bounds the work for any
 * caller: a megabyte costs no more than these characters do.
 */
export const MAX_READ_CHARS = 20_000;

/** A word, number or emoji with its place: character offsets, end exclusive. */
export interface Token {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly kind: 'word' | 'number' | 'emoji';
}

const LETTER = /\p{L}/u;
const DIGIT = /\p{N}/u;
const EMOJI =
  /\p{Emoji_Presentation}|\p{Extended_Pictographic}\u{FE0F}|[\u2639-\u263B\u2661-\u2665\u2764\u{1F394}-\u{1F3FA}]/u;

/** English words that carry grammar rather than meaning. Negations are not among them: they turn a sentence round. */
const FUNCTION_WORDS = new Set(
  (
    'a an the this that these those i me my you your he him his she her it its we us our they them their ' +
    'am is are was were be been being do does did have has had will would shall should can could may might must ' +
    'and or but if so as of at by for from in into on to up with about than then there here what which who when where how ' +
    "i'm you're he's she's it's we're they're i've i'll i'd that's"
  ).split(' '),
);

/**
 * Text as a model should see it: compatibility forms unified (NFKC), control, invisible and broken characters gone,
 * white space single. Offsets do not survive this; cues always point into the text as it was given.
 */
export function normalise(text: string): string {
  return clip(text)
    .replace(/[\u00AD\u200B\u2060-\u2069\u202A-\u202E\uFEFF]|\p{Cs}/gu, '')
    .normalize('NFKC')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}

/** The part that is read, never ending between the halves of a surrogate pair. */
export function clip(text: string): string {
  if (text.length <= MAX_READ_CHARS) return text;
  const last = text.charCodeAt(MAX_READ_CHARS - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_READ_CHARS - 1 : MAX_READ_CHARS);
}

const segmenter = new Intl.Segmenter('en', { granularity: 'word' });

/** Words, numbers and emoji in order, with their places in `text` (Unicode word boundaries, UAX 29). */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { segment, index } of segmenter.segment(clip(text))) {
    const kind = kindOf(segment);
    if (kind) tokens.push({ text: segment, start: index, end: index + segment.length, kind });
  }
  return tokens;
}

function kindOf(segment: string): Token['kind'] | undefined {
  if (LETTER.test(segment)) return 'word';
  if (DIGIT.test(segment) && !/\u20E3/u.test(segment)) return 'number';
  return EMOJI.test(segment) ? 'emoji' : undefined;
}

/** Does this token carry meaning? Letters or emoji; English function words left out. */
export function isContent(token: Token): boolean {
  if (token.kind === 'number') return false;
  return token.kind === 'emoji' || !FUNCTION_WORDS.has(token.text.toLowerCase().replaceAll('’', "'"));
}

/** The languages that most texts in a script are written in; first those that are written in a mix of scripts. */
const SCRIPTS: readonly (readonly [language: string, letters: RegExp, share: number])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, 0.1],
  ['ko', /\p{Script=Hangul}/gu, 0.5],
  ['zh', /\p{Script=Han}/gu, 0.5],
  ['en', /\p{Script=Latin}/gu, 0.5],
  ['ru', /\p{Script=Cyrillic}/gu, 0.5],
  ['ar', /\p{Script=Arabic}/gu, 0.5],
  ['hi', /\p{Script=Devanagari}/gu, 0.5],
  ['he', /\p{Script=Hebrew}/gu, 0.5],
  ['el', /\p{Script=Greek}/gu, 0.5],
  ['th', /\p{Script=Thai}/gu, 0.5],
];

/** The usual language of the script that the letters are in, `und` without letters: a guess that costs nothing. */
export function guessLanguage(text: string): string {
  const read = clip(text);
  const letters = read.match(/\p{L}/gu)?.length ?? 0;
  if (letters === 0) return 'und';
  return SCRIPTS.find(([, script, share]) => (read.match(script)?.length ?? 0) / letters >= share)?.[0] ?? 'und';
}

/**
 * Can a model for `languages` (primary subtags, or `*` for any) read this text? Text without letters (emoji, numbers) has
 * no language, so any model may. Latin letters are asked for where English is claimed: a wrong tag must not let Chinese in.
 */
export function languageSupported(text: string, language: string, languages: readonly string[]): boolean {
  if (languages.includes('*')) return true;
  const share = latinShare(text);
  if (share === null) return true;
  const primary = primarySubtag(language === 'und' ? guessLanguage(text) : language);
  return languages.includes(primary) && (primary !== 'en' || share >= 0.5);
}

/** `en` of `en-GB`; `und` of anything that is not a language tag. */
export function primarySubtag(tag: string): string {
  return /^[a-z]{2,3}(?=-|$)/i.exec(tag)?.[0].toLowerCase() ?? 'und';
}

/** Share of Latin among the letters; null without letters. */
function latinShare(text: string): number | null {
  const read = clip(text);
  const letters = read.match(/\p{L}/gu)?.length ?? 0;
  return letters === 0 ? null : (read.match(/\p{Script=Latin}/gu)?.length ?? 0) / letters;
}
