import { jest } from '@jest/globals';
import { unavailable, type Modality } from '../emotion/evidence.js';
import type { Utterance } from '../emotion/utterance.js';
import { UNCALIBRATED } from '../fusion/config.js';
import { analyzeFile, type FilePorts } from './analyze-file.js';
import type { Experts } from './analyze-utterance.js';
import { consented } from './consented-experts.js';

/** Experts that count how often they are asked; each answers when it is let. */
function counted() {
  let answer: () => void = () => undefined;
  const wait = (): Promise<void> => new Promise((resolve) => (answer = resolve));
  const voice = jest.fn<Experts['voice']>(async () => {
    await wait();
    return unavailable('voice', 'tooShort');
  });
  const transcribe = jest.fn<Experts['transcribe']>(() =>
    Promise.resolve({ text: 'fine', language: 'en', confidence: 1, source: 'client' }),
  );
  const text = jest.fn<Experts['text']>(() => Promise.resolve(unavailable('text', 'empty')));
  return {
    experts: { fusion: UNCALIBRATED, voice, transcribe, text },
    answer: () => {
      answer();
    },
  };
}
const UTTERANCE: Utterance = {
  id: 'u1',
  startMs: 0,
  endMs: 1_000,
  endReason: 'silence',
  samples: new Float32Array(16_000),
};

describe('without consent', () => {
  it('[PV4] for the voice nobody listens; for the words nobody writes down or reads', async () => {
    const { experts, answer } = counted();
    const none = consented(experts, new Set());
    expect(await none.voice(UTTERANCE)).toEqual(unavailable('voice', 'notConsented'));
    expect(await none.transcribe(UTTERANCE)).toEqual(unavailable('text', 'notConsented'));
    expect(experts.voice).not.toHaveBeenCalled();
    expect(experts.transcribe).not.toHaveBeenCalled();
    const words = consented(experts, new Set<Modality>(['text']));
    await words.voice(UTTERANCE);
    await words.transcribe(UTTERANCE);
    expect(experts.voice).not.toHaveBeenCalled();
    expect(experts.transcribe).toHaveBeenCalledTimes(1);
    answer();
  });

  it('[PV3] that went away while somebody listened, nobody is told what was heard', async () => {
    const { experts, answer } = counted();
    const permitted = new Set<Modality>(['voice']);
    const heard = consented(experts, permitted).voice(UTTERANCE);
    permitted.clear();
    answer();
    expect(await heard).toEqual(unavailable('voice', 'notConsented'));
  });

  it('[PV3] that went away since, nothing of what was read is usable, and what was never there stays so', () => {
    const permitted = new Set<Modality>(['voice', 'text', 'face']);
    const { usable } = consented(counted().experts, permitted);
    const transcript = { text: 'fine', language: 'en', confidence: 1, source: 'client' } as const;
    const [voice, text] = [unavailable('voice', 'notProvided'), unavailable('text', 'unsupportedLanguage')];
    const known = { utterance: UTTERANCE, transcript, voice, text, face: unavailable('face', 'failed') };
    expect(usable(known)).toEqual(known);
    permitted.clear();
    expect(usable(known)).toEqual({ utterance: UTTERANCE, voice, text: unavailable('text', 'notConsented') });
  });
});

describe('a whole file with its words', () => {
  const ports = (experts: Experts): FilePorts => ({
    experts,
    open: () => Promise.reject(new Error('words are given: no stream is opened')),
    decode: () => Promise.resolve(new Float32Array(16_000)),
  });
  const request = { audio: new Uint8Array(1), text: 'fine', language: 'en' } as const;

  it('[PV4] is not listened to where only the words may be read', async () => {
    const { experts } = counted();
    const { utterances } = await analyzeFile({ ...request, modalities: ['text'] }, ports(experts));
    expect(experts.voice).not.toHaveBeenCalled();
    expect(utterances[0]?.voice?.evidence).toEqual({ status: 'unavailable', reason: 'notConsented' });
  });

  it('[PV4] is not read where only the voice may be listened to', async () => {
    const { experts, answer } = counted();
    const analysis = analyzeFile({ ...request, modalities: ['voice'] }, ports(experts));
    while (experts.voice.mock.calls.length === 0) await new Promise(setImmediate);
    answer();
    const { utterances } = await analysis;
    expect(experts.transcribe).not.toHaveBeenCalled();
    expect(experts.text).not.toHaveBeenCalled();
    expect(utterances[0]?.transcript).toBeUndefined();
  });

  it('[PV3] withdrawn meanwhile has no answer', async () => {
    const { experts, answer } = counted();
    const withdrawn = new AbortController();
    const analysis = analyzeFile({ ...request, modalities: ['voice', 'text'] }, ports(experts), withdrawn.signal);
    while (experts.voice.mock.calls.length === 0) await new Promise(setImmediate);
    withdrawn.abort();
    answer();
    await expect(analysis).rejects.toMatchObject({ code: 'consentRequired' });
  });
});
