import { describe, expect, it } from '@jest/globals';
import { seeded } from '../../test/support/clips.js';
import { extend, LocalAgreement, type PartialText } from './local-agreement.js';

const told = (...hypotheses: string[]): string[] => {
  const agreement = new LocalAgreement();
  return hypotheses.map((hypothesis) => {
    const { text, stableChars } = agreement.push(hypothesis);
    return `${text.slice(0, stableChars)}|${text.slice(stableChars)}`;
  });
};

describe('LocalAgreement', () => {
  it('[LW1] makes stable what two consecutive hypotheses agree on, word for word', () => {
    expect(told('The air', 'The airplane is', 'The airplane is almost.', 'The airplane is almost full.')).toEqual([
      '|The air',
      'The| airplane is',
      'The airplane is| almost.',
      'The airplane is almost| full.',
    ]);
  });

  it('[LW1] wants a third hypothesis for a word that is in doubt, and for what follows it', () => {
    const agreement = new LocalAgreement();
    const push = (hypothesis: string, sure?: string): string => {
      const { text, stableChars } = agreement.push(hypothesis, sure?.length);
      return `${text.slice(0, stableChars)}|${text.slice(stableChars)}`;
    };
    expect(push('The airplane is', 'The airplane is')).toBe('|The airplane is');
    // Sure of a part of a word is not sure of the word.
    expect(push('The airplane is almost', 'The air')).toBe('The| airplane is almost');
    expect(push('The airplane is almost full', 'The air')).toBe('The airplane is| almost full');
    expect(push('The airplane is almost full.', 'The airplane is almost full.')).toBe('The airplane is almost full|.');
    expect(push('The airplane was', 'The airplane was')).toBe('The airplane is almost full|');
  });

  it('[LW1] does not take a word for stable whose signs or capitals differ', () => {
    expect(told('So, I left', 'So I left')).toEqual(['|So, I left', 'So| I left']);
    expect(told('so I left', 'So I left')).toEqual(['|so I left', '|So I left']);
  });

  it('[LW1] keeps stable words that are taken back, and goes on behind the words in their place', () => {
    expect(told('a cat sat', 'a cat sat', 'a bat sat down', 'a bat sat down there')).toEqual([
      '|a cat sat',
      'a cat sat|',
      'a cat sat| down',
      'a cat sat down| there',
    ]);
    expect(told('one two three', 'one two three', 'three four')).toEqual([
      '|one two three',
      'one two three|',
      'one two three| four',
    ]);
  });

  it('[LW1] tells words apart that nobody writes spaces between', () => {
    expect(told('我很难', '我很难过今天', '我很难过今天下雨').at(-1)).toMatch(/^我很难过今天\|/);
  });

  it('[LW1] has nothing to say of nothing', () => {
    expect(told('', '...', '')).toEqual(['|', '|...', '|']);
  });
});

describe('extend', () => {
  it.each([
    ['', 'The airplane is almost full.', 'The airplane is almost full.'],
    ['The airplane', 'The airplane is almost full.', 'The airplane is almost full.'],
    ['The airplane is almost full', 'The airplane is almost full.', 'The airplane is almost full.'],
    ['The air plane', 'The airplane is full.', 'The air plane is full.'],
    ['the airplane', 'The airplane is full.', 'the airplane is full.'],
    ['I wonder what', "It's gone.", 'I wonder what.'],
    ['to the', 'to them all', 'to them all'],
    ['The airplane is', 'No.', 'The airplane is.'],
    ['The airplane', '', 'The airplane'],
  ])('[LW2] %j and %j: %j', (stable, hypothesis, text) => {
    expect(extend(stable, hypothesis)).toBe(text);
  });
});

describe('any sequence of hypotheses', () => {
  const VOCABULARY = [
    'I',
    "I'm",
    'on',
    'my',
    'way',
    'way.',
    'Way',
    'no,',
    'no',
    '...',
    '3',
    '3.5',
    '😀',
    '很好',
    'naïve',
    '—',
    '\ud800',
  ];
  const random = seeded(20231101);
  const pick = (n: number): number => Math.floor(random() * n);
  const sentence = (): string[] => Array.from({ length: pick(9) }, () => VOCABULARY[pick(VOCABULARY.length)] ?? '');
  /** As a recogniser does: mostly the same words, some replaced, lost, doubled or added. */
  const changed = (words: string[]): string[] =>
    words
      .flatMap((word) => (random() < 0.8 ? [word] : ([[], [word, word], sentence().slice(0, 1)][pick(3)] ?? [])))
      .concat(random() < 0.5 ? sentence().slice(0, 2) : []);

  it('[LW1] [LW2] the stable text never shrinks or changes, is part of each text, and begins the final one', () => {
    let extended = 0;
    let agreed = 0;
    for (let run = 0; run < 400; run++) {
      const agreement = new LocalAgreement();
      let words = sentence();
      let before: PartialText = { text: '', stableChars: 0 };
      let stable = '';
      for (let step = 0; step < 6; step++) {
        words = random() < 0.1 ? sentence() : changed(words);
        const hypothesis = words.join(random() < 0.1 ? '' : ' ');
        const partial = agreement.push(hypothesis, random() < 0.5 ? hypothesis.length : pick(hypothesis.length + 1));
        expect(partial.stableChars).toBeGreaterThanOrEqual(before.stableChars);
        expect(partial.text.length).toBeGreaterThanOrEqual(partial.stableChars);
        expect(partial.text.startsWith(stable)).toBe(true);
        stable = partial.text.slice(0, partial.stableChars);
        expect(agreement.stableText).toBe(stable);
        if (stable.length > before.stableChars) agreed++;
        before = partial;
      }
      const hypothesis = changed(words).join(' ');
      const final = extend(stable, hypothesis);
      expect(final.startsWith(stable)).toBe(true);
      if (hypothesis.startsWith(stable)) {
        expect(final).toBe(hypothesis);
        extended++;
      }
    }
    // The property must not hold for want of cases.
    expect(agreed).toBeGreaterThan(200);
    expect(extended).toBeGreaterThan(30);
  });

  it('[LW1] hypotheses that only grow are told unchanged, all but the newest words stable', () => {
    for (let run = 0; run < 200; run++) {
      const words = sentence();
      const agreement = new LocalAgreement();
      for (let length = 0; length <= words.length; length++) {
        const hypothesis = words.slice(0, length).join(' ');
        expect(agreement.push(hypothesis).text).toBe(hypothesis);
      }
    }
  });
});
