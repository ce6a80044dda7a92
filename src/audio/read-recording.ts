import { decodeParts } from './decode.js';
import { concatSamples } from './pcm.js';
import { createResampler, type Resampler } from './resample.js';

/**
 * Reads a whole file as the line hears it, 16 kHz mono, with the same bits as a stream of it (rule PR5). Each part is converted as it
 * comes, so that memory holds an hour of 384 kHz at no other rate.
 * @throws WireError invalidAudioFrame as `decodeParts` does.
 */
export async function readRecording(bytes: Uint8Array, maxSeconds?: number): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  let current: { readonly rate: number; readonly resampler: Resampler } | undefined;
  for await (const { samples, sampleRate } of decodeParts(bytes, maxSeconds)) {
    if (current?.rate !== sampleRate) {
      if (current) parts.push(current.resampler.flush());
      current = { rate: sampleRate, resampler: await createResampler(sampleRate) };
    }
    parts.push(current.resampler.push(samples));
  }
  if (current) parts.push(current.resampler.flush());
  return concatSamples(parts);
}
