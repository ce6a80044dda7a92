import { clip, pieces, seeded, snrDb } from '../../test/support/clips.js';
import { decodeFile } from './decode.js';
import { createDenoiser } from './denoise.model.js';
import { concatSamples } from './pcm.js';

const samplesOf = async (name: string): Promise<Float32Array> => (await decodeFile(clip(name))).samples;

async function denoise(parts: Iterable<Float32Array>): Promise<Float32Array> {
  const denoiser = await createDenoiser();
  const out: Float32Array[] = [];
  for (const part of parts) out.push(denoiser.push(part));
  out.push(denoiser.flush());
  denoiser.release();
  return concatSamples(out);
}

describe('createDenoiser', () => {
  it('[AU5] brings noisy speech nearer to the clean speech, in time with it', async () => {
    const [clean, noisy] = [await samplesOf('clean-of-noisy.wav'), await samplesOf('noisy.wav')];
    const denoised = await denoise([noisy]);
    expect(denoised).toHaveLength(noisy.length);
    expect(snrDb(clean, denoised)).toBeGreaterThan(snrDb(clean, noisy) + 6);
  });

  it('[AU5] takes steady noise down by at least 15 dB once it knows it', async () => {
    const noise = await samplesOf('noise.wav');
    const power = (x: Float32Array): number => x.reduce((sum, s) => sum + s * s, 0) / x.length;
    const rest = (await denoise([noise])).subarray(32_000);
    expect(10 * Math.log10(power(noise) / power(rest))).toBeGreaterThan(15);
  });

  it('[PR5] gives the same bits for any cutting, also beside another stream', async () => {
    const noisy = await samplesOf('noisy.wav');
    const whole = await denoise([noisy]);
    const [cut] = await Promise.all([
      denoise(pieces(noisy, 1000, seeded(1))),
      denoise(pieces(await samplesOf('noise.wav'), 1000, seeded(2))),
    ]);
    expect(Buffer.from(cut.buffer).equals(Buffer.from(whole.buffer))).toBe(true);
  });

  it('[AU5] gives back silence for silence, and nothing for nothing', async () => {
    expect((await denoise([new Float32Array(8000)])).every((s) => Math.abs(s) < 1e-4)).toBe(true);
    expect(await denoise([])).toHaveLength(0);
  });
});
