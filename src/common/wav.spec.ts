import { expect, it } from '@jest/globals';
import { wavOf } from './wav.js';

it('[ST13] sound leaves as a wav file: mono, 16 bit, header before the samples', () => {
  const wav = wavOf(Uint8Array.of(1, 2, 3, 4, 5, 6), 16_000);
  expect(wav.toString('latin1', 0, 4) + wav.toString('latin1', 8, 16)).toBe('RIFFWAVEfmt ');
  const [size, rate, bytes, bits, data] = [
    wav.readUInt32LE(4),
    wav.readUInt32LE(24),
    wav.readUInt32LE(28),
    wav.readUInt16LE(34),
    wav.readUInt32LE(40),
  ];
  expect({ size, rate, bytes, bits, data }).toEqual({ size: 42, rate: 16_000, bytes: 32_000, bits: 16, data: 6 });
  expect([...wav.subarray(44)]).toEqual([1, 2, 3, 4, 5, 6]);
});
