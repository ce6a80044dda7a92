import { clip } from '../../test/support/clips.js';
import { type DecodedFile, decodeFile } from './decode.js';
import { safeM4a } from './decode-m4a.js';

const NAME = 'two-sentences.m4a';

let plain: DecodedFile;
beforeAll(async () => {
  plain = await decodeFile(clip(NAME));
});

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([word(8 + body.length), Buffer.from(type, 'latin1'), body]);
};

/** The clip is ftyp, free, mdat and, last, moov. */
function parts(): { head: Buffer; mdat: Buffer; moov: Buffer } {
  const file = Buffer.from(clip(NAME));
  const [mdat, moov] = [file.indexOf('mdat') - 4, file.indexOf('moov') - 4];
  return { head: file.subarray(0, mdat), mdat: file.subarray(mdat, moov), moov: file.subarray(moov) };
}

/** The clip with the word after a table's name, counted from the name, set to a value. */
function changed(name: string, offset: number, value: number): Buffer {
  const file = Buffer.from(clip(NAME));
  file.writeUInt32BE(value, file.indexOf(name) + offset);
  return file;
}

/** The tables say of the sound that it begins so many bytes later. */
function shifted(moov: Buffer, by: number): Buffer {
  const copy = Buffer.from(moov);
  const at = copy.indexOf('stco') + 12;
  copy.writeUInt32BE(copy.readUInt32BE(at) + by, at);
  return copy;
}

const WORDS = Buffer.from('a trunk call, stsz stco co64 stsc trun elst: one needs no table for that');

describe('an m4a file', () => {
  it('[AU4] may say anything in its titles, in what is left free and beside its sound', async () => {
    const { head, mdat, moov } = parts();
    const titles = box('udta', box('meta', word(0), box('ilst', box('\xa9nam', box('data', word(1), word(0), WORDS)))));
    const files = [
      [head, mdat, moov, box('free', WORDS)],
      [head, mdat, box('moov', moov.subarray(8), titles)],
      [head, mdat, box('mdat', WORDS), moov],
    ];
    for (const file of files) expect(await decodeFile(Buffer.concat(file))).toEqual(plain);
  });

  it('[AU4] may have its tables first, 64-bit sizes and a last box without a size', async () => {
    const { head, mdat, moov } = parts();
    const long = Buffer.concat([word(1), Buffer.from('mdat'), word(0), word(mdat.length + 8), mdat.subarray(8)]);
    const endless = Buffer.concat([word(0), moov.subarray(4)]);
    const endlessSound = Buffer.concat([word(0), mdat.subarray(4)]);
    const files = [
      [head, shifted(moov, moov.length), mdat],
      [head, long, shifted(moov, 8)],
      [head, mdat, endless],
      [head, shifted(moov, moov.length), endlessSound],
    ];
    for (const file of files) expect(await decodeFile(Buffer.concat(file))).toEqual(plain);
  });

  it('[AU4] is unpacked slice by slice, though its tables come last', () => {
    const { head, mdat, moov } = parts();
    expect(safeM4a(clip(NAME))).toEqual(Buffer.concat([head, shifted(moov, moov.length), mdat]));
  });

  it.each([
    ['stsz', 12],
    ['stco', 8],
    ['stsc', 8],
    ['stts', 8],
    ['elst', 8],
  ])('[AU4] is refused when its %s names more than there is', async (name, offset) => {
    for (const count of [100, 30_000, 4_000_000_000]) {
      await expect(decodeFile(changed(name, offset, count))).rejects.toThrow('its tables name more than it holds');
    }
  });

  it('[AU4] is refused when one size stands for more samples than it has bytes', async () => {
    const file = changed('stsz', 8, 6);
    file.writeUInt32BE(file.length, file.indexOf('stsz') + 12);
    await expect(decodeFile(file)).rejects.toThrow('its tables name more than it holds');
  });

  it('[AU4] is refused when a description of its sound ends elsewhere', async () => {
    await expect(decodeFile(changed('stsd', 12, 100_000))).rejects.toThrow('its tables name more than it holds');
  });

  it('[AU4] is refused when it names its sound twice', async () => {
    const { head, mdat, moov } = parts();
    const at = moov.indexOf('stco') - 4;
    const offset = moov.readUInt32BE(at + 16);
    const twice = box('stco', word(0), word(2), word(offset), word(offset));
    const file = Buffer.concat([head, mdat, moov.subarray(0, at), twice, moov.subarray(at + 20)]);
    for (const outer of ['moov', 'trak', 'mdia', 'minf', 'stbl']) {
      const size = file.lastIndexOf(outer) - 4;
      file.writeUInt32BE(file.readUInt32BE(size) + 4, size);
    }
    await expect(decodeFile(file)).rejects.toThrow('its sound is not in order');
  });

  it('[AU4] is refused when its opus has more than eight channels', async () => {
    const { head, mdat, moov } = parts();
    const file = Buffer.concat([head, mdat, box('moov', moov.subarray(8), box('dOps', Buffer.from([0, 9])))]);
    await expect(decodeFile(file)).rejects.toThrow('it has over 8 channels');
  });

  it('[AU4] is refused when a box has no length, which the decoder would never leave', async () => {
    const fragmented = box('mvex', box('trex', word(0), word(1), word(1), word(0), word(0), word(0)));
    const { head, moov } = parts();
    const none = Buffer.concat([word(1), Buffer.from('skip'), word(0), word(0)]);
    const file = [head, box('moov', moov.subarray(8), fragmented), none];
    await expect(decodeFile(Buffer.concat(file))).rejects.toThrow('impossible size');
  });
});
