import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PartialScores } from '../../src/emotion/scores.js';
import { readText, type SentimentModel } from '../../src/text/read-text.js';

const TEXTS = [
  "I'm fine.",
  'What a wonderful surprise, thank you so much!',
  'this is awful i hate it',
  'The airplane is almost full.',
  '😀😀',
  '',
  'a\u0000\u0007\ud800b',
  '我很难过',
  'x'.repeat(5_000),
  'I never said that. '.repeat(60),
];

/** What every text model owes, whoever made it. `load` is called once. */
export function textModelContract(name: string, load: () => Promise<SentimentModel>): void {
  describe(`text model ${name}`, () => {
    let model: SentimentModel;
    beforeAll(async () => {
      model = await load();
    });
    afterAll(async () => {
      await model.release();
    });

    const sum = (scores: PartialScores): number => Object.values(scores).reduce((a, b) => a + b, 0);
    const difference = (a: PartialScores, b: PartialScores): number =>
      Math.max(...model.labels.map((e) => Math.abs((a[e] ?? NaN) - (b[e] ?? NaN))));
    const read = (text: string, language = 'en') =>
      readText({ text, language, confidence: 1, source: 'client' }, model);

    it('[TX2] gives any text a positive probability for each of its labels, summing to 1', async () => {
      for (const { scores } of await model.classify(TEXTS)) {
        expect(Object.keys(scores)).toEqual([...model.labels]);
        expect(Math.min(...Object.values(scores))).toBeGreaterThan(0);
        expect(sum(scores)).toBeCloseTo(1, 6);
      }
    });

    it('[TX2] has a prior over the same labels', () => {
      expect(Object.keys(model.prior)).toEqual([...model.labels]);
      expect(sum(model.prior)).toBeCloseTo(1, 6);
    });

    it('[TX2] gives a text the same scores whatever it shares a batch with', async () => {
      const together = await model.classify(TEXTS);
      const reversed = (await model.classify([...TEXTS].reverse())).reverse();
      for (const [i, text] of TEXTS.entries()) {
        const [alone] = await model.classify([text]);
        expect(difference(together[i]!.scores, alone!.scores)).toBeLessThan(1e-5);
        expect(difference(reversed[i]!.scores, alone!.scores)).toBeLessThan(1e-5);
      }
    });

    it('[TX2] answers an empty batch with nothing', async () => {
      expect(await model.classify([])).toEqual([]);
    });

    it('[TX3] has a defined outcome for text that is no sentence', async () => {
      expect(await read('')).toMatchObject({ reason: 'empty' });
      expect(await read('\u0000\u0007')).toMatchObject({ reason: 'empty' });
      expect(await read('😀😡')).toMatchObject({ status: 'available', quality: { contentWords: 2 } });
      expect(await read('a\u0000b\ud800')).toMatchObject({ status: 'available' });
      if (!model.languages.includes('zh') && !model.languages.includes('*')) {
        expect(await read('我很难过', 'und')).toMatchObject({ reason: 'unsupportedLanguage' });
      }
    });

    it('[TX3] reads a megabyte in bounded time', async () => {
      const before = performance.now();
      expect(await read('I hate this. '.repeat(80_000))).toMatchObject({ status: 'available' });
      expect(performance.now() - before).toBeLessThan(20_000);
    });

    it('[TX4] explains by places in the text', async () => {
      const text = 'Well, this is absolutely awful.';
      const evidence = await read(text);
      if (evidence.status !== 'available') throw new Error(evidence.reason);
      expect(evidence.cues.length).toBeGreaterThan(0);
      for (const { textSpan, quote } of evidence.cues) expect(quote).toBe(text.slice(...textSpan!));
    });
  });
}
