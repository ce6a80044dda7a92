import { EMOTIONS, valenceSign, type Emotion } from '../../src/emotion/scores.js';
import { groupBy } from '../common/group-by.js';
import { makePairs, REASSURANCES, type Pair, type Voice, type Words } from './pairs.js';

const clips: Voice[] = EMOTIONS.flatMap((emotion) =>
  Array.from({ length: 6 }, (_, i) => ({ path: `${emotion}/${i}.wav`, emotion })),
);
const texts: Words[] = EMOTIONS.flatMap((emotion, e) =>
  Array.from({ length: 3 }, (_, i) => ({ id: `t.tsv:${10 * e + i}`, text: `${emotion} ${i}`, emotion })),
);
const neutral: Words[] = ['A', 'B', 'C'].map((code, i) => ({ id: `n.tsv:${i}`, text: code, emotion: 'neutral', code }));

const make = (seed = 1, from: Voice[] = clips): Pair[] => makePairs({ clips: from, texts, neutral }, seed);
const named = (pairs: readonly Pair[]): string[] => pairs.map((p) => `${p.kind} ${p.clip.path} ${p.words.id}`);

describe('makePairs', () => {
  it('[FP1] uses each clip once per kind, and the words of a label equally often', () => {
    const byKind = groupBy(make(), (pair) => pair.kind);
    for (const [kind, pairs] of byKind) {
      expect(new Set(pairs.map((p) => p.clip.path)).size).toBe(pairs.length);
      // Happy words are dealt to four kinds of voices, words of the four to one of six clips: as even as the numbers allow.
      for (const own of groupBy(pairs, (p) => p.words.emotion).values()) {
        const uses = [...groupBy(own, (p) => p.words.id).values()].map((same) => same.length);
        expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1);
      }
      expect([kind, pairs.length]).toEqual([kind, kind === 'incongruent' ? 30 : 42]);
    }
  });

  it('[FP1] the same seed gives the same pairs in whatever order the files come; another gives others', () => {
    const turned = makePairs(
      { clips: [...clips].reverse(), texts: [...texts].reverse(), neutral: [...neutral].reverse() },
      1,
    );
    expect(named(turned)).toEqual(named(make()));
    expect(named(make(2))).not.toEqual(named(make()));
  });

  it('[FP2] says the same, nothing, or the opposite; what is to be found is the label of the voice', () => {
    for (const { kind, clip, words, truth } of make()) {
      expect(truth).toBe(clip.emotion);
      if (kind === 'congruent') expect(words.emotion).toBe(clip.emotion);
      if (kind === 'neutralWords') expect(neutral.map(({ id }) => id)).toContain(words.id);
      if (kind === 'reassurance') expect(REASSURANCES.map(({ id }) => id)).toContain(words.id);
      if (kind === 'incongruent') expect(valenceSign(words.emotion) * valenceSign(clip.emotion)).toBe(-1);
    }
    const opposed = make().filter((p) => p.kind === 'incongruent' && p.clip.emotion === 'happy');
    expect(new Set(opposed.map((p) => p.words.emotion))).toEqual(
      new Set<Emotion>(['angry', 'sad', 'fearful', 'disgust']),
    );
  });

  it('[FP3] tells apart how often the same words are said', () => {
    for (const same of groupBy(make(), ({ words }) => words.id).values()) {
      expect(same.map(({ words }) => words.take)).toEqual([...same.keys()]);
    }
  });

  it('[FP2] neutral wording is what the clip really says, where its sentence is known', () => {
    const pairs = make(1, [{ path: 'x', emotion: 'sad', sentence: 'B' }]);
    expect(pairs.find((p) => p.kind === 'neutralWords')?.words.id).toBe('n.tsv:1');
  });

  it('[FP1] goes without a kind for which there are no words', () => {
    const onlySad = makePairs({ clips, texts: texts.filter((t) => t.emotion === 'sad'), neutral: [] }, 1);
    expect(
      onlySad.filter((p) => p.kind !== 'reassurance').map((p) => [p.kind, p.clip.emotion, p.words.emotion]),
    ).toEqual([
      ...Array.from({ length: 6 }, () => ['congruent', 'sad', 'sad']),
      ...Array.from({ length: 6 }, () => ['incongruent', 'happy', 'sad']),
    ]);
  });
});
