import { MEL_BANDS } from '../../src/audio/features.js';
import { fold, FRAMES_PER_STEP, relativeTo, SILENCE, stepsOf, UNIT } from '../../src/audio/picture.js';
import { usualSpectrum, type Population } from '../../src/audio/speaker-baseline.js';
import { normal, type Rng } from '../common/rng.js';
import type { Heard } from '../samples/samples.js';

/** Training pictures are cut to this many frames: longer ones hold no more of an emotion than three seconds do. */
const MOST_FRAMES = 300;
/** Largest changes of tempo and of the bands' places (vocal tract length perturbation, Jaitly & Hinton 2013). */
const TEMPO = 0.17;
const STRETCH = 0.06;
const SHIFT_BANDS = 1;
/** Standard deviations of another colour and level, in units of the network's input. */
const COLOUR = 0.24;
const LEVEL = 0.16;
const COLOUR_KNOTS = 6;
/** Share of the pictures with noise; its level under the speech, nats of power; standard deviation of its colour. */
const NOISY = 0.25;
const NOISE_UNDER = [1.5, 6] as const;
const NOISE_COLOUR = 1.5;
const NOISE_KNOTS = 4;
/** Masks of SpecAugment (Park et al. 2019): bands, and share of the frames. */
const MASKS = 2;
const MASKED_BANDS = 5;
const MASKED_TIME = 1 / 8;

/** The picture of a clip as the network sees it: frames × MEL_BANDS relative to the usual spectrum. */
export function pictureOf({ features, baseline }: Heard, population: Population): Float32Array {
  const { logMel, bandMean } = features.spectrogram;
  return relativeTo(usualSpectrum(bandMean, population, baseline), logMel);
}

/** A picture of the same utterance by another throat, at another pace, through another microphone, with holes. */
export function distorted(picture: Float32Array, rng: Rng): Float32Array {
  const between = (low: number, high: number): number => low + (high - low) * rng();
  const frames = picture.length / MEL_BANDS;
  const from = frames > MOST_FRAMES ? Math.floor(rng() * (frames - MOST_FRAMES + 1)) : 0;
  const kept = Math.min(frames, MOST_FRAMES);
  const out = warped(picture, from, kept, {
    frames: Math.max(FRAMES_PER_STEP, Math.round(kept * between(1 - TEMPO, 1 + TEMPO))),
    stretch: between(1 - STRETCH, 1 + STRETCH),
    shift: between(-SHIFT_BANDS, SHIFT_BANDS),
  });
  if (rng() < NOISY) drownInNoise(out, rng);
  recolour(out, rng);
  mask(out, rng);
  return out;
}

/** Reads the picture at other moments and other bands, interpolating between its points. */
function warped(
  picture: Float32Array,
  from: number,
  kept: number,
  to: { readonly frames: number; readonly stretch: number; readonly shift: number },
): Float32Array {
  const out = new Float32Array(to.frames * MEL_BANDS);
  const bands = Array.from({ length: MEL_BANDS }, (_, band) =>
    Math.max(0, Math.min(MEL_BANDS - 1, band * to.stretch + to.shift)),
  );
  const lower = Int32Array.from(bands, Math.floor);
  const upper = lower.map((band) => Math.min(MEL_BANDS - 1, band + 1));
  const part = Float32Array.from(bands, (band) => band % 1);
  for (let frame = 0; frame < to.frames; frame++) {
    const moment = (frame * (kept - 1)) / Math.max(1, to.frames - 1);
    const early = (from + Math.floor(moment)) * MEL_BANDS;
    const late = (from + Math.min(kept - 1, Math.floor(moment) + 1)) * MEL_BANDS;
    const t = moment % 1;
    for (let band = 0; band < MEL_BANDS; band++) {
      const [low, high, f] = [lower[band] ?? 0, upper[band] ?? 0, part[band] ?? 0];
      const before = (1 - f) * (picture[early + low] ?? 0) + f * (picture[early + high] ?? 0);
      const after = (1 - f) * (picture[late + low] ?? 0) + f * (picture[late + high] ?? 0);
      out[frame * MEL_BANDS + band] = (1 - t) * before + t * after;
    }
  }
  return out;
}

/** Adds the power of steady noise of some colour; the power of a frame's band of noise is exponentially distributed. */
function drownInNoise(picture: Float32Array, rng: Rng): void {
  const [least, most] = NOISE_UNDER;
  const level = -(least + (most - least) * rng());
  const colour = curveOver(NOISE_KNOTS, NOISE_COLOUR, rng).map((x) => Math.exp(level + x));
  for (let i = 0; i < picture.length; i++) {
    const noise = -Math.log(1 - rng()) * (colour[i % MEL_BANDS] ?? 0);
    picture[i] = Math.log(Math.exp(UNIT * (picture[i] ?? 0)) + noise) / UNIT;
  }
}

/** A smooth random curve over the bands: straight between knots. */
function curveOver(knots: number, deviation: number, rng: Rng): Float32Array {
  const heights = Float32Array.from({ length: knots + 1 }, () => deviation * normal(rng));
  return Float32Array.from({ length: MEL_BANDS }, (_, band) => {
    const at = (band * (knots - 1)) / (MEL_BANDS - 1);
    const knot = Math.floor(at);
    return (1 - (at % 1)) * (heights[knot] ?? 0) + (at % 1) * (heights[knot + 1] ?? 0);
  });
}

/** Adds a smooth curve over the bands and a level over all: another microphone, another distance. */
function recolour(picture: Float32Array, rng: Rng): void {
  const level = LEVEL * normal(rng);
  const curve = curveOver(COLOUR_KNOTS, COLOUR, rng).map((x) => x + level);
  for (let i = 0; i < picture.length; i++) {
    picture[i] = Math.max(SILENCE, (picture[i] ?? 0) + (curve[i % MEL_BANDS] ?? 0));
  }
}

/** Some bands as usual, some frames nearly silent. */
function mask(picture: Float32Array, rng: Rng): void {
  const frames = picture.length / MEL_BANDS;
  for (let n = 0; n < MASKS; n++) {
    const width = Math.floor(rng() * (MASKED_BANDS + 1));
    const first = Math.floor(rng() * (MEL_BANDS - width));
    for (let frame = 0; frame < frames; frame++) {
      picture.fill(0, frame * MEL_BANDS + first, frame * MEL_BANDS + first + width);
    }
  }
  const length = Math.floor(rng() * frames * MASKED_TIME);
  const start = Math.floor(rng() * (frames - length));
  picture.fill(-1, start * MEL_BANDS, (start + length) * MEL_BANDS);
}

/** Pictures of one length, folded (see `fold`), with the share of each that is sound. */
export interface PictureBatch {
  readonly size: number;
  readonly steps: number;
  /** size × 2·steps × rows × 4 */
  readonly pictures: Float32Array;
  /** size × steps: 1 where there is sound, 0 where the picture was padded. */
  readonly mask: Float32Array;
  /** size × outputs, see `targetOf`. */
  readonly targets: Float32Array;
}

/** Pictures side by side, folded and padded with silence to the longest, and where each has sound. */
export function batchOf(pictures: readonly Float32Array[]): Omit<PictureBatch, 'size' | 'targets'> {
  const lengths = pictures.map((p) => stepsOf(p.length / MEL_BANDS));
  const steps = Math.max(...lengths);
  const size = steps * FRAMES_PER_STEP * MEL_BANDS;
  const out = new Float32Array(pictures.length * size);
  const sound = new Float32Array(pictures.length * steps);
  pictures.forEach((picture, i) => {
    fold(picture, steps, out, i * size);
    sound.fill(1, i * steps, i * steps + (lengths[i] ?? 0));
  });
  return { steps, pictures: out, mask: sound };
}

/** Two pictures sounding at once: shares of their powers add. */
export function blended(a: Float32Array, b: Float32Array, share: number): Float32Array {
  const [longer, length] = [Math.max(a.length, b.length), Math.min(a.length, b.length)];
  const out = new Float32Array(longer);
  const whole = a.length > b.length ? a : b;
  const shareOfWhole = a.length > b.length ? share : 1 - share;
  for (let i = 0; i < length; i++) {
    out[i] = Math.log(share * Math.exp(UNIT * (a[i] ?? 0)) + (1 - share) * Math.exp(UNIT * (b[i] ?? 0))) / UNIT;
  }
  const quieter = Math.log(Math.max(1e-3, shareOfWhole)) / UNIT;
  for (let i = length; i < longer; i++) out[i] = Math.max(SILENCE, (whole[i] ?? 0) + quieter);
  return out;
}
