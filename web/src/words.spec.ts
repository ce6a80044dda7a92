import { describe, expect, it } from '@jest/globals';
import { clock, duration, leftOut, percent, phrase, UNAVAILABLE } from './words.js';

describe('what the page says', () => {
  it('[LP3] tells places and lengths of time as people do', () => {
    expect([0, 83_400, 59_990].map(clock)).toEqual(['0:00.0', '1:23.4', '1:00.0']);
    expect([4_905, 125_000].map(duration)).toEqual(['4.9 s', '2 min 5 s']);
    expect(percent(0.614)).toBe('61%');
  });

  it('[LP3] says in words what was left out, and passes on what it does not know', () => {
    expect(leftOut('text:modelUnavailable')).toBe('words: its model is not installed');
    expect(leftOut('voice:somethingNew')).toBe('voice: somethingNew');
    expect(phrase(UNAVAILABLE, 'somethingNew')).toBe('somethingNew');
  });
});
