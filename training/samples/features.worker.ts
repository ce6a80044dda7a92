import { readFile } from 'node:fs/promises';
import { CLASSIC_MFCC_COUNT, classicMfccMean } from '../../src/audio/classic-mfcc.js';
import { extractFeatures } from '../../src/audio/features.js';
import { functionals } from '../../src/audio/functionals.js';
import { readRecording } from '../../src/audio/read-recording.js';
import { spectrogramOf, type Spectrogram } from '../../src/audio/spectrogram.js';
import { sha256 } from '../../src/common/model-manifest.js';
import { augmented } from './augment.js';
import { rngOf } from '../common/rng.js';

/** One recording: as it was made (variant 0), or changed as a life outside the studio would change it. */
export interface FeatureTask {
  readonly file: string;
  readonly variants: readonly number[];
}

export interface Features {
  readonly functionals: Float32Array;
  /** The blog recipe's 40 mean MFCCs; only of the recording as it was made, zeros otherwise. */
  readonly classic: Float32Array;
  readonly spectrogram: Spectrogram;
}

export interface ClipFeatures extends Features {
  /** Hex sha256 of the file. */
  readonly hash: string;
  readonly variant: number;
}

/** Reads one recording with the extractor that serves. The same file and variant always give the same numbers. */
export default async function featuresOf({ file, variants }: FeatureTask): Promise<ClipFeatures[]> {
  const bytes = await readFile(file);
  const hash = sha256(bytes);
  const clean = await readRecording(bytes);
  const out: ClipFeatures[] = [];
  for (const variant of variants) {
    const rng = rngOf(parseInt(hash.slice(0, 8), 16) + variant);
    const samples = variant === 0 ? clean : await augmented(clean, rng);
    const features = extractFeatures(samples);
    const classic = variant === 0 ? classicMfccMean(samples) : new Float32Array(CLASSIC_MFCC_COUNT);
    const measured = { functionals: functionals(features), classic, spectrogram: spectrogramOf(features) };
    out.push({ hash, variant, ...measured });
  }
  return out;
}
