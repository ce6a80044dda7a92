import { readFileSync } from 'node:fs';
import { extractChroma } from '../../src/audio/chroma.js';
import { classicMfccMean } from '../../src/audio/classic-mfcc.js';
import { extractFeatures } from '../../src/audio/features.js';
import type { FrameFeatures } from '../../src/audio/features.js';
import { goldenSignals } from './signals.js';

type FeatureName = Exclude<keyof FrameFeatures, 'seconds' | 'frames' | 'pitchHz' | 'clarity'> | 'chroma';

interface Golden {
  readonly count: number;
  readonly frames: readonly number[];
  readonly features: Readonly<Record<FeatureName, readonly (readonly number[])[]>>;
  readonly pitch?: readonly number[];
  readonly classic: readonly number[];
}

const golden = JSON.parse(readFileSync(new URL('features.json', import.meta.url), 'utf8')) as Record<string, Golden>;
const signals = goldenSignals();

/** How far we may be from librosa, in the feature's own unit. Both sides round the samples to 32 bits, and differently. */
const TOLERANCE: Readonly<Record<FeatureName, number>> = {
  logMel: 1e-3, // nats
  mfcc: 2e-3,
  delta: 1e-3,
  deltaDelta: 1e-3,
  chroma: 1e-4,
  bands: 5e-3, // dB
  level: 1e-3, // dB
  rms: 1e-6,
  zcr: 1 / 256, // one sign change: a sample next to zero may round to either side
  centroid: 0.05, // Hz
  spread: 0.05, // Hz
  rolloff: 15.7, // Hz: one bin, where the sum meets the threshold almost exactly
  median: 15.7,
  flatness: 1e-4,
  flux: 1e-3, // nats
  slopeLow: 0.05, // dB per kHz
  slopeMid: 0.05,
  alphaRatio: 5e-3, // dB
  hammarberg: 5e-3,
};
const NAMES = Object.keys(TOLERANCE) as FeatureName[];

describe.each(Object.keys(signals) as (keyof typeof signals)[])('%s', (name) => {
  const expected = golden[name]!;
  const features = { ...extractFeatures(signals[name]), chroma: extractChroma(signals[name]) };

  it('[AF1] has as many frames as librosa', () => {
    expect(features.frames).toBe(expected.count);
  });

  it.each(NAMES)('[AF1] %s equals librosa within its tolerance', (feature) => {
    const width = features[feature].length / features.frames;
    const worst = Math.max(
      ...expected.frames.flatMap((frame, row) =>
        expected.features[feature][row]!.map((value, c) => Math.abs(features[feature][frame * width + c]! - value)),
      ),
    );
    expect(worst).toBeLessThanOrEqual(TOLERANCE[feature]);
  });

  it("[AF2] the blog recipe's 40 means equal librosa's within 0.01", () => {
    const worst = Math.max(...[...classicMfccMean(signals[name])].map((x, i) => Math.abs(x - expected.classic[i]!)));
    expect(worst).toBeLessThanOrEqual(0.01);
  });
});

describe.each(['glide', 'clipped', 'quiet'] as const)('pitch of %s', (name) => {
  it("[AF3] is within 1 % of librosa's YIN, inside the signal", () => {
    const { frames, pitch } = golden[name]!;
    const features = extractFeatures(signals[name]);
    for (const [row, frame] of frames.entries()) {
      // At either end our windows reach beyond the signal.
      if (frame === 0 || frame === features.frames - 1) continue;
      expect(features.clarity[frame]).toBeGreaterThan(0.9);
      expect(Math.abs(features.pitchHz[frame]! / pitch![row]! - 1)).toBeLessThan(0.01);
    }
  });
});
