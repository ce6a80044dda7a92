import { decodeFile } from '../src/audio/decode.js';
import { concatSamples } from '../src/audio/pcm.js';
import { createResampler } from '../src/audio/resample.js';

/** Decodes a recording to 16 kHz mono by the serving code. @throws WireError when it cannot be read */
export async function readClip(bytes: Uint8Array): Promise<Float32Array> {
  const { samples, sampleRate } = await decodeFile(bytes);
  const resampler = await createResampler(sampleRate);
  return concatSamples([resampler.push(samples), resampler.flush()]);
}
