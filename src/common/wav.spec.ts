import { decodePcm } from '../audio/pcm.js';
import { pcm16Of, wavOf } from './wav.js';

it('[ST13] sound is kept as 16-bit samples that read back to the same, and clips beyond their range', () => {
  const codes = Int16Array.from([0, 1, -1, 32_767, -32_768, 12_345, -23_456]);
  const read = decodePcm(new Uint8Array(codes.buffer), 'pcm_s16le', 1);
  expect('samples' in read && [...pcm16Of(read.samples)]).toEqual([...new Uint8Array(codes.buffer)]);
  expect([...pcm16Of(Float32Array.of(2, -2, NaN))]).toEqual([0xff, 0x7f, 0x00, 0x80, 0, 0]);
  const wav = wavOf(Buffer.alloc(6), 16_000);
  expect([wav.toString('latin1', 0, 4), wav.readUInt32LE(4), wav.readUInt32LE(24), wav.length]).toEqual([
    'RIFF',
    42,
    16_000,
    50,
  ]);
});
