import { clip } from '../../test/support/clips.js';
import { decodeFile } from './decode.js';
import { readRecording } from './read-recording.js';
import { resampleWhole } from './resample.js';

describe('readRecording', () => {
  it.each(['fine.44k1-stereo.wav', 'two-sentences.opus.ogg', 'two-sentences.flac'])(
    '[PR5] gives the bits of %s decoded whole and then resampled',
    async (name) => {
      const { samples, sampleRate } = await decodeFile(clip(name));
      expect(await readRecording(clip(name))).toEqual(await resampleWhole(samples, sampleRate));
    },
  );

  it('[AU4] refuses what is no sound, and what is too long', async () => {
    await expect(readRecording(new Uint8Array(0))).rejects.toThrow('the file is empty');
    await expect(readRecording(clip('two-sentences.flac'), 2)).rejects.toThrow('longer than 2 seconds');
  });
});
