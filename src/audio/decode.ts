import decode, { type StreamDecoder } from 'audio-decode';
import { messageOf, WireError } from '../common/errors.js';
import type { AudioFormat } from '../emotion/utterance.js';
import { CHANNELS_OVERLAP, hasTooManyChannels, TOO_MANY_CHANNELS } from './decode-channels.js';
import { flacSlices } from './decode-flac.js';
import { safeM4a } from './decode-m4a.js';
import { plainWav } from './decode-wav.js';
import { concatSamples, decodePcm, isPcm, type PcmEncoding } from './pcm.js';

export interface DecodedFile {
  /** Mono, −1..1. */
  readonly samples: Float32Array;
  readonly sampleRate: number;
}

/** Decodes the frames of one session, in order. The samples do not depend on how the stream was cut. */
export interface FrameDecoder {
  /** Rate of the samples that come out, Hz. */
  readonly sampleRate: number;
  /** Samples that were NaN or infinite and became 0, so far, and where in the stream the first of them is. */
  readonly invalid: number;
  readonly firstInvalid: number | undefined;
  /** Mono samples. @throws WireError invalidAudioFrame, or rejects with it; a container is unreadable from then on. */
  push(bytes: Uint8Array): Float32Array | Promise<Float32Array>;
  flush(): Float32Array | Promise<Float32Array>;
  release(): void;
}

type FileFormat = 'wav' | 'mp3' | 'flac' | 'm4a' | 'opus' | 'oga' | 'webm';

const READABLE = 'wav, mp3, flac, m4a, ogg (opus or vorbis) and webm (opus) are read';

/**
 * Bytes given to a codec at a time, so that neither memory nor the event loop is at the mercy of what they expand to: fewer
 * of the formats that streams have, whose packets of two bytes may be 120 ms.
 */
const SLICE = 16 * 1024;
const STREAM_SLICE = 4 * 1024;

/** One frame of a container may carry this much sound; a crafted one could expand a thousandfold. */
const MAX_FRAME_SECONDS = 60;

/** A container that has shown no sound after this many bytes is not one. */
const MAX_SILENT_BYTES = 256 * 1024;

const OPUS_RATE = 48_000;

const unreadable = (message: string, param: string): WireError =>
  new WireError('invalidAudioFrame', message, { param });

/** Reads a whole file at its own rate. @throws WireError as `decodeParts` does */
export async function decodeFile(bytes: Uint8Array, maxSeconds?: number): Promise<DecodedFile> {
  const parts: Float32Array[] = [];
  let rate = 0;
  for await (const { samples, sampleRate } of decodeParts(bytes, maxSeconds)) {
    parts.push(samples);
    rate = sampleRate;
  }
  return { samples: concatSamples(parts), sampleRate: rate };
}

/**
 * Reads a whole file bit by bit; chained files may change their rate.
 * @throws WireError invalidAudioFrame when it is empty, in no format that is read, broken, or longer than `maxSeconds`.
 */
export async function* decodeParts(bytes: Uint8Array, maxSeconds = 3600): AsyncGenerator<DecodedFile> {
  if (bytes.length === 0) throw unreadable('the file is empty', 'audio');
  const format = formatOf(bytes);
  if (!format) throw unreadable(`the file is in no known format; ${READABLE}`, 'audio');
  let seconds = 0;
  const tooLong = unreadable(`the audio is longer than ${maxSeconds} seconds`, 'audio');
  for await (const part of decodeSlices(slicesOf(bytes, format, maxSeconds, tooLong), format)) {
    const { samples, sampleRate } = part;
    if (!(sampleRate >= 4_000 && sampleRate <= 384_000))
      throw unreadable(`a sample rate of ${sampleRate} Hz is not read`, 'audio');
    seconds += samples.length / sampleRate;
    if (seconds > maxSeconds) throw tooLong;
    for (let i = 0; i < samples.length; i++) if (!Number.isFinite(samples[i])) samples[i] = 0;
    yield part;
  }
  if (seconds === 0) throw unreadable(`the ${format} file holds no sound or is cut off; ${READABLE}`, 'audio');
}

/** What the codec is given, bit by bit. The samples do not depend on where the bytes are cut. */
function* slicesOf(bytes: Uint8Array, format: FileFormat, maxSeconds: number, tooLong: Error): Generator<Uint8Array> {
  if (format === 'flac') yield* flacSlices(bytes, maxSeconds, tooLong);
  else if (format === 'm4a') yield* equalSlices(safeM4a(bytes));
  else if (format === 'wav') yield* wavSlices(bytes);
  else if (format === 'mp3') yield* equalSlices(bytes);
  else if (hasTooManyChannels(bytes)) throw new Error(TOO_MANY_CHANNELS);
  else yield* equalSlices(bytes, STREAM_SLICE);
}

function* wavSlices(bytes: Uint8Array): Generator<Uint8Array> {
  const wav = plainWav(bytes);
  if (!wav) return;
  yield wav.header;
  yield* equalSlices(wav.sound);
}

function* equalSlices(bytes: Uint8Array, step = SLICE): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield new Uint8Array(bytes.subarray(at, at + step));
}

async function* decodeSlices(slices: Iterable<Uint8Array>, format: FileFormat): AsyncGenerator<DecodedFile> {
  let decoder: StreamDecoder | undefined;
  try {
    decoder = await decode[format]();
    for (const slice of slices) {
      const part = mono(await decoder(slice));
      if (part) yield part;
      await new Promise(setImmediate);
    }
    const last = mono(await decoder());
    if (last) yield last;
  } catch (error) {
    throw error instanceof WireError ? error : unreadable(`the ${format} file is broken: ${messageOf(error)}`, 'audio');
  } finally {
    decoder?.free();
  }
}

/** What the first bytes say. */
function formatOf(bytes: Uint8Array): FileFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 64)).toString('latin1');
  if (head.startsWith('RIFF') && head.slice(8, 12) === 'WAVE') return 'wav';
  if (head.startsWith('fLaC')) return 'flac';
  if (head.startsWith('OggS')) return head.includes('OpusHead') ? 'opus' : 'oga';
  if (head.startsWith(EBML)) return 'webm';
  if (head.slice(4, 8) === 'ftyp') return 'm4a';
  if (head.startsWith('ID3') || /^\xff[\xe2-\xff]/.test(head)) return 'mp3';
  return undefined;
}

const EBML = '\x1a\x45\xdf\xa3';

/** The mean of the channels. */
function mono(audio: { channelData: Float32Array[]; sampleRate: number }): DecodedFile | undefined {
  const [first, ...others] = audio.channelData;
  if (!first?.length) return undefined;
  const samples = first.slice();
  if (others.length > 0) {
    for (let i = 0; i < samples.length; i++) {
      let sum = first[i] ?? 0;
      for (const channel of others) sum += channel[i] ?? 0;
      samples[i] = sum / audio.channelData.length;
    }
  }
  return { samples, sampleRate: audio.sampleRate };
}

export function createFrameDecoder(format: AudioFormat): FrameDecoder {
  const { encoding } = format;
  return isPcm(encoding)
    ? new PcmDecoder(encoding, format.sampleRate, format.channels)
    : new OpusDecoder(encoding === 'webm_opus' ? 'webm' : 'opus');
}

class PcmDecoder implements FrameDecoder {
  invalid = 0;
  firstInvalid: number | undefined;
  private received = 0;

  constructor(
    private readonly encoding: PcmEncoding,
    readonly sampleRate: number,
    private readonly channels: 1 | 2,
  ) {}

  push(bytes: Uint8Array): Float32Array {
    const decoded = decodePcm(bytes, this.encoding, this.channels);
    if ('failure' in decoded) {
      throw unreadable(`a frame holds whole samples: a multiple of ${decoded.multipleOf} bytes`, 'audio.frame');
    }
    this.invalid += decoded.invalid;
    if (decoded.firstInvalid >= 0) this.firstInvalid ??= this.received + decoded.firstInvalid;
    this.received += decoded.samples.length;
    return decoded.samples;
  }

  flush(): Float32Array {
    return new Float32Array(0);
  }

  release(): void {
    // Holds nothing.
  }
}

class OpusDecoder implements FrameDecoder {
  readonly sampleRate = OPUS_RATE;
  readonly invalid = 0;
  readonly firstInvalid = undefined;
  private readonly decoder: Promise<StreamDecoder>;
  private silentBytes = 0;
  private head = '';
  private tail = new Uint8Array(0);
  private broken = false;

  constructor(private readonly container: 'webm' | 'opus') {
    this.decoder = decode[container]();
    // A codec that cannot be loaded is reported by the push that needs it.
    this.decoder.catch(() => undefined);
  }

  async push(bytes: Uint8Array): Promise<Float32Array> {
    if (this.broken) throw this.failure('the stream was unreadable before; begin a new session');
    this.checkMagic(bytes);
    const parts: Float32Array[] = [];
    let length = 0;
    for (let at = 0; at < bytes.length; at += STREAM_SLICE) {
      const part = await this.decode(bytes.slice(at, at + STREAM_SLICE));
      length += part.length;
      if (length > MAX_FRAME_SECONDS * OPUS_RATE)
        throw this.failure(`a frame carries over ${MAX_FRAME_SECONDS} s of sound`);
      parts.push(part);
    }
    this.silentBytes = length > 0 ? 0 : this.silentBytes + bytes.length;
    if (this.silentBytes > MAX_SILENT_BYTES) throw this.failure(`no opus audio in ${MAX_SILENT_BYTES} bytes`);
    return concatSamples(parts);
  }

  async flush(): Promise<Float32Array> {
    return this.broken ? new Float32Array(0) : this.decode(undefined);
  }

  release(): void {
    this.broken = true;
    this.decoder.then(
      (decoder) => {
        decoder.free();
      },
      () => undefined,
    );
  }

  private async decode(slice: Uint8Array | undefined): Promise<Float32Array> {
    try {
      const decoder = await this.decoder;
      if (slice) this.checkChannels(slice);
      const part = mono(await decoder(slice));
      if (part && part.sampleRate !== OPUS_RATE) throw new Error(`it is not opus but of ${part.sampleRate} Hz`);
      return part?.samples ?? new Float32Array(0);
    } catch (error) {
      throw this.failure(messageOf(error));
    }
  }

  /** The first bytes tell whether it is the container at all, which the codecs would find out much later or never. */
  private checkMagic(bytes: Uint8Array): void {
    const magic = this.container === 'webm' ? EBML : 'OggS';
    if (this.head.length >= magic.length) return;
    this.head += Buffer.from(bytes.subarray(0, magic.length - this.head.length)).toString('latin1');
    if (!magic.startsWith(this.head)) throw this.failure('it does not begin as one');
  }

  private checkChannels(slice: Uint8Array): void {
    const seen = new Uint8Array(Buffer.concat([this.tail, slice]));
    if (hasTooManyChannels(seen)) throw new Error(TOO_MANY_CHANNELS);
    this.tail = seen.slice(-CHANNELS_OVERLAP);
  }

  private failure(detail: string): WireError {
    this.release();
    const name = this.container === 'webm' ? 'webm' : 'ogg';
    return unreadable(`the ${name} stream cannot be read: ${detail}`, 'audio.frame');
  }
}
