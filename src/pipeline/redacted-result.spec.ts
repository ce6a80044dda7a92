import type { Cue } from '../emotion/evidence.js';
import type { ResultRecord } from '../emotion/record.js';
import { UNCALIBRATED } from '../fusion/config.js';
import { evidenceOf, peaked, textOf, voiceOf } from '../fusion/evidence.fixture.js';
import { fuse } from '../fusion/fuse.js';
import { relabel } from '../fusion/relabel.js';
import { redactedResult } from './redacted-result.js';

const WORDS = 'My card is 4111 1111 1111 1111 and this is awful.';
const at = (quote: string): [number, number] => [WORDS.indexOf(quote), WORDS.indexOf(quote) + quote.length];
const cue = (quote: string): Cue => ({
  modality: 'text',
  name: 'word',
  quote,
  toward: 'angry',
  weight: 1,
  textSpan: at(quote),
});

function resultOf(words: string, cues: readonly Cue[]): ResultRecord {
  const voice = voiceOf(peaked({ angry: 0.8 }));
  const text = textOf(peaked({ angry: 0.7 }), { cues });
  return {
    utterance: { id: 'u1', startMs: 0, endMs: 1_000, endReason: 'silence' },
    transcript: { text: words, language: 'en', confidence: 1, source: 'client' },
    voice,
    text,
    fused: fuse({ voice, text }, { config: UNCALIBRATED, words, locale: 'en' }),
    resultId: 'u1r1',
    revision: 1,
    cause: 'analysis',
  };
}

describe('a result as it is stored', () => {
  it('[PV12] holds nothing personal in any of its parts, and the same numbers', () => {
    const result = resultOf(WORDS, [cue('4111'), cue('awful')]);
    expect(JSON.stringify(result)).toContain('4111');
    const stored = redactedResult(result, UNCALIBRATED);
    expect(JSON.stringify(stored)).not.toContain('4111');
    expect(stored.transcript?.text).toBe('My card is [card] and this is awful.');
    const { explanation: told, ...numbers } = result.fused;
    const { explanation, ...kept } = stored.fused;
    expect(kept).toEqual(numbers);
    expect(explanation.cues.map(({ quote }) => quote)).toEqual(['[card]', 'awful']);
    expect(explanation.cues.map(({ weight }) => weight)).toEqual(told.cues.map(({ weight }) => weight));
  });

  it('[PV12] is the same where nothing is personal, and where there are no words', () => {
    const plain = resultOf('This is awful.', []);
    expect(redactedResult(plain, UNCALIBRATED)).toBe(plain);
    const { transcript: _none, ...wordless } = plain;
    expect(redactedResult(wordless, UNCALIBRATED)).toBe(wordless);
  });

  it('[PV12] takes out of a client’s own cues what is personal, and leaves what a person decided', () => {
    const result = resultOf('This is awful.', []);
    const detail = 'mail of ann@example.org on the screen';
    const face = evidenceOf('face', peaked({ angry: 0.8 }), {
      cues: [{ modality: 'face', name: 'gaze', detail, toward: 'angry', weight: 1 }],
    });
    const { voice, text } = result;
    const fused = relabel(fuse({ voice, text, face }, { config: UNCALIBRATED, words: 'This is awful.' }), 'sad', 0.01);
    expect(JSON.stringify(fused)).toContain('ann@example.org');
    const stored = redactedResult({ ...result, face, fused }, UNCALIBRATED);
    expect(JSON.stringify(stored)).not.toContain('ann@example.org');
    expect(JSON.stringify(stored.face)).toContain('mail of [email] on the screen');
    expect(stored.fused.decision).toEqual({ label: 'sad', confidence: 1, by: 'person' });
    expect(stored.fused.modalities).toEqual(fused.modalities);
  });
});
