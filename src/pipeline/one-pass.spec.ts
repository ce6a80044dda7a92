import { describe, expect, it } from '@jest/globals';
import { unavailable, type Modality } from '../emotion/evidence.js';
import type { Utterance } from '../emotion/utterance.js';
import { UNCALIBRATED } from '../fusion/config.js';
import type { HearWanted } from '../text/text.service.js';
import { analyzeUtterance, type Experts } from './analyze-utterance.js';
import { consented } from './consented-experts.js';
import { OnePass } from './one-pass.js';

const utterance = (): Utterance => ({
  id: 'u1',
  startMs: 0,
  endMs: 1_000,
  endReason: 'silence',
  samples: new Float32Array(16_000),
});

/** The line with experts that both need Whisper, and what was asked of it. */
async function analysed(...permitted: Modality[]): Promise<HearWanted[]> {
  const asked: HearWanted[] = [];
  const pass = new OnePass((_, wanted) => {
    asked.push({ ...wanted });
    const words = unavailable('text', wanted.words ? 'empty' : 'notProvided');
    return Promise.resolve({ words, ...(wanted.states && { states: new Float32Array(4) }) });
  });
  const experts: Experts = {
    fusion: UNCALIBRATED,
    voice: async (one) => {
      expect(await pass.states(one)).toHaveLength(4);
      return unavailable('voice', 'tooShort');
    },
    transcribe: (one) => pass.words(one),
    text: () => Promise.resolve(unavailable('text', 'empty')),
  };
  await analyzeUtterance(utterance(), consented(experts, new Set(permitted)), () => undefined);
  return asked;
}

describe('OnePass', () => {
  it('[WH2] hears an utterance once for the words and for the voice', async () => {
    expect(await analysed('voice', 'text')).toEqual([{ words: true, states: true }]);
  });

  it('[WH3] decodes no word where only the voice may be heard, and pools nothing where only the words may', async () => {
    expect(await analysed('voice')).toEqual([{ words: false, states: true }]);
    expect(await analysed('text')).toEqual([{ words: true, states: false }]);
    expect(await analysed()).toEqual([]);
  });

  it('[WH2] hears again for somebody who asks when it has begun without them', async () => {
    const asked: HearWanted[] = [];
    const pass = new OnePass((_, wanted) => {
      asked.push({ ...wanted });
      return Promise.resolve({ words: unavailable('text', 'empty') });
    });
    const one = utterance();
    await pass.words(one);
    expect(await pass.states(one)).toBeUndefined();
    await pass.words(utterance());
    expect(asked.map(({ words }) => words)).toEqual([true, false, true]);
  });
});
