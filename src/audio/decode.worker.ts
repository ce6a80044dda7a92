import { WireError } from '../common/errors.js';
import { readRecording } from './read-recording.js';

export interface DecodeTask {
  readonly bytes: Uint8Array;
  readonly maxSeconds: number;
}

/** An error loses its class on the way between threads, so that it travels as a value. */
export interface DecodeRefusal {
  readonly refused: Pick<WireError, 'code' | 'message' | 'details'>;
}

/** One file. */
export default async function decode(task: DecodeTask): Promise<Float32Array | DecodeRefusal> {
  try {
    return await readRecording(task.bytes, task.maxSeconds);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    return { refused: { code: error.code, message: error.message, details: error.details } };
  }
}
