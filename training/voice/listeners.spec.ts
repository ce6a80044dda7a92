import { EMOTIONS, type PartialScores } from '../../src/emotion/scores.js';
import { compareWithListeners, correlation, divergence, type Heard } from './listeners.js';

const over = (scores: PartialScores): number[] => EMOTIONS.map((e) => scores[e] ?? 0);
const SAD = EMOTIONS.indexOf('sad');
const ANGRY = EMOTIONS.indexOf('angry');

const clip = (votes: Heard['votes'], scores: PartialScores, perceived?: PartialScores, truth = SAD): Heard => ({
  truth,
  votes,
  scores: over(scores),
  ...(perceived && { perceived: over(perceived) }),
});

describe('compareWithListeners', () => {
  it('[EV10] measures KL in nats and correlation over all cells, by the head for what is heard', () => {
    const found = compareWithListeners([
      clip({ sad: 3, angry: 1 }, { angry: 1 }, { sad: 0.5, angry: 0.5 }),
      clip({ sad: 0, angry: 4 }, { sad: 1 }, { sad: 0.25, angry: 0.75 }),
    ]);
    expect(found).toMatchObject({ n: 2, from: 'perceived', emotions: ['angry', 'sad'] });
    const kl = [0.75 * Math.log(1.5) + 0.25 * Math.log(0.5), Math.log(4 / 3)];
    expect(found?.kl).toBeCloseTo(((kl[0] ?? 0) + (kl[1] ?? 0)) / 2, 12);
    // Shares .25 .75 1 0 and scores .5 .5 .75 .25, both about a mean of a half.
    expect(found?.correlation).toBeCloseTo(0.25 / Math.sqrt(0.625 * 0.125), 12);
  });

  it('[EV10] compares the emotions that could be chosen, brought to 1 on both sides', () => {
    const found = compareWithListeners([clip({ sad: 1, angry: 1 }, { sad: 0.2, angry: 0.2, surprised: 0.6 })]);
    expect(found).toMatchObject({ from: 'scores', kl: 0, accuracy: 1 });
  });

  it('[EV10] charges what the model rules out, but not without end', () => {
    const found = compareWithListeners([clip({ sad: 1, angry: 0 }, { angry: 1 })]);
    expect(found?.kl).toBeCloseTo(Math.log(1e6), 6);
  });

  it('[EV10] takes any of the most heard for right; people who split share the point', () => {
    const tie = clip({ sad: 2, angry: 2, happy: 1 }, { angry: 0.6, sad: 0.3, happy: 0.1 });
    const clear = clip({ sad: 4, angry: 0, happy: 0 }, { angry: 0.6, sad: 0.3, happy: 0.1 }, undefined, ANGRY);
    const found = compareWithListeners([tie, clear]);
    expect(found?.accuracy).toBe(0.5);
    expect(found?.humanAccuracy).toBe(0.25);
    expect(found?.humanUar).toBe(0.25);
  });

  it('is nothing without votes', () => {
    expect(compareWithListeners([])).toBeNull();
    expect(compareWithListeners([clip({ sad: 0, angry: 0 }, { sad: 1 })])).toBeNull();
  });
});

describe('divergence and correlation', () => {
  it('are 0 for the same shares, and for a side that does not vary', () => {
    expect(divergence([0.5, 0.5, 0], [0.5, 0.5, 0])).toBe(0);
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1, 12);
    expect(correlation([1, 2, 3], [3, 2, 1])).toBeCloseTo(-1, 12);
    expect(correlation([1, 1], [0, 1])).toBe(0);
  });
});
