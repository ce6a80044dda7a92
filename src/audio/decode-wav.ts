/** WAVE_FORMAT_EXTENSIBLE: the codec's own tag stands further behind. */
const EXTENSIBLE = 0xfffe;
const ADPCM: readonly number[] = [0x02, 0x11];

/** What every `fmt ` chunk says, bytes. */
const MIN_FORMAT = 16;

/**
 * A WAV file as a plain header and its sound. The decoder, given the file itself, would find nothing behind a chunk of odd
 * size, since it knows of no pad byte, and would believe whatever the header says of a block.
 * @returns nothing where the file holds no format, or no sound after it.
 * @throws Error that says what is broken.
 */
export function plainWav(bytes: Uint8Array): { header: Uint8Array; sound: Uint8Array } | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Buffer | undefined;
  for (const { id, size, body } of chunks(file)) {
    if (id === 'fmt ') format = file.subarray(body, body + size);
    if (id !== 'data' || !format || format.length < MIN_FORMAT) continue;
    checkBlock(format);
    // A stream's writer did not know the length: its sound goes to the end.
    const end = size === 0 ? file.length : body + size;
    return { header: headerOf(format, size), sound: file.subarray(body, end) };
  }
  return undefined;
}

function headerOf(format: Buffer, size: number): Buffer {
  const header = Buffer.alloc(28 + format.length + (format.length % 2));
  header.write('RIFF');
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(header.length - 28, 16);
  format.copy(header, 20);
  header.write('data', header.length - 8);
  header.writeUInt32LE(size, header.length - 4);
  return header;
}

/** A block holds a byte for each sample, or half a byte as ADPCM: less would unpack to more than a file can hold. */
function checkBlock(format: Buffer): void {
  const word = (at: number): number => (at + 2 <= format.length ? format.readUInt16LE(at) : 0);
  const tag = word(0) === EXTENSIBLE ? word(24) : word(0);
  const channels = word(2);
  const size = word(12);
  const fits = ADPCM.includes(tag) ? channels * word(18) <= 2 * size : channels <= size;
  if (channels === 0 || size === 0 || !fits) throw new Error('its blocks cannot hold its channels');
}

interface Chunk {
  readonly id: string;
  readonly size: number;
  readonly body: number;
}

function* chunks(file: Buffer): Generator<Chunk> {
  for (let at = 12; at + 8 <= file.length;) {
    const size = file.readUInt32LE(at + 4);
    const body = at + 8;
    yield { id: file.toString('latin1', at, body - 4), size, body };
    const end = body + size;
    // After an odd size comes a pad byte, which some writers leave out: then the next chunk's name stands there.
    at = size % 2 === 1 && !isName(file, end) ? end + 1 : end;
  }
}

const isName = (file: Buffer, at: number): boolean => /^[ -~]{4}$/.test(file.toString('latin1', at, at + 4));
