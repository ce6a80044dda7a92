import { readFile } from 'node:fs/promises';
import { sha256 } from '../src/common/model-manifest.js';
import { classicMfccMean } from '../src/audio/classic-mfcc.js';
import { extractFeatures } from '../src/audio/features.js';
import { functionals } from '../src/audio/functionals.js';
import { readClip } from './read-clip.js';

export interface ClipFeatures {
  /** Hex sha256 of the file. */
  readonly hash: string;
  readonly functionals: Float32Array;
  /** The blog recipe's 40 mean MFCCs. */
  readonly classic: Float32Array;
}

/** Reads one recording with the extractor that serves. */
export default async function featuresOf(file: string): Promise<ClipFeatures> {
  const bytes = await readFile(file);
  const samples = await readClip(bytes);
  return { hash: sha256(bytes), functionals: functionals(extractFeatures(samples)), classic: classicMfccMean(samples) };
}
