import {
  emptyBaseline,
  withSpeech,
  type Population,
  type SpeakerBaseline,
  type SpeechSummary,
} from '../../src/audio/speaker-baseline.js';
import { ABSOLUTE_COUNT, FUNCTIONAL_NAMES } from '../../src/audio/functionals.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import type { Emotion } from '../../src/emotion/scores.js';
import type { Clip } from '../corpora/corpora.js';
import type { Features } from './features.worker.js';
import { groupBy } from '../common/group-by.js';
import { rngOf, shuffled, type Rng } from '../common/rng.js';

/** A labelled clip with its features: as it was made, then changed copies of it. */
export interface Sample extends Omit<Clip, 'file'> {
  readonly variants: readonly Features[];
}

export function cleanOf(sample: Sample): Features {
  const [clean] = sample.variants;
  if (!clean) throw new Error(`${sample.path} has no features`);
  return clean;
}

/** What the networks are told of a clip: its features, and how its speaker usually sounds. */
export interface Heard {
  readonly features: Features;
  readonly baseline?: SpeakerBaseline;
}

/** How well a network will know the speaker when it is asked. */
export type Acquaintance = keyof typeof SHARES;

/** Shares of the draws: the clip alone; against all of its speaker's clips; otherwise against a few of them. */
const SHARES = {
  stranger: { alone: 1, wellKnown: 0 },
  known: { alone: 0, wellKnown: 0.5 },
} as const;
/** So many clips of the speaker at most. */
const FEW = 15;
/** Share of the draws that are changed copies, where there are any. */
const COPIES = 0.4;

/**
 * Draws how a training clip is heard: alone, perhaps as a changed copy; or against a few clips of its speaker, or all of them. A changed
 * copy has no baseline: the speaker's other clips came over another line.
 */
export class Hearing {
  private readonly bySpeaker: ReadonlyMap<string, readonly Sample[]>;
  private readonly known = new Map<string, SpeakerBaseline>();

  /** @param copies are the changed copies heard too? */
  constructor(
    samples: readonly Sample[],
    private readonly acquaintance: Acquaintance,
    private readonly copies: boolean,
  ) {
    this.bySpeaker = groupBy(samples, (s) => s.speaker);
    for (const [speaker, own] of this.bySpeaker) this.known.set(speaker, baselineOf(own));
  }

  draw(sample: Sample, rng: Rng): Heard {
    const features = cleanOf(sample);
    const { alone, wellKnown } = SHARES[this.acquaintance];
    const chance = rng();
    if (chance < alone) {
      const copies = this.copies ? sample.variants.length - 1 : 0;
      if (copies === 0 || chance >= COPIES) return { features };
      return { features: sample.variants[1 + Math.floor(rng() * copies)] ?? features };
    }
    if (chance < alone + wellKnown) {
      return { features, baseline: this.known.get(sample.speaker) ?? emptyBaseline() };
    }
    const own = this.bySpeaker.get(sample.speaker) ?? [];
    const few = Array.from(
      { length: 1 + Math.floor(rng() * FEW) },
      () => own[Math.floor(rng() * own.length)] ?? sample,
    );
    return { features, baseline: baselineOf(few) };
  }
}

/** How a speaker sounds in these clips, heard one after the other. */
export function baselineOf(samples: readonly Sample[]): SpeakerBaseline {
  return samples.reduce((baseline, sample) => withSpeech(baseline, speechOf(sample)), emptyBaseline());
}

function speechOf(sample: Sample): SpeechSummary {
  const { functionals, spectrogram } = cleanOf(sample);
  return { functionals, bandMean: spectrogram.bandMean };
}

/** `none`: each clip alone. `online`: against the speaker's clips before it, in a shuffled order. `all`: against all the speaker's clips. */
export const BASELINE_MODES = ['none', 'online', 'all'] as const;
export type BaselineMode = (typeof BASELINE_MODES)[number];

/** How each clip is heard in an evaluation. */
export function heardIn(mode: BaselineMode, samples: readonly Sample[], seed: number): Heard[] {
  if (mode === 'none') return samples.map((s) => ({ features: cleanOf(s) }));
  const baselines = new Map<Sample, SpeakerBaseline>();
  for (const [, own] of groupBy(samples, (s) => s.speaker)) {
    const all = baselineOf(own);
    let sofar = emptyBaseline();
    for (const sample of shuffled(own, rngOf(seed))) {
      baselines.set(sample, mode === 'all' ? all : sofar);
      sofar = withSpeech(sofar, speechOf(sample));
    }
  }
  return samples.map((s) => ({ features: cleanOf(s), baseline: baselines.get(s) ?? emptyBaseline() }));
}

/** Mean and spread of every functional but the recording's absolute level, and the usual colour of speech. */
export function populationOf(samples: readonly Sample[]): Population {
  const features = samples.map(cleanOf);
  const indices = [...FUNCTIONAL_NAMES.keys()].slice(0, -ABSOLUTE_COUNT);
  const mean = indices.map((index) => average(features.map((f) => f.functionals[index] ?? 0)));
  const sd = indices.map((index, i) => {
    const variance = average(features.map((f) => ((f.functionals[index] ?? 0) - (mean[i] ?? 0)) ** 2));
    return Math.sqrt(variance) + 1e-6;
  });
  const bands = Array.from({ length: MEL_BANDS }, (_, band) =>
    average(features.map((f) => f.spectrogram.bandMean[band] ?? 0)),
  );
  const level = average(bands);
  return { indices, mean, sd, bandShape: bands.map((band) => band - level) };
}

/**
 * How often a clip is drawn: small corpora more than their size (fourth root), rare emotions more than their share (square root),
 * neither up to full balance, which would repeat few clips too often.
 */
export function samplingWeights(samples: readonly Sample[]): (sample: Sample) => number {
  const ofCorpus = (s: Sample, sizes: Map<string, number>): number => (sizes.get(s.corpus) ?? 1) ** -0.25;
  const sizes = tally(
    samples,
    (s) => s.corpus,
    () => 1,
  );
  const mass = tally(
    samples,
    (s) => s.emotion,
    (s) => ofCorpus(s, sizes),
  );
  return (s) => ofCorpus(s, sizes) * (mass.get(s.emotion) ?? 1) ** -0.5;
}

/** Share of each label in what is drawn. */
export function priorOf(
  samples: readonly Sample[],
  weightOf: (s: Sample) => number,
  labels: readonly Emotion[],
): number[] {
  const mass = tally(samples, (s) => s.emotion, weightOf);
  const sum = [...mass.values()].reduce((a, b) => a + b, 0);
  return labels.map((label) => (mass.get(label) ?? 0) / sum);
}

function tally<T>(items: readonly T[], key: (item: T) => string, amount: (item: T) => number): Map<string, number> {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(key(item), (sums.get(key(item)) ?? 0) + amount(item));
  return sums;
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
