/** Sound that one slice may declare, samples of each channel: about 20 s at 48 kHz. */
const SLICE_SAMPLES = 1 << 20;

/** A frame's header is never longer, bytes. */
const MAX_HEADER = 16;

/** CRC-8 of the polynomial x⁸+x²+x+1, by byte. */
const CRC8 = Uint8Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? (crc << 1) ^ 7 : crc << 1;
  return crc;
});

/**
 * Cuts a FLAC file where frames begin, so that the codec, which loses a header that is cut, gets few frames at a time. Twelve
 * bytes may declare 65,536 samples: what the headers add up to is looked at before any of it is unpacked. Everything that
 * looks like a header counts, hence no sound escapes that the codec could find.
 * @param tooLong thrown when they add up to more than `maxSeconds`.
 */
export function* flacSlices(bytes: Uint8Array, maxSeconds: number, tooLong: Error): Generator<Uint8Array> {
  const most = maxSeconds * statedRate(bytes);
  let total = 0;
  let begin = 0;
  let inSlice = 0;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const samples = samplesOfFrame(bytes, at);
    if (samples === 0) continue;
    total += samples;
    if (total > most) throw tooLong;
    // The first slice is what stands before the sound, by itself: the codec takes it for the whole file otherwise.
    if (begin === 0 || inSlice + samples > SLICE_SAMPLES) {
      yield bytes.slice(begin, at);
      begin = at;
      inSlice = 0;
    }
    inSlice += samples;
  }
  yield bytes.slice(begin);
}

/** The rate in STREAMINFO, which is the first block. */
function statedRate(bytes: Uint8Array): number {
  const [high = 0, middle = 0, low = 0] = bytes.subarray(18, 21);
  return (high << 12) | (middle << 4) | (low >> 4);
}

/** Samples that the frame whose header stands here declares, 0 where there is none. */
function samplesOfFrame(bytes: Uint8Array, at: number): number {
  const header = bytes.subarray(at, at + MAX_HEADER);
  const [sync = 0, sync2 = 0, codes = 0, , number = 0] = header;
  if (sync !== 0xff || (sync2 & 0xfe) !== 0xf8) return 0;
  const size = codes >> 4;
  const rate = codes & 15;
  // The frame's number is written as UTF-8 writes characters: as many bytes as it has leading ones.
  const sizeAt = 4 + Math.max(1, Math.clz32(~number << 24));
  const rateAt = sizeAt + (size === 6 ? 1 : size === 7 ? 2 : 0);
  const end = rateAt + (rate === 12 ? 1 : rate === 13 || rate === 14 ? 2 : 0);
  if (size === 0 || rate === 15 || end >= header.length) return 0;
  const crc = header.subarray(0, end).reduce((sum, byte) => CRC8[sum ^ byte] ?? 0, 0);
  if (crc !== header[end]) return 0;
  const [first = 0, second = 0] = header.subarray(sizeAt);
  if (size === 1) return 192;
  if (size < 6) return 576 << (size - 2);
  if (size === 6) return first + 1;
  if (size === 7) return ((first << 8) | second) + 1;
  return 256 << (size - 8);
}
