import type { StreamClient } from './stream-client.js';
import { mixDown, toPcm16 } from './pcm.js';

const FRAME_MS = 100;
/** The whole file is decoded in memory: about an hour of speech in any common format. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Reads any audio the browser can, at the context's sample rate, mono. */
export async function decodeFile(context: AudioContext, file: File): Promise<Int16Array<ArrayBuffer>> {
  if (file.size > MAX_BYTES) throw new Error(`${file.name} is over 256 MB: cut it into parts.`);
  const bytes = await file.arrayBuffer();
  let decoded: AudioBuffer;
  try {
    decoded = await context.decodeAudioData(bytes);
  } catch {
    throw new Error(`${file.name} cannot be read as audio.`);
  }
  return toPcm16(mixDown(Array.from({ length: decoded.numberOfChannels }, (_, c) => decoded.getChannelData(c))));
}

/** Streams samples as fast as the server's credit allows, then ends the last utterance. `onProgress` gets 0..1. */
export async function streamSamples(
  pcm: Int16Array<ArrayBuffer>,
  sampleRate: number,
  client: StreamClient,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const step = Math.round((sampleRate * FRAME_MS) / 1000);
  for (let start = 0; start < pcm.length; start += step) {
    await client.room(FRAME_MS, signal);
    client.sendFrame(pcm.slice(start, start + step));
    onProgress(Math.min(1, (start + step) / pcm.length));
  }
  await client.forceEnd();
}
