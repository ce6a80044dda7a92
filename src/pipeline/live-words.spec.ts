import { describe, expect, it } from '@jest/globals';
import { unavailable, type UnavailableEvidence } from '../emotion/evidence.js';
import type { Emit, LineEvents } from '../emotion/line-events.js';
import type { Transcript, Utterance } from '../emotion/utterance.js';
import { LiveWords } from './live-words.js';

type Outcome = Transcript | UnavailableEvidence<'text'>;

/** A recogniser that answers when the test says so. */
class Recogniser {
  readonly asked: { utterance: Utterance; answer: (outcome: Outcome | string) => Promise<void> }[] = [];

  readonly transcribe = (utterance: Utterance): Promise<Outcome> =>
    new Promise((resolve) => {
      const answer = async (outcome: Outcome | string): Promise<void> => {
        resolve(typeof outcome === 'string' ? written(outcome) : outcome);
        await new Promise(setImmediate);
      };
      this.asked.push({ utterance, answer });
    });
}

const written = (text: string): Transcript => ({ text, language: 'en', confidence: 0.9, source: 'whisper' });

function start() {
  const told: LineEvents['transcript.partial'][] = [];
  const recogniser = new Recogniser();
  const state = { wanted: true };
  const emit: Emit = (_, payload) => told.push(payload as LineEvents['transcript.partial']);
  const words = new LiveWords(recogniser.transcribe, () => state.wanted, emit);
  const hear = (endMs: number): void => {
    void words.hear({ type: 'interim', startMs: 0, endMs, samples: new Float32Array(endMs * 16) });
  };
  words.begin({ id: 'u1', startMs: 0 });
  return { told, words, state, hear, asked: recogniser.asked };
}

describe('LiveWords', () => {
  it('[LW1] tells hypotheses of the growing audio, stable where two agree, each only when it is news', async () => {
    const { told, words, hear, asked } = start();
    for (const [i, text] of ['The air', 'The airplane', 'The airplane', 'The airplane'].entries()) {
      hear((i + 1) * 1_000);
      await asked[i]?.answer(text);
    }
    expect(told).toEqual([
      { utteranceId: 'u1', revision: 1, text: 'The air', stableChars: 0 },
      { utteranceId: 'u1', revision: 2, text: 'The airplane', stableChars: 3 },
      { utteranceId: 'u1', revision: 3, text: 'The airplane', stableChars: 12 },
    ]);
    expect(words.end()).toBe('The airplane');
  });

  it('[LW3] skips audio while one transcription is in flight, and then takes the newest', async () => {
    const { told, hear, asked } = start();
    for (let ms = 1_000; ms <= 9_000; ms += 1_000) hear(ms);
    expect(asked.map((one) => one.utterance.endMs)).toEqual([1_000]);
    await asked[0]?.answer('one');
    hear(10_000);
    expect(asked.map((one) => one.utterance.endMs)).toEqual([1_000, 10_000]);
    expect(asked[1]?.utterance).toMatchObject({ interim: true, id: 'u1', startMs: 0 });
    await asked[1]?.answer('one two');
    expect(told.map(({ text }) => text)).toEqual(['one', 'one two']);
  });

  it('[LW3] waits for a second of new audio', async () => {
    const { hear, asked } = start();
    hear(900);
    hear(1_000);
    await asked[0]?.answer('one');
    hear(1_500);
    hear(2_000);
    expect(asked.map((one) => one.utterance.endMs)).toEqual([1_000, 2_000]);
  });

  it('[LW4] tells nothing of an utterance that has ended, and nothing of it in the next one', async () => {
    const { told, words, hear, asked } = start();
    hear(1_000);
    expect(words.end()).toBe('');
    await asked[0]?.answer('late');
    hear(2_000);
    words.begin({ id: 'u2', startMs: 2_000 });
    hear(3_000);
    words.end();
    words.begin({ id: 'u3', startMs: 4_000 });
    await asked[1]?.answer('later');
    hear(5_000);
    await asked[2]?.answer('mine');
    expect(told).toEqual([{ utteranceId: 'u3', revision: 1, text: 'mine', stableChars: 0 }]);
  });

  it('[LW4] asks and tells nothing that is not wanted', async () => {
    const { told, state, hear, asked } = start();
    state.wanted = false;
    hear(1_000);
    expect(asked).toEqual([]);
    state.wanted = true;
    hear(2_000);
    state.wanted = false;
    await asked[0]?.answer('withdrawn');
    expect(told).toEqual([]);
  });

  it.each(['implausible', 'timeout', 'modelUnavailable'] as const)(
    '[LW4] tells nothing that is %s, and goes on with the next audio',
    async (reason) => {
      const { told, hear, asked } = start();
      hear(1_000);
      await asked[0]?.answer(unavailable('text', reason));
      hear(1_200);
      await asked[1]?.answer('words');
      expect(told.map(({ text }) => text)).toEqual(['words']);
    },
  );
});
