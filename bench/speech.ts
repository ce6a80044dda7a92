import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFile } from '../src/audio/decode.js';
import { PROJECT_ROOT } from '../src/common/config.js';

/** The project's own clip of two sentences with a pause between them. */
export const DEFAULT_CLIP = join(PROJECT_ROOT, 'test', 'fixtures', 'clips', 'two-sentences.wav');
/** Silence after each round, ms: whatever the clip, its last utterance ends. */
const PAUSE_MS = 1_000;

/** Speech to be played over and over, cut into frames of pcm_s16le. */
export interface SpeechLoop {
  readonly sampleRate: number;
  readonly frames: readonly Buffer[];
}

export async function speechLoop(file: string, frameMs: number): Promise<SpeechLoop> {
  const { samples, sampleRate } = await decodeFile(await readFile(file));
  const frame = Math.round((sampleRate * frameMs) / 1_000);
  const count = Math.ceil((samples.length + (sampleRate * PAUSE_MS) / 1_000) / frame);
  const pcm = Buffer.alloc(count * frame * 2);
  samples.forEach((s, i) => pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, s)) * 32_767), i * 2));
  const frames = Array.from({ length: count }, (_, i) => pcm.subarray(i * frame * 2, (i + 1) * frame * 2));
  return { sampleRate, frames };
}
