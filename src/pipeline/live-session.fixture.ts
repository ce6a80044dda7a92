import { newVadState, type DetectVoice } from '../audio/vad.model.js';
import { VoiceStream } from '../audio/voice-stream.js';
import { WINDOW } from '../audio/segmenter.js';
import { unavailable, type AvailableEvidence, type Modality } from '../emotion/evidence.js';
import type { Emit, LineEventName, LineEvents } from '../emotion/line-events.js';
import type { ResultRecord } from '../emotion/record.js';
import { scoresOf } from '../emotion/scores.js';
import { UNCALIBRATED } from '../fusion/config.js';
import type { Experts } from './analyze-utterance.js';
import type { ClientReading } from './further-readings.js';
import { LiveSession, type LiveSessionOptions } from './live-session.js';

/** Speech is whatever is loud. */
const loud: DetectVoice = (windows) => {
  const probabilities = new Float32Array(windows.length / WINDOW);
  for (let i = 0; i < probabilities.length; i++)
    probabilities[i] = Math.abs(windows[i * WINDOW + 7] ?? 0) > 0.01 ? 1 : 0;
  return Promise.resolve({ probabilities, state: newVadState() });
};

const EVEN = scoresOf(() => 1 / 7);
const model = { name: 'fake', sha256: '0' };
export const said = <M extends Modality>(
  modality: M,
  quality: AvailableEvidence<M>['quality'],
): AvailableEvidence<M> => ({
  modality,
  status: 'available',
  scores: scoresOf((e) => (e === 'sad' ? 0.4 : 0.1)),
  prior: EVEN,
  quality,
  cues: [],
  model,
});

/** A smile in this stretch of time. */
export const face = (startMs: number, endMs: number): ClientReading => ({
  modality: 'face',
  startMs,
  endMs,
  scores: { happy: 0.9, sad: 0.1 },
  reliability: 1,
  cues: [{ name: 'smile', toward: 'happy', weight: 1, detail: 'a broad smile' }],
});

export function fakeExperts(over: Partial<Experts> = {}): Experts {
  return {
    fusion: UNCALIBRATED,
    voice: () => Promise.resolve(said('voice', { voicedMs: 2_000, snrDb: 30, clipping: 0 })),
    transcribe: ({ clientText }) =>
      Promise.resolve(
        clientText
          ? { text: clientText.text, language: 'en', confidence: 1, source: 'client' }
          : unavailable('text', 'modelUnavailable'),
      ),
    text: () => Promise.resolve(said('text', { asrConfidence: 1, contentWords: 5, languageSupported: true })),
    ...over,
  };
}

/** Experts whose voice is read once `finish` is called. */
export function heldReading(): { slow: Experts; finish: () => void } {
  let finish = (): void => undefined;
  const reading = new Promise<void>((resolve) => (finish = resolve));
  const slow = fakeExperts({
    voice: async () => {
      await reading;
      return said('voice', { voicedMs: 2_000, snrDb: 30, clipping: 0 });
    },
  });
  return { slow, finish };
}

export interface Heard {
  session: LiveSession;
  /** What was handed over to be stored. */
  kept: readonly ResultRecord[];
  names: () => string[];
  of: <E extends LineEventName>(event: E) => LineEvents[E][];
  speak: (ms: number) => void;
  pause: (ms: number) => void;
}

export async function open(
  experts: Experts = fakeExperts(),
  modalities: Modality[] = ['voice', 'text'],
  over: Partial<LiveSessionOptions> = {},
): Promise<Heard> {
  const told: { event: LineEventName; payload: unknown }[] = [];
  const emit: Emit = (event, payload) => told.push({ event, payload });
  const ear = await VoiceStream.create({
    format: { encoding: 'pcm_f32le', sampleRate: 16_000, channels: 1 },
    segmenter: { interimIntervalMs: 300 },
    detect: loud,
    onEvent: (event) => {
      session.hear(event);
    },
  });
  const options = { modalities, language: 'auto', transcriptionAdvice: () => 'install it', idle: () => true, ...over };
  const kept: ResultRecord[] = [];
  const session = new LiveSession(
    options,
    ear,
    experts,
    emit,
    () => undefined,
    (result) => kept.push(result),
  );
  const push = (ms: number, level: number): void => {
    session.pushAudio(new Uint8Array(new Float32Array(ms * 16).fill(level).buffer));
  };
  return {
    session,
    kept,
    names: () => told.map((one) => one.event),
    of: (event) => told.filter((one) => one.event === event).map((one) => one.payload as never),
    speak: (ms) => {
      push(ms, 0.5);
    },
    pause: (ms) => {
      push(ms, 0);
    },
  };
}
