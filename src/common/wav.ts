/** Bytes of one sample of 16-bit PCM. */
const SAMPLE_BYTES = 2;
const HEADER_BYTES = 44;

/** Mono samples, −1..1, as 16-bit little-endian PCM; beyond it they are clipped. The inverse of audio/pcm.ts. */
export function pcm16Of(samples: Float32Array): Buffer {
  const bytes = Buffer.allocUnsafe(samples.length * SAMPLE_BYTES);
  for (const [i, sample] of samples.entries()) {
    const value = Math.round(sample * (sample < 0 ? 32_768 : 32_767));
    bytes.writeInt16LE(Math.max(-32_768, Math.min(32_767, value)) || 0, i * SAMPLE_BYTES);
  }
  return bytes;
}

/** Mono 16-bit PCM as a wav file (RIFF WAVE, format 1). `rate`: Hz */
export function wavOf(pcm: Uint8Array, rate: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(HEADER_BYTES - 8 + pcm.byteLength, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * SAMPLE_BYTES, 28);
  header.writeUInt16LE(SAMPLE_BYTES, 32);
  header.writeUInt16LE(8 * SAMPLE_BYTES, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(pcm.byteLength, 40);
  return Buffer.concat([header, pcm]);
}
