import { assertDisjoint, splitSpeakers } from './splits.js';

const clips = [
  ...Array.from({ length: 200 }, (_, i) => ({ corpus: 'a', speaker: `a/${i % 20}`, id: i })),
  ...Array.from({ length: 60 }, (_, i) => ({ corpus: 'b', speaker: `b/${i % 5}`, id: i })),
];
const options = { heldOutShare: 0.1, folds: 5, seed: 3 };
const speakersOf = (side: readonly { speaker: string }[]): Set<string> => new Set(side.map((c) => c.speaker));

describe('splitSpeakers', () => {
  it('[TR1] puts no speaker on two sides and loses no clip', () => {
    const { heldOut, folds } = splitSpeakers(clips, options);
    const sides = [heldOut, ...folds];
    const seen = sides.flatMap((side) => [...speakersOf(side)]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(sides.flat()).toHaveLength(clips.length);
  });

  it('holds out the floor of the share of each corpus and lets each fold hear each corpus', () => {
    const { heldOut, folds } = splitSpeakers(clips, options);
    expect([...speakersOf(heldOut)].map((s) => s[0])).toEqual(['a', 'a']);
    for (const fold of folds) expect(new Set(fold.map((c) => c.corpus))).toEqual(new Set(['a', 'b']));
  });

  it('[TR2] depends on the seed and not on the order of the clips', () => {
    const reversed = splitSpeakers([...clips].reverse(), options);
    expect(speakersOf(reversed.heldOut)).toEqual(speakersOf(splitSpeakers(clips, options).heldOut));
    const splits = [1, 2, 3, 4, 5].map((seed) =>
      [...speakersOf(splitSpeakers(clips, { ...options, seed }).heldOut)].join(),
    );
    expect(new Set(splits).size).toBeGreaterThan(1);
  });
});

describe('assertDisjoint', () => {
  it('[TR1] names the speaker who is on two sides', () => {
    const clip = (speaker: string) => ({ corpus: 'a', speaker });
    expect(() => {
      assertDisjoint([[clip('a/1')], [clip('a/2'), clip('a/1')]]);
    }).toThrow('a/1');
  });
});
