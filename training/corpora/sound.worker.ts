import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { decodeFile } from '../../src/audio/decode.js';
import { messageOf } from '../../src/common/errors.js';
import { levelsOf, type NoSound, type Sound } from './sound.js';

/** Decodes one recording with the decoder that serves, at its own rate. A file that cannot be read is an answer, not an error. */
export default async function soundOf(file: string): Promise<Sound | NoSound> {
  try {
    const { samples, sampleRate } = await decodeFile(await readFile(file));
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    return { hash: createHash('sha256').update(bytes).digest('hex'), ...levelsOf(samples, sampleRate) };
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    return { failure: missing ? 'missing' : 'unreadable', message: messageOf(error) };
  }
}
