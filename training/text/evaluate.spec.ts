import { EMOTIONS } from '../../src/emotion/scores.js';
import type { SentimentModel } from '../../src/text/read-text.js';
import { asSpoken, predictTexts, textReportOf } from './evaluate.js';
import type { Words } from '../fusion/pairs.js';
import { textTablesOf } from './tables.js';

const prior = Object.fromEntries(EMOTIONS.map((e) => [e, 1 / 7]));
const sure = (emotion: string) => Object.fromEntries(EMOTIONS.map((e) => [e, e === emotion ? 0.7 : 0.05]));

/** Happy where it says so; only a mark of exclamation says anything. */
const model = (telling: boolean): SentimentModel => ({
  ref: { name: 'text/test', sha256: '0123456789ab' },
  labels: EMOTIONS,
  prior,
  languages: ['en'],
  classify: (texts) =>
    Promise.resolve(
      texts.map((text) => ({
        scores: sure(text.includes('happy') ? 'happy' : 'neutral'),
        ...(telling && {
          wording: { expressiveness: text.includes('!') ? 1 : 0, dimensions: { valence: 0, arousal: 0 } },
        }),
      })),
    ),
  release: () => Promise.resolve(),
});
const words: Words[] = [
  { id: 'a:1', text: 'happy!', emotion: 'happy' },
  { id: 'a:2', text: 'The lamp.', emotion: 'neutral' },
  { id: 'a:3', text: 'happy lamp', emotion: 'sad' },
];
const facts = {
  model: { name: 'text/test', sha256: '0123456789ab', labels: EMOTIONS },
  made: { date: '2026-11-22T00:00:00.000Z', command: 'undertone evaluate text', seed: 0, commit: 'abc', machine: 'm' },
};

describe('evaluate text', () => {
  it('[ET1] counts the posterior of the texts as written, and the same texts in other conditions', async () => {
    const { summary, conditions, perClass, confusion, calibration } = textReportOf(
      await predictTexts(words, model(true)),
      facts,
    );
    expect(summary).toMatchObject({ n: 3, accuracy: 2 / 3, uar: 2 / 3 });
    expect(summary.ece).toBeCloseTo(0.7 - 2 / 3, 12);
    expect(perClass.map(({ emotion }) => emotion)).toEqual(['neutral', 'happy', 'sad']);
    expect(confusion.counts[3]?.[1]).toBe(1);
    expect(calibration.bins.reduce((sum, bin) => sum + bin.count, 0)).toBe(3);
    expect(conditions.map(({ condition }) => condition)).toEqual(['written', 'spoken', 'told']);
    expect(conditions[2]?.accuracy).toBeCloseTo(2 / 3, 12); // what says nothing stays with the prior, whose first is neutral
  });

  it('[ET2] tells how much the wording says, only of a model that tells', async () => {
    const { wording } = textReportOf(await predictTexts(words, model(true)), facts);
    expect(wording).toEqual({
      neutral: { n: 1, meanExpressiveness: 0, silent: 1, almostSilent: 1 },
      emotional: { n: 2, meanExpressiveness: 0.5, silent: 0.5, almostSilent: 0.5 },
    });
    const silent = textReportOf(await predictTexts(words, model(false)), facts);
    expect(silent.wording).toBeNull();
    expect(silent.conditions.map(({ condition }) => condition)).toEqual(['written', 'spoken']);
    expect(textTablesOf(silent).map(({ title }) => title)).not.toContain('Does the wording say anything?');
  });

  it.each([
    ["I'm FINE, thanks!", "i'm fine thanks"],
    ['“Don’t” — he said…', "don't he said"],
    ['Wow 😀', 'wow'],
  ])('[ET1] a recogniser may write %j as %j', (written, spoken) => {
    expect(asSpoken(written)).toBe(spoken);
  });
});
