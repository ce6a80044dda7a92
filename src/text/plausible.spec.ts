import { describe, expect, it } from '@jest/globals';
import { compressionRatio, judge, type HeardText } from './plausible.js';

const heard = (text: string, rest: Partial<HeardText> = {}): HeardText => ({
  text,
  durationMs: 3000,
  confidence: 0.9,
  noSpeech: 0.01,
  ...rest,
});

describe('judge', () => {
  it.each([
    'The airplane is almost full.',
    'No, no, no, no, no!',
    'Thank you.',
    'I like to watch the news and I subscribe to nothing.',
    'She said thank you for watching the kids.',
    "It's 11 o'clock (I think).",
    '我很难过',
    '😀',
  ])('[TX6] lets %j pass', (text) => {
    expect(judge(heard(text))).toEqual({ plausible: true });
  });

  it.each([
    ['empty', heard('')],
    ['empty', heard(' ... !')],
    ['annotation', heard('[Music]')],
    ['annotation', heard('(upbeat music) [applause]')],
    ['annotation', heard('♪♪♪')],
    ['phantomPhrase', heard('Thank you for watching!')],
    ['phantomPhrase', heard('Thanks for watching, everyone.')],
    ['phantomPhrase', heard('Please like and subscribe to my channel.')],
    ['phantomPhrase', heard('Subtitles by the Amara.org community')],
    ['phantomPhrase', heard('www.example.com')],
    ['phantomPhrase', heard('Thank you.', { confidence: 0.3 })],
    ['phantomPhrase', heard('you', { confidence: 0.2 })],
    ['noSpeech', heard('And so it goes on and on.', { noSpeech: 0.9, confidence: 0.2 })],
    ['repetition', heard('I know. '.repeat(4), { durationMs: 10_000 })],
    ['repetition', heard('ha '.repeat(8), { durationMs: 10_000 })],
    ['repetition', heard(`${'aaaaaaaaaa'.repeat(20)} b`, { durationMs: 30_000 })],
    ['tooFast', heard('one two three four five six seven eight nine ten', { durationMs: 800 })],
    ['tooFast', heard('pneumonoultramicroscopicsilicovolcanoconiosis', { durationMs: 1 })],
  ])('[TX6] says %s of %j', (reason, text) => {
    expect(judge(text)).toEqual({ plausible: false, reason });
  });

  it('[TX6] believes words that the recogniser is sure of, whatever it says of silence', () => {
    expect(judge(heard('Leave me alone.', { noSpeech: 0.9, confidence: 0.8 })).plausible).toBe(true);
  });

  it('[TX6] measures repetition as Whisper does: plain English stays well below 2.4', () => {
    const english = 'We went down to the harbour, where nobody had expected the ship so early that morning.';
    expect(compressionRatio(english)).toBeLessThan(1.5);
    expect(compressionRatio('so it is '.repeat(20))).toBeGreaterThan(2.4);
  });
});
