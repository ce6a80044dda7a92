import { rngOf } from '../common/rng.js';
import { confidenceAt, misheard, vocabularyOf } from './word-errors.js';

const vocabulary = ['apple', 'boat', 'cloud'];
const words = Array.from({ length: 500 }, (_, i) => `w${i}`);
const at = (rate: number, seed = 7): string[] => misheard(words.join(' '), rate, rngOf(seed), vocabulary).split(' ');

describe('misheard', () => {
  it('[FP3] gets the share wrong that it is told to, in the usual proportion', () => {
    for (const rate of [0.1, 0.4]) {
      const heard = Array.from({ length: 20 }, (_, seed) => at(rate, seed)).flat();
      const right = heard.filter((word) => word.startsWith('w')).length;
      const spoken = 20 * words.length;
      const off = [
        (spoken - right) / spoken - (0.6 + 0.25) * rate, // substituted and deleted
        (heard.length - right) / spoken - (0.6 + 0.15) * rate, // substitutes and insertions
      ];
      for (const difference of off) expect(Math.abs(difference)).toBeLessThan(0.02); // four standard errors
    }
  });

  it('[FP3] what is wrong at one rate is wrong at each higher one; the same seed gives the same', () => {
    const few = new Set(at(0.1));
    const lost = words.filter((word) => !few.has(word));
    const many = new Set(at(0.4));
    expect(lost.length).toBeGreaterThan(0);
    expect(lost.filter((word) => many.has(word))).toEqual([]);
    expect(at(0.2)).toEqual(at(0.2));
  });

  it('[FP3] without errors the text stays as it is, but nobody speaks an emoji', () => {
    expect(misheard("I'm fine, thanks!", 0, rngOf(1), vocabulary)).toBe("I'm fine, thanks!");
    expect(misheard('So happy 😀 now', 0, rngOf(1), vocabulary)).toBe('So happy now');
  });

  it('[FP3] a substitute is another word, drawn as often as the texts have it', () => {
    expect(vocabularyOf(['The cat, the DOG', '7 😀'])).toEqual(['the', 'cat', 'the', 'dog']);
    const heard = misheard('cat '.repeat(500), 1, rngOf(3), ['cat', 'dog']).split(' ');
    expect(heard.filter((word) => word === 'dog').length).toBeGreaterThan(300);
    const substituted = misheard('cat '.repeat(500), 1, rngOf(3), ['cat']);
    expect(new Set(substituted.split(' '))).toEqual(new Set(['cat'])); // there is no other
  });

  it('[FP3] a recogniser knows on average how often it errs', () => {
    const rng = rngOf(5);
    const stated = Array.from({ length: 5_000 }, () => confidenceAt(0.4, rng));
    expect(stated.reduce((a, b) => a + b, 0) / stated.length).toBeCloseTo(0.6, 2);
    expect(Math.min(...stated)).toBeGreaterThan(0.3);
    expect(Math.max(...Array.from({ length: 500 }, () => confidenceAt(0.02, rng)))).toBe(1);
  });
});
