import { describe, expect, it } from '@jest/globals';
import { fromClient, fromRecogniser, type Heard } from './transcript.js';

const HEARD: Heard = { text: 'I am fine', language: 'en', confidence: 0.8, noSpeech: null, durationMs: 1500 };

describe('fromClient', () => {
  it('[TX1] passes the words on character for character, sure of them', () => {
    const text = ' I’m\tFINE… 😀';
    expect(fromClient({ text, language: 'en-GB' })).toEqual({
      text,
      language: 'en-GB',
      confidence: 1,
      source: 'client',
    });
  });

  it('[TX1] guesses a language that nobody named', () => {
    expect(fromClient({ text: 'fine', language: 'auto' })).toMatchObject({ language: 'en' });
    expect(fromClient({ text: '很好' })).toMatchObject({ language: 'zh' });
  });

  it.each(['', '  ', '?!'])('[TX3] has no words in %j', (text) => {
    expect(fromClient({ text })).toEqual({ modality: 'text', status: 'unavailable', reason: 'empty' });
  });
});

describe('fromRecogniser', () => {
  it('[TX6] turns an invented transcript into a reason', () => {
    expect(fromRecogniser({ ...HEARD, text: 'Thanks for watching!' }, 0)).toMatchObject({ reason: 'implausible' });
    expect(fromRecogniser({ ...HEARD, text: '' }, 0)).toMatchObject({ reason: 'empty' });
  });

  it('[TX7] puts word times on the clock of the session', () => {
    const words = [{ text: 'I', startMs: 100, endMs: 200 }];
    expect(fromRecogniser({ ...HEARD, words }, 5000)).toEqual({
      text: 'I am fine',
      language: 'en',
      confidence: 0.8,
      words: [{ text: 'I', startMs: 5100, endMs: 5200 }],
      source: 'whisper',
    });
  });
});
