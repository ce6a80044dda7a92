import { WINDOW } from '../audio/segmenter.js';
import { newVadState, type DetectVoice } from '../audio/vad.model.js';
import { VoiceStream } from '../audio/voice-stream.js';
import { unavailable } from '../emotion/evidence.js';
import { EMOTIONS } from '../emotion/scores.js';
import { UNCALIBRATED } from '../fusion/config.js';
import { analyzeFile, type FilePorts, type FileRequest } from './analyze-file.js';
import type { Experts } from './analyze-utterance.js';
import { LiveSession } from './live-session.js';

/** Longer than a file may run ahead of its analysis. */
const TEN_SECONDS = new Float32Array(160_000).fill(0.5);
const REQUEST: FileRequest = { audio: new Uint8Array(1), modalities: ['voice'], language: 'en' };

const experts: Experts = {
  fusion: UNCALIBRATED,
  voice: () => Promise.resolve(unavailable('voice', 'modelUnavailable')),
  transcribe: () => Promise.resolve(unavailable('text', 'modelUnavailable')),
  text: () => Promise.resolve(unavailable('text', 'modelUnavailable')),
};

const silence: DetectVoice = (windows) =>
  Promise.resolve({ probabilities: new Float32Array(windows.length / WINDOW), state: newVadState() });

/** Ports whose sessions are real, and those sessions. */
function ports(over: Partial<FilePorts> = {}, detect = silence): { ports: FilePorts; opened: LiveSession[] } {
  const opened: LiveSession[] = [];
  const open: FilePorts['open'] = async ({ modalities, language, audio }, emit, onAudioError) => {
    const onEvent = (event: Parameters<LiveSession['hear']>[0]): void => {
      session.hear(event);
    };
    const ear = audio && (await VoiceStream.create({ format: audio, detect, onEvent }));
    const options = { modalities, language, transcriptionAdvice: () => '', idle: () => true };
    const session = new LiveSession(options, ear, experts, emit, onAudioError);
    opened.push(session);
    return session;
  };
  return { ports: { open, experts, decode: () => Promise.resolve(TEN_SECONDS), ...over }, opened };
}

/** It takes nothing more, so it holds nothing more. */
const expectLetGo = (opened: readonly LiveSession[]): void => {
  expect(opened).toHaveLength(1);
  expect(() => {
    opened[0]!.pushAudio(new Uint8Array(4));
  }).toThrow(expect.objectContaining({ code: 'consentRequired' }));
};

describe('a file whose consent is withdrawn', () => {
  const withdrawn = expect.objectContaining({ code: 'consentRequired', message: expect.stringContaining('withdrawn') });

  it('[PV3] is given up although much of it still waits, and has ended by then', async () => {
    const abort = new AbortController();
    let begun = (): void => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    let running = 0;
    const slow: DetectVoice = async (windows, state) => {
      running++;
      begun();
      await new Promise((done) => setTimeout(done, 20));
      running--;
      return silence(windows, state);
    };
    const { ports: given, opened } = ports({}, slow);
    const analysis = analyzeFile(REQUEST, given, abort.signal);
    await asked;
    expect(opened[0]!.bufferedMs).toBeGreaterThan(5_000);
    abort.abort();
    await expect(analysis).rejects.toEqual(withdrawn);
    expect(running).toBe(0);
    expectLetGo(opened);
  }, 10_000);

  it('[PV3] is not looked at where that was while it was decoded', async () => {
    const abort = new AbortController();
    const asked: number[] = [];
    const detect: DetectVoice = (windows, state) => {
      asked.push(windows.length);
      return silence(windows, state);
    };
    const decode = (): Promise<Float32Array> => {
      abort.abort();
      return Promise.resolve(TEN_SECONDS);
    };
    const { ports: given, opened } = ports({ decode }, detect);
    await expect(analyzeFile(REQUEST, given, abort.signal)).rejects.toEqual(withdrawn);
    expect(asked).toEqual([]);
    expectLetGo(opened);
  });
});

it('[EI1] a file with a reading that is not allowed leaves nothing open', async () => {
  const scores = Object.fromEntries(EMOTIONS.map((e) => [e, 1 / 7]));
  const reading = { modality: 'face', startMs: 0, endMs: 900, scores, reliability: 1, cues: [] } as const;
  const { ports: given, opened } = ports();
  const refused = analyzeFile({ ...REQUEST, readings: [reading] }, given);
  await expect(refused).rejects.toMatchObject({ code: 'consentRequired', details: { param: 'modality' } });
  expectLetGo(opened);
});
