import type { VoiceQuality } from '../emotion/evidence.js';
import { findActivity } from './activity.js';
import type { FrameFeatures } from './features.js';
import { HOP_MS } from './frames.js';
import { mean, percentile } from './statistics.js';

/** At and beyond this a sample counts as full scale: the last steps of 16 bits, and lossy codecs round a clipped peak. */
const FULL_SCALE = 0.999;
/** The quietest frames of an utterance, per cent, that stand for the noise between its sounds. */
const NOISE_PERCENTILE = 5;
const MOST_SNR_DB = 100;
const NEPER_PER_DB = Math.LN10 / 10;

/**
 * How far the audio itself can be trusted. The noise floor is the level in the quietest moments of the clip, so a clip cut without
 * any pause is rated noisier than it is.
 */
export function voiceQuality(features: FrameFeatures, samples: Float32Array): VoiceQuality {
  const { active, voiced } = findActivity(features);
  const power = features.level.map((db) => Math.exp(NEPER_PER_DB * db));
  const spoken = mean(Float32Array.from(active, (i) => power[i] ?? 0));
  const noise = percentile(power.sort(), NOISE_PERCENTILE);
  const speech = spoken - noise;
  const snrDb = speech > noise ? 10 * Math.log10(speech / noise) : 0;
  return {
    voicedMs: voiced.length * HOP_MS,
    snrDb: Math.min(MOST_SNR_DB, snrDb),
    clipping: clippedShare(samples),
  };
}

function clippedShare(samples: Float32Array): number {
  let clipped = 0;
  for (let i = 0; i < samples.length; i++) if (Math.abs(samples[i] ?? 0) >= FULL_SCALE) clipped++;
  return samples.length > 0 ? clipped / samples.length : 0;
}
