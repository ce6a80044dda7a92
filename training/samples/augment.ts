import { resampleWhole } from '../../src/audio/resample.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import { addNoise, opus, pinkNoise, telephone, whiteNoise } from './conditions.js';
import type { Rng } from '../common/rng.js';

/** Raised whenever the same draw would give other audio. */
export const AUGMENTATION_VERSION = 1;

/**
 * A clip as it might have been recorded elsewhere: another speaker's size and pace (speed perturbation, Ko et al. 2015), another
 * microphone's colour, noise, a codec or a telephone line, another gain. What is said and felt stays.
 */
export async function augmented(samples: Float32Array, rng: Rng): Promise<Float32Array> {
  const between = (low: number, high: number): number => low + (high - low) * rng();
  const happens = (share: number): boolean => rng() < share;
  let out = samples;
  if (happens(0.7)) out = await resampleWhole(out, Math.round(SAMPLE_RATE * between(0.88, 1.14)));
  if (happens(0.5)) out = tilted(out, between(-0.5, 0.5));
  if (happens(0.6)) {
    const noise = happens(0.5) ? pinkNoise(out.length, rng) : whiteNoise(out.length, rng);
    out = addNoise(out, noise, between(5, 30));
  }
  const line = rng();
  if (line < 0.25) out = telephone(out);
  else if (line < 0.5) out = opus(out, between(12, 24));
  const gain = 10 ** (between(-12, 6) / 20);
  return out.map((x) => Math.max(-1, Math.min(1, gain * x)));
}

/** A gentle slope over the whole spectrum: brighter for a < 0, darker for a > 0; up to ±9 dB between its ends at |a| = 0.5. */
function tilted(samples: Float32Array, a: number): Float32Array {
  return samples.map((x, i) => x + a * (samples[i - 1] ?? 0));
}
