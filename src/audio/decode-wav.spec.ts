import { clip } from '../../test/support/clips.js';
import { type DecodedFile, decodeFile } from './decode.js';

const NAME = 'two-sentences.wav';

let plain: DecodedFile;
beforeAll(async () => {
  plain = await decodeFile(clip(NAME));
});

function chunk(id: string, body: Uint8Array, size = body.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(id);
  head.writeUInt32LE(size, 4);
  return Buffer.concat([head, body]);
}

const riff = (...parts: Uint8Array[]): Buffer => chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), ...parts]));
const pad = Buffer.alloc(1);
const sound = clip(NAME).subarray(44);
const data = chunk('data', sound);

/** 16-bit mono at 16 kHz, or what is said otherwise. */
function format(tag = 1, channels = 1, block = 2, bits = 16): Buffer {
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(16_000, 4);
  body.writeUInt32LE(16_000 * block, 8);
  body.writeUInt16LE(block, 12);
  body.writeUInt16LE(bits, 14);
  return body;
}

const fmt = chunk('fmt ', format());

describe('a wav file', () => {
  it.each([13, 25, 26])('[AU4] may have a chunk of %d bytes before its sound, padded or not', async (size) => {
    const list = chunk('LIST', Buffer.from('INFOISFT made by a program of some length').subarray(0, size));
    for (const between of [list, Buffer.concat([list, pad.subarray(size % 2 ? 0 : 1)])]) {
      expect(await decodeFile(riff(fmt, between, data))).toEqual(plain);
      expect(await decodeFile(riff(between, fmt, data))).toEqual(plain);
      expect(await decodeFile(riff(fmt, data, between))).toEqual(plain);
    }
  });

  it.each([0, 0xffffffff, 0xffffffff - 36, 1_000_000])(
    '[AU4] whose sound claims %d bytes is read to its end',
    async (size) => {
      expect(await decodeFile(riff(fmt, chunk('data', sound, size)))).toEqual(plain);
    },
  );

  it('[AU4] may say more of its format', async () => {
    const extension = Buffer.from([22, 0, 16, 0, 4, 0, 0, 0, 1, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113]);
    const extensible = Buffer.concat([format(0xfffe), extension]);
    expect(await decodeFile(riff(chunk('fmt ', extensible), data))).toEqual(plain);
    expect(await decodeFile(riff(chunk('fmt ', Buffer.concat([format(), pad])), pad, data))).toEqual(plain);
  });

  it('[AU4] without a format or sound holds no sound', async () => {
    for (const file of [
      riff(),
      riff(fmt),
      riff(data),
      riff(data, fmt),
      riff(chunk('fmt ', format().subarray(2)), data),
    ]) {
      await expect(decodeFile(file)).rejects.toThrow('holds no sound');
    }
  });

  it('[AU4] unpacks to no more than it holds', async () => {
    const adpcm = Buffer.concat([format(0x11, 1, 1, 4), Buffer.from([2, 0, 0xff, 0xff])]);
    for (const bomb of [format(1, 65_535, 1, 8), format(1, 1, 0), format(1, 0), adpcm]) {
      const refused = decodeFile(riff(chunk('fmt ', bomb), data));
      await expect(refused).rejects.toThrow('its blocks cannot hold its channels');
    }
  });
});
