import { describe, expect, it } from '@jest/globals';
import { unavailable } from '../emotion/evidence.js';
import { EarlierWords } from './earlier-words.js';

const heard = (text: string, confidence = 0.9) => ({ text, language: 'en', confidence, source: 'whisper' as const });

describe('EarlierWords', () => {
  it('[TX11] is the last words of a session, as many as are wanted', () => {
    const earlier = new EarlierWords(4);
    expect(earlier.prompt).toBe('');
    earlier.add(heard("It's eleven o'clock."));
    earlier.add(heard(' I am  late.'));
    expect(earlier.prompt).toBe("o'clock. I am late.");
  });

  it('[TX11] leaves out what was doubtful or no words, and everything when none are wanted', () => {
    const earlier = new EarlierWords(10);
    earlier.add(heard('mumbled', 0.4));
    earlier.add(unavailable('text', 'implausible'));
    expect(earlier.prompt).toBe('');
    const none = new EarlierWords(0);
    none.add(heard('words'));
    expect(none.prompt).toBe('');
  });
});
