import { describe, expect, it } from '@jest/globals';
import { LexiconModel } from './lexicon.fixture.js';
import type { AvailableEvidence } from '../emotion/evidence.js';
import { MAX_ATTRIBUTED } from './attribution.js';
import { readText } from './read-text.js';

const said = (text: string, language = 'en') => ({ text, language, confidence: 0.7, source: 'whisper' as const });
const read = async (text: string, model = new LexiconModel()) =>
  (await readText(said(text), model)) as AvailableEvidence<'text'>;

describe('readText', () => {
  it('[TX4] names the word that decided, with its place in the transcript as it came', async () => {
    const text = ' What\u00a0an  AWFUL day…';
    const { cues, quality, scores } = await read(text);
    expect(cues).toHaveLength(1);
    const [start, end] = cues[0]!.textSpan!;
    expect(text.slice(start, end)).toBe('AWFUL');
    expect(cues[0]).toMatchObject({ name: 'word', quote: 'AWFUL', toward: 'disgust' });
    expect(cues[0]?.weight).toBeCloseTo(2, 12);
    expect(quality).toEqual({ asrConfidence: 0.7, contentWords: 2, languageSupported: true });
    expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
  });

  it('[TX4] shows a word that speaks against the result with a negative weight', async () => {
    const { cues } = await read('great, great, but awful');
    expect(cues.map(({ quote, weight }) => [quote, Math.sign(weight)])).toContainEqual(['awful', -1]);
  });

  it('[TX4] takes the prior for what is left of a single word', async () => {
    const model = new LexiconModel();
    const { cues } = await read('Great!', model);
    expect(cues[0]?.weight).toBeCloseTo(2, 12);
    expect(model.batches).toEqual([1, 0]);
  });

  it('[TX4] costs two batches and a bounded number of variants, however long the text', async () => {
    const model = new LexiconModel();
    await read('I am furious about this. '.repeat(40_000), model);
    expect(model.batches[1]).toBe(MAX_ATTRIBUTED);
    expect(model.batches[0]).toBeLessThan(200);
  });

  it('[TX2] reads the same without cues, in one batch', async () => {
    const model = new LexiconModel();
    const words = said('great, great, but awful');
    const bare = await readText(words, model, { cues: false });
    expect(model.batches).toEqual([1]);
    expect(bare).toEqual({ ...(await readText(words, model)), cues: [] });
  });

  it('[TX2] gives the same evidence for the same transcript', async () => {
    const model = new LexiconModel();
    expect(await read('so great 😀 and awful', model)).toEqual(await read('so great 😀 and awful', model));
  });

  it.each([
    ['', 'en', 'empty'],
    ['?!…', 'en', 'empty'],
    ['我很难过', 'und', 'unsupportedLanguage'],
    ['ich bin traurig', 'de', 'unsupportedLanguage'],
  ])('[TX3] %j (%s) is unavailable: %s', async (text, language, reason) => {
    expect(await readText(said(text, language), new LexiconModel())).toEqual({
      modality: 'text',
      status: 'unavailable',
      reason,
    });
  });
});
