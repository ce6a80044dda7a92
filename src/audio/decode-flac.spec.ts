import { clip } from '../../test/support/clips.js';
import { decodeFile } from './decode.js';
import { flacSlices } from './decode-flac.js';

const RATE = 16_000;
const FRAME = 32_768;
const tooLong = new Error('too long');

/** The remainder of the bytes by a polynomial of so many bits, as FLAC checks its headers (8) and frames (16). */
function crc(bytes: readonly number[], bits: 8 | 16, polynomial: number): number {
  const top = 1 << (bits - 1);
  let sum = 0;
  for (const byte of bytes) {
    sum ^= byte << (bits - 8);
    for (let i = 0; i < 8; i++) sum = (sum & top ? (sum << 1) ^ polynomial : sum << 1) & (2 * top - 1);
  }
  return sum;
}

/** One channel of silence, 2 s in 12 bytes: a header of 32,768 samples and a constant. */
function frame(number: number): number[] {
  const coded = number < 128 ? [number] : [0xc0 | (number >> 6), 0x80 | (number & 63)];
  const header = [0xff, 0xf8, 0xf5, 0x08, ...coded];
  const body = [...header, crc(header, 8, 0x07), 0, 0, 0];
  const sum = crc(body, 16, 0x8005);
  return [...body, sum >> 8, sum & 0xff];
}

/** A valid file of so many frames; `total` is what it says of its length, 0 for "unknown". */
function silence(frames: number, total: number): Uint8Array {
  const info = new Uint8Array(42);
  info.set(Buffer.from('fLaC'));
  const view = new DataView(info.buffer);
  view.setUint32(4, 0x80000022);
  view.setUint16(8, FRAME);
  view.setUint16(10, FRAME);
  view.setUint32(18, (RATE << 12) | (15 << 4));
  view.setUint32(22, total);
  return Uint8Array.from([...info, ...Array.from({ length: frames }, (_, i) => frame(i)).flat()]);
}

describe('flacSlices', () => {
  it.each(['two-sentences.flac', 'corrupt.flac'])('[AU4] leaves nothing of %s out', (name) => {
    const slices = [...flacSlices(clip(name), 60, tooLong)];
    expect(Buffer.concat(slices).equals(clip(name))).toBe(true);
  });

  it('[AU4] gives the codec a minute at a time', () => {
    const slices = [...flacSlices(silence(300, 0), 3600, tooLong)];
    const [head, ...others] = slices;
    expect(head).toHaveLength(42);
    expect(others).toHaveLength(Math.ceil(300 / 32));
    for (const slice of others) expect(slice.length).toBeLessThanOrEqual(32 * 12);
  });

  it.each([0, 2000 * FRAME, FRAME])('[AU4] adds up what frames declare, whatever the file says (%d)', (total) => {
    const limit = (1500 * FRAME) / RATE;
    expect([...flacSlices(silence(1500, total), limit, tooLong)].length).toBeGreaterThan(1);
    expect(() => [...flacSlices(silence(1501, total), limit, tooLong)]).toThrow(tooLong);
  });
});

describe('decodeFile', () => {
  it.each([0, 40 * FRAME, FRAME, 50 * FRAME])('[AU4] reads every frame, whatever the file says (%d)', async (total) => {
    const { samples, sampleRate } = await decodeFile(silence(40, total));
    expect([samples.length, sampleRate]).toEqual([40 * FRAME, RATE]);
  });

  it('[AU4] 24 kB of FLAC do not fill the memory before they are refused', async () => {
    await decodeFile(clip('two-sentences.flac'));
    const before = process.resourceUsage().maxRSS;
    await expect(decodeFile(silence(2000, 0), 60)).rejects.toThrow('longer than 60 seconds');
    const grownMb = (process.resourceUsage().maxRSS - before) / 1024;
    expect(grownMb).toBeLessThan(50);
  });
});
