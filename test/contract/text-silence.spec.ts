import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { readText, type SentimentModel } from '../../src/text/read-text.js';
import { loadSentiment } from '../../src/text/sentiment.model.js';

const EVERYDAY = [
  'The airplane is almost full.',
  "It's eleven o'clock.",
  "I'm on my way to the meeting.",
  'That is exactly what happened.',
  "I'm fine.",
  'We usually keep the ladder in the garage.',
  'The library is closed on Sundays.',
];
const SPEAKING = [
  'I hate you!',
  'I am so happy you came!',
  'I miss her so much.',
  "I'm terrified.",
  'That is disgusting.',
];

/** [TX12] of the shipped model, as far as the fused answer. */
describe('wording that says nothing', () => {
  let model: SentimentModel;
  beforeAll(async () => {
    model = await loadSentiment(join(PROJECT_ROOT, 'models'), 'text/emotion7');
  });
  afterAll(() => model.release());

  const read = (text: string) => readText({ text, language: 'en', confidence: 1, source: 'client' }, model);
  /** The largest change of an emotion's log-odds by words that count in full, from an even guess. */
  const moveOf = async (text: string): Promise<number> => {
    const evidence = await read(text);
    if (evidence.status !== 'available') throw new Error(evidence.reason);
    const ratios = EMOTIONS.map((e) => (evidence.scores[e] ?? NaN) / (evidence.prior[e] ?? NaN));
    const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
    return Math.max(...ratios.map((r) => Math.abs(Math.log(r / (total - r)) + Math.log(EMOTIONS.length - 1))));
  };

  it.each(EVERYDAY)('[TX12] %j moves no fused log-odds by more than 0.3', async (text) => {
    expect(await moveOf(text)).toBeLessThanOrEqual(0.3);
  });

  it.each(SPEAKING)('[TX12] %j is heard', async (text) => {
    const evidence = await read(text);
    if (evidence.status !== 'available') throw new Error(evidence.reason);
    expect(evidence.wording?.expressiveness).toBeGreaterThan(0.9);
    expect(await moveOf(text)).toBeGreaterThan(1);
  });

  it('[TX12] tells how pleasant the words are', async () => {
    const valences = await Promise.all(
      ['What a wonderful day.', 'This is a terrible tragedy.'].map(async (text) => {
        const evidence = await read(text);
        return evidence.status === 'available' ? (evidence.wording?.dimensions.valence ?? NaN) : NaN;
      }),
    );
    expect(valences[0]).toBeGreaterThan(0.1);
    expect(valences[1]).toBeLessThan(-0.1);
  });
});
