import { clip } from '../../test/support/clips.js';
import { createFrameDecoder, decodeFile } from './decode.js';

const REFUSED = 'it has over 8 channels';

/** The clip whose header declares other channels. */
function withChannels(name: string, header: string, channels: number): Uint8Array {
  const bytes = clip(name);
  const at = Buffer.from(bytes.buffer).indexOf(header, 0, 'latin1') + header.length;
  bytes[at] = channels;
  return bytes;
}

const OGG = ['two-sentences.opus.ogg', 'OpusHead\x01'] as const;
const WEBM = ['two-sentences.opus.webm', 'OpusHead\x01'] as const;
const VORBIS = ['two-sentences.vorbis.ogg', '\x01vorbis\0\0\0\0'] as const;

describe('channels', () => {
  it.each([OGG, WEBM, VORBIS])('[AU4] a file like %s is not unpacked to more than eight', async (name, header) => {
    await expect(decodeFile(withChannels(name, header, 9))).rejects.toThrow(REFUSED);
    const twice = Buffer.concat([clip(name), withChannels(name, header, 255)]);
    await expect(decodeFile(twice)).rejects.toThrow(REFUSED);
    expect((await decodeFile(withChannels(name, header, 1))).samples.length).toBeGreaterThan(0);
  });

  it.each([
    ['ogg_opus', OGG],
    ['webm_opus', WEBM],
  ] as const)('[AU2] a stream of %s is not either, however it is cut', async (encoding, [name, header]) => {
    for (const step of [1, 7, 100_000]) {
      const decoder = createFrameDecoder({ encoding, sampleRate: 48_000, channels: 1 });
      const bytes = withChannels(name, header, 255);
      const pushed = (async () => {
        for (let at = 0; at < bytes.length; at += step) await decoder.push(bytes.slice(at, at + step));
      })();
      await expect(pushed).rejects.toThrow(REFUSED);
    }
  });

  it('[AU4] a title may name a codec', async () => {
    const name = Buffer.from('OpusHead zzz \x01vorbis zzzzzz');
    const bytes = Buffer.concat([clip('two-sentences.opus.ogg'), name]);
    expect((await decodeFile(bytes)).samples.length).toBeGreaterThan(0);
  });
});
