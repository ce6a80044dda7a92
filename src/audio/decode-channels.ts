/** Opus and Vorbis allow 255, of which 250 may be copies: a packet of two bytes would unpack to six megabytes. */
export const MAX_CHANNELS = 8;

export const TOO_MANY_CHANNELS = `it has over ${MAX_CHANNELS} channels`;

/** How the headers of the codecs begin, in whatever container, and where they say how many channels there are. */
const HEADERS = [
  { name: 'OpusHead', channelsAt: 9 },
  { name: '\x01vorbis\0\0\0\0', channelsAt: 11 },
] as const;

/** A header that is cut between two pieces of a stream shows when the second begins with so many bytes of the first. */
export const CHANNELS_OVERLAP = 11;

/**
 * Does a header among these bytes declare more channels than are read? A stream may begin anew anywhere, so that every place
 * is looked at; no title is taken for one, because there is no text with such bytes.
 */
export function hasTooManyChannels(bytes: Uint8Array): boolean {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return HEADERS.some(({ name, channelsAt }) => {
    for (let at = file.indexOf(name, 0, 'latin1'); at >= 0; at = file.indexOf(name, at + 1, 'latin1')) {
      const [version = 0, channels = 0] = [file[at + 8], file[at + channelsAt]];
      if (version < 16 && channels > MAX_CHANNELS) return true;
    }
    return false;
  });
}
