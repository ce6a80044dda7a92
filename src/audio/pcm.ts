/** Raw encodings that a client may send; multi-channel frames are interleaved. */
export type PcmEncoding = 'pcm_s16le' | 'pcm_f32le' | 'mulaw';

export const BYTES_PER_SAMPLE: Readonly<Record<PcmEncoding, number>> = { pcm_s16le: 2, pcm_f32le: 4, mulaw: 1 };

export function isPcm(encoding: string): encoding is PcmEncoding {
  return encoding in BYTES_PER_SAMPLE;
}

export interface DecodedPcm {
  /** Mono: the mean of the channels, −1..1 (a float encoding may exceed it). */
  readonly samples: Float32Array;
  /** How many samples were NaN or infinite; each was read as 0. */
  readonly invalid: number;
  /** Index in `samples` of the first of them, −1 when there is none. */
  readonly firstInvalid: number;
}

/** The bytes end in the middle of a sample: they must be a multiple of `multipleOf`. */
export interface PartialSample {
  readonly failure: 'partialSample';
  readonly multipleOf: number;
}

/**
 * 16-bit code, as unsigned → sample. Positive codes divide by 32767 and negative ones by 32768, as audio-decode does for wav
 * files, so that the same samples streamed raw and posted as a file are the same bits (rule PR5).
 */
const INT16: Float32Array = Float32Array.from({ length: 65_536 }, (_, unsigned) =>
  unsigned < 32_768 ? unsigned / 32_767 : (unsigned - 65_536) / 32_768,
);

/** ITU-T G.711 μ-law expansion: code byte → linear value in −1..1. */
const MULAW: Float32Array = Float32Array.from({ length: 256 }, (_, byte) => {
  const code = ~byte & 0xff;
  const magnitude = ((((code & 0x0f) << 3) + 132) << ((code >> 4) & 7)) - 132;
  return (code & 0x80 ? -magnitude : magnitude) / 32_768;
});

type ReadSample = (view: DataView, offset: number) => number;

const READ: Readonly<Record<PcmEncoding, ReadSample>> = {
  pcm_s16le: (view, offset) => INT16[view.getUint16(offset, true)] ?? 0,
  pcm_f32le: (view, offset) => view.getFloat32(offset, true),
  mulaw: (view, offset) => MULAW[view.getUint8(offset)] ?? 0,
};

/** Bytes of one instant: one sample of each channel. */
export function bytesPerInstant(encoding: PcmEncoding, channels: 1 | 2): number {
  return BYTES_PER_SAMPLE[encoding] * channels;
}

/** Reads one frame. Any bytes of a whole number of samples decode; nothing throws. */
export function decodePcm(bytes: Uint8Array, encoding: PcmEncoding, channels: 1 | 2): DecodedPcm | PartialSample {
  const step = bytesPerInstant(encoding, channels);
  if (bytes.byteLength % step !== 0) return { failure: 'partialSample', multipleOf: step };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READ[encoding];
  const second = BYTES_PER_SAMPLE[encoding];
  const samples = new Float32Array(bytes.byteLength / step);
  let invalid = 0;
  let firstInvalid = -1;
  for (let i = 0, offset = 0; i < samples.length; i++, offset += step) {
    const value = channels === 1 ? read(view, offset) : (read(view, offset) + read(view, offset + second)) / 2;
    samples[i] = value;
    // As stored, since a finite double may overflow float32. Only NaN and ±∞ minus themselves are not 0.
    const stored = samples[i] ?? 0;
    if (stored - stored !== 0) {
      samples[i] = 0;
      if (invalid++ === 0) firstInvalid = i;
    }
  }
  return { samples, invalid, firstInvalid };
}

/** The bytes of mono float samples, as a `pcm_f32le` frame carries them. */
export function toF32Bytes(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 4);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    view.setFloat32(i * 4, sample, true);
  });
  return bytes;
}

/** The bytes of mono samples as a `pcm_s16le` frame carries them, rounded and limited to full scale. */
export function toS16Bytes(samples: Float32Array): Uint8Array {
  const bytes = new Uint8Array(samples.length * 2);
  const view = new DataView(bytes.buffer);
  samples.forEach((sample, i) => {
    const limited = Math.max(-1, Math.min(1, sample));
    view.setInt16(i * 2, Math.round(limited * (limited < 0 ? 32_768 : 32_767)), true);
  });
  return bytes;
}

/** Joins stretches of samples. */
export function concatSamples(parts: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/** Mean power: the square of the rms. */
export function powerOf(samples: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < samples.length; i++) sum += (samples[i] ?? 0) ** 2;
  return sum / samples.length;
}
