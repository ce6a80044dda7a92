/** What a recording sounds like, without understanding it. Levels in dB of full scale. */
export interface Sound {
  /** Hex sha256 of the decoded samples: the same in another container, or with other tags. */
  readonly hash: string;
  readonly seconds: number;
  readonly peakDb: number;
  readonly rmsDb: number;
  /** Share of the samples at full scale. */
  readonly clipped: number;
}

/** Why there is no sound: the file is absent, or no decoder reads it. */
export interface NoSound {
  readonly failure: 'missing' | 'unreadable';
  readonly message: string;
}

/** At and beyond this a sample counts as full scale, as in `src/audio/quality.ts`. */
const FULL_SCALE = 0.999;
/** The level of digital silence. */
const LEAST_DB = -200;

export type Levels = Omit<Sound, 'hash'>;

/** Length and levels of mono samples, −1..1. */
export function levelsOf(samples: Float32Array, sampleRate: number): Levels {
  let [peak, energy, atFullScale] = [0, 0, 0];
  for (const sample of samples) {
    const size = Math.abs(sample);
    if (size > peak) peak = size;
    if (size >= FULL_SCALE) atFullScale++;
    energy += size * size;
  }
  const count = Math.max(1, samples.length);
  return {
    seconds: samples.length / sampleRate,
    peakDb: decibels(peak * peak),
    rmsDb: decibels(energy / count),
    clipped: atFullScale / count,
  };
}

function decibels(power: number): number {
  return Math.max(LEAST_DB, 10 * Math.log10(power));
}
