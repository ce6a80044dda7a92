import { MAX_CHANNELS, TOO_MANY_CHANNELS } from './decode-channels.js';

/** Boxes that hold boxes, wherever the decoder looks for tables. */
const CONTAINERS: ReadonlySet<string> = new Set(
  'moov trak mdia minf stbl udta edts sinf wave mvex moof traf'.split(' '),
);

/** Tables, and where in the box they say how many entries they have. */
const COUNT_AT: Readonly<Partial<Record<string, number>>> = {
  stsz: 8,
  stco: 4,
  co64: 4,
  stsc: 4,
  stts: 4,
  elst: 4,
  trun: 4,
};

/** No file that is sent here is larger, and the decoder reads no larger size right, bytes. */
const MAX_SIZE = 2 ** 32 - 1;

/** A box of a file: `body` is what follows its size and its type. */
interface Box {
  readonly type: string;
  readonly at: number;
  readonly body: number;
  readonly end: number;
}

/** A box that says how many entries it has: `count` of `width` bytes each, from `first` on. */
interface Table extends Box {
  readonly count: number;
  readonly width: number;
  readonly first: number;
}

/**
 * Makes an MP4 file safe for a decoder that believes it: no table names more than there is, and the tables stand before the
 * sound. Where they come last, as most programs write them, the decoder would unpack all the sound in one go.
 * @throws Error that says what is broken.
 */
export function safeM4a(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let named = 0;
  for (const table of tables(file, 0, file.length)) {
    named += table.count;
    const fits = table.first + table.count * table.width <= table.end;
    if (!fits || named > file.length) throw absurd();
    let before = 0;
    for (const { offset } of chunksOf(file, table)) {
      // Sound that is named twice would be unpacked twice, and what stands before what was read is left out.
      if (offset <= before) throw new Error('its sound is not in order');
      before = offset;
    }
  }
  return tablesFirst(file);
}

const absurd = (): Error => new Error('its tables name more than it holds');

function tablesFirst(file: Buffer): Buffer {
  const top = [...boxes(file, 0, file.length)];
  const moov = top.find((box) => box.type === 'moov');
  const mdat = top.find((box) => box.type === 'mdat');
  if (!moov || !mdat || moov.at < mdat.at) return file;
  const size = moov.end - moov.at;
  const moved = Buffer.concat([
    file.subarray(0, mdat.at),
    file.subarray(moov.at, moov.end),
    file.subarray(mdat.at, moov.at),
    file.subarray(moov.end),
  ]);
  // The last box of a file may go without a size.
  moved.writeUInt32BE(size, mdat.at);
  for (const table of tables(moved, mdat.at, mdat.at + size)) {
    for (const { at, length, offset } of chunksOf(moved, table)) {
      if (offset >= mdat.at && offset < moov.at) moved.writeUIntBE(offset + size, at, length);
    }
  }
  return moved;
}

/** Where the chunks of sound begin, by the tables that say so, and where this is written. */
function* chunksOf(file: Buffer, table: Table): Generator<{ at: number; length: number; offset: number }> {
  if (table.type !== 'stco' && table.type !== 'co64') return;
  // The highest two of eight bytes are nought in any file that fits a disk, and a Buffer reads six.
  const length = Math.min(table.width, 6);
  for (let i = 1; i <= table.count; i++) {
    const at = table.first + i * table.width - length;
    yield { at, length, offset: file.readUIntBE(at, length) };
  }
}

/** The tables between two places, in boxes at any depth: only there, since the same letters may stand in a title. */
function* tables(file: Buffer, from: number, to: number): Generator<Table> {
  for (const box of boxes(file, from, to)) {
    if (CONTAINERS.has(box.type)) yield* tables(file, box.body, box.end);
    else if (box.type === 'meta') yield* tables(file, box.body + 4, box.end);
    else if (box.type === 'stsd') yield* tablesOfEntries(file, box);
    else yield* tableOf(file, box);
  }
}

/** Entries of a sample description hold boxes behind a header, of which there are three versions. */
function* tablesOfEntries(file: Buffer, { body, end }: Box): Generator<Table> {
  for (let at = body + 8; at + 16 <= end && at + 40 <= file.length;) {
    const size = file.readUInt32BE(at);
    if (size < 16) return;
    if (at + size > end) throw absurd();
    const version = file.readUInt16BE(at + 16);
    const header = version === 1 ? 52 : version === 2 ? file.readUInt32BE(at + 36) || 72 : 36;
    yield* tables(file, at + header, at + size);
    at += size;
  }
}

function* tableOf(file: Buffer, box: Box): Generator<Table> {
  if (box.type === 'dOps' && (file[box.body + 1] ?? 0) > MAX_CHANNELS) throw new Error(TOO_MANY_CHANNELS);
  const countAt = COUNT_AT[box.type];
  if (countAt === undefined) return;
  const first = box.body + countAt + 4;
  if (first > box.end) throw absurd();
  const count = file.readUInt32BE(first - 4);
  yield {
    ...box,
    count,
    width: widthOf(box.type, file.readUInt32BE(box.body), file.readUInt32BE(box.body + 4)),
    first,
  };
}

/** By a table's first two words: one size for all samples needs no entries, and flags tell what is said of each. */
function widthOf(type: string, word: number, size: number): number {
  if (type === 'stsz') return size === 0 ? 4 : 0;
  if (type === 'trun') return 4 * [0x100, 0x200, 0x400, 0x800].filter((flag) => word & flag).length;
  if (type === 'elst') return word >>> 24 === 1 ? 20 : 12;
  return type === 'stco' ? 4 : type === 'stsc' ? 12 : 8;
}

/**
 * What stands between two places. A box that ends beyond them is cut off: the decoder looks neither into it nor behind it.
 * It counts the content from the eighth byte even where the size takes sixteen, and goes on after a size of a few bytes.
 */
function* boxes(file: Buffer, from: number, to: number): Generator<Box> {
  for (let at = from; at + 8 <= to;) {
    let size = file.readUInt32BE(at);
    if (size === 1 && at + 16 <= to) {
      size = Number(file.readBigUInt64BE(at + 8));
      if (size < 16 || size > MAX_SIZE) throw new Error('one of its boxes has an impossible size');
    }
    const end = size === 0 ? to : at + size;
    if (end > to) return;
    if (end >= at + 8) yield { type: file.toString('latin1', at + 4, at + 8), at, body: at + 8, end };
    at = end;
  }
}
