import { describe, expect, it } from '@jest/globals';
import {
  clip,
  guessLanguage,
  isContent,
  languageSupported,
  MAX_READ_CHARS,
  normalise,
  primarySubtag,
  tokenise,
} from './words.js';

const kinds = (text: string) => tokenise(text).map(({ text: t, kind }) => `${kind}:${t}`);

describe('tokenise', () => {
  it('[TX4] finds words, numbers and emoji with their places', () => {
    const text = "Don't panic, 42 times 😀👨‍👩‍👧!";
    expect(kinds(text)).toEqual(["word:Don't", 'word:panic', 'number:42', 'word:times', 'emoji:😀', 'emoji:👨‍👩‍👧']);
    for (const token of tokenise(text)) expect(text.slice(token.start, token.end)).toBe(token.text);
  });

  it.each(['', ' \t\n', '...?!', '—“”', '\u0000\u0007', '©', '\ud800'])('[TX3] finds nothing in %j', (text) => {
    expect(tokenise(text)).toEqual([]);
  });

  it('[TX3] reads a megabyte up to its bound, between whole characters', () => {
    expect(clip('a'.repeat(1_000_000))).toHaveLength(MAX_READ_CHARS);
    expect(clip(`a${'😀'.repeat(500_000)}`)).toHaveLength(MAX_READ_CHARS - 1);
    expect(tokenise('no '.repeat(400_000)).at(-1)?.end).toBeLessThanOrEqual(MAX_READ_CHARS);
  });
});

describe('isContent', () => {
  it('[TX4] leaves out function words and numbers, and keeps negations and emoji', () => {
    const content = tokenise("I'm not happy with the 3 dogs 😡").filter(isContent);
    expect(content.map((token) => token.text)).toEqual(['not', 'happy', 'dogs', '😡']);
  });
});

describe('normalise', () => {
  it.each([
    ['ｆｕｌｌ　ｗｉｄｔｈ', 'full width'],
    ['  a \n\t b  ', 'a b'],
    ['a\u0000\u0007b', 'a b'],
    ['so\u00ADft\u200B\u202E!', 'soft!'],
    ['x\ud800y', 'xy'],
    ['ﬁne 👍🏽', 'fine 👍🏽'],
  ])('[TX3] %j becomes %j', (given, expected) => {
    expect(normalise(given)).toBe(expected);
  });

  it('[TX3] never grows beyond its bound by more than compatibility forms need, and is idempotent', () => {
    for (const text of ['ﬁ ½ ™ Å', 'e\u0301e\u0301', 'a\u200Bb\u0000c'])
      expect(normalise(normalise(text))).toBe(normalise(text));
  });
});

describe('language', () => {
  it.each([
    ['How are you?', 'en'],
    ['你好，我很难过', 'zh'],
    ['とても悲しいです', 'ja'],
    ['너무 슬퍼요', 'ko'],
    ['мне грустно', 'ru'],
    ['ᏣᎳᎩ', 'und'],
    ['😀', 'und'],
  ])('[TX3] %j is taken for %s', (text, language) => {
    expect(guessLanguage(text)).toBe(language);
  });

  it.each([
    ['fine', 'en-GB', ['en'], true],
    ['fine', 'und', ['en'], true],
    ['gut', 'de', ['en'], false],
    ['我很难过', 'und', ['en'], false],
    ['我很难过', 'en', ['en'], false],
    ['我很难过', 'und', ['de', 'zh'], true],
    ['我很难过', 'zh-Hans', ['en', 'zh'], true],
    ['我很难过', 'zh', ['*'], true],
    ['😭😭', 'zh', ['en'], true],
    ['42', 'und', ['en'], true],
  ])('[TX3] %j in %s by a model for %j: %s', (text, language, languages, supported) => {
    expect(languageSupported(text, language, languages)).toBe(supported);
  });

  it('[TX3] takes the primary subtag, and nothing for a language of what is no tag', () => {
    expect(['en-US', 'ZH', 'haw', 'auto', 'x', ''].map(primarySubtag)).toEqual([
      'en',
      'zh',
      'haw',
      'und',
      'und',
      'und',
    ]);
  });
});
