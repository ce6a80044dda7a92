import { ClientWords } from './client-words.js';

describe('ClientWords', () => {
  const utterance = { id: 'u1', startMs: 1_000, endMs: 4_000 };
  const said = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs });

  it('are one text in order of time, whenever they come', () => {
    const words = new ClientWords(16);
    words.add(said('my friend', 2_500, 3_500));
    expect(words.of(utterance)).toEqual({ text: 'my friend' });
    words.add({ ...said('I am fine', 1_200, 2_300), language: 'en' });
    expect(words.of(utterance)).toEqual({ text: 'I am fine my friend', language: 'en' });
    expect(words.size).toBe(0);
  });

  it('stand in place of earlier words of the same moment', () => {
    const words = new ClientWords(16);
    words.add(said('I am find', 1_200, 2_300));
    words.add(said('my friend', 2_500, 3_500));
    words.of(utterance);
    words.add(said('I am fine', 1_250, 2_350));
    expect(words.of(utterance)).toEqual({ text: 'I am fine my friend' });
  });

  it('of an utterance are bounded, and so are the utterances that are remembered', () => {
    const words = new ClientWords(1);
    for (let i = 0; i < 1_000; i++) words.add(said(String(i), 1_000 + i, 1_001 + i));
    expect(words.of(utterance)?.text.split(' ')).toHaveLength(100);
    words.add(said('later', 5_000, 6_000));
    expect(words.of({ id: 'u2', startMs: 5_000, endMs: 6_000 })).toEqual({ text: 'later' });
    expect(words.of(utterance)).toBeUndefined();
  });

  it('are gone when cleared, those that joined as well', () => {
    const words = new ClientWords(16);
    words.add(said('secret', 1_000, 2_000));
    words.of(utterance);
    words.clear();
    expect(words.of(utterance)).toBeUndefined();
  });
});
