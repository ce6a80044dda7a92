import { decodeFile } from '../../src/audio/decode.js';
import { resampleWhole } from '../../src/audio/resample.js';

/** Decodes a recording to 16 kHz mono by the serving code. @throws WireError when it cannot be read */
export async function readClip(bytes: Uint8Array): Promise<Float32Array> {
  const { samples, sampleRate } = await decodeFile(bytes);
  return resampleWhole(samples, sampleRate);
}
