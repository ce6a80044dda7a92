import { MEL_BANDS } from './features.js';
import { FUNCTIONAL_NAMES } from './functionals.js';

/** What an utterance tells about the voice that spoke it. */
export interface SpeechSummary {
  /** In the order of FUNCTIONAL_NAMES. */
  readonly functionals: Float32Array;
  /** Mean log-mel of the frames of speech, nats; MEL_BANDS values. */
  readonly bandMean: Float32Array;
}

/**
 * How a speaker usually sounds, learnt while a session runs: a few kilobytes, whatever its length. It belongs to the session and ends
 * with it.
 */
export interface SpeakerBaseline {
  /** Utterances it was learnt from. */
  readonly utterances: number;
  /** Mean and variance of each functional. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  readonly bandMean: Float64Array;
}

/** Older utterances fade when there are more than this: voices tire, microphones move. */
const MEMORY = 100;

/** Utterances of a baseline that weigh as much as the population does: for means, for spreads, for the spectrum. */
const PRIOR = { mean: 2, variance: 5, bands: 2 } as const;
/** Share of the population's variance that is within speakers, roughly: what a new speaker is expected to vary by. */
const WITHIN = 0.7;

export function emptyBaseline(): SpeakerBaseline {
  const zeros = (length: number): Float64Array => new Float64Array(length);
  const count = FUNCTIONAL_NAMES.length;
  return { utterances: 0, mean: zeros(count), variance: zeros(count), bandMean: zeros(MEL_BANDS) };
}

/** The baseline after one more utterance (Welford's running moments; exponential from MEMORY on). */
export function withSpeech(baseline: SpeakerBaseline, speech: SpeechSummary): SpeakerBaseline {
  const share = 1 / Math.min(MEMORY, baseline.utterances + 1);
  const mean = baseline.mean.map((m, i) => m + share * ((speech.functionals[i] ?? 0) - m));
  const variance = baseline.variance.map((v, i) => {
    const deviation = (speech.functionals[i] ?? 0) - (baseline.mean[i] ?? 0);
    return (1 - share) * (v + share * deviation * deviation);
  });
  const bandMean = baseline.bandMean.map((m, i) => m + share * ((speech.bandMean[i] ?? 0) - m));
  return { utterances: baseline.utterances + 1, mean, variance, bandMean };
}

/** The voices a model was trained on. */
export interface Population {
  /** Which functionals enter, and their mean and standard deviation. */
  readonly indices: readonly number[];
  readonly mean: readonly number[];
  readonly sd: readonly number[];
  /** Mean log-mel spectrum less its own mean, nats: how speech is coloured, whatever its level. */
  readonly bandShape: readonly number[];
}

/** Standardised functionals are cut to ±LIMIT. */
const LIMIT = 5;

/**
 * The functionals that enter a model, in standard deviations above what is usual: for the population as long as nothing is known of the
 * speaker, more and more for this speaker as the baseline grows (both moments are shrunk towards the population's).
 */
export function standardise(
  functionals: ArrayLike<number>,
  { indices, mean, sd }: Population,
  baseline?: SpeakerBaseline,
): Float32Array {
  const n = baseline?.utterances ?? 0;
  return Float32Array.from(indices, (from, i) => {
    const [populationMean, populationSd] = [mean[i] ?? 0, sd[i] ?? 1];
    const usual = (n * (baseline?.mean[from] ?? 0) + PRIOR.mean * populationMean) / (n + PRIOR.mean);
    const variance =
      (n * (baseline?.variance[from] ?? 0) + PRIOR.variance * WITHIN * populationSd ** 2) / (n + PRIOR.variance);
    // A tenth of the population's spread keeps a speaker who never varies from looking extreme.
    const z = ((functionals[from] ?? 0) - usual) / (0.9 * Math.sqrt(variance) + 0.1 * populationSd);
    return Number.isFinite(z) ? Math.max(-LIMIT, Math.min(LIMIT, z)) : 0;
  });
}

/**
 * The spectrum that is usual, nats per band: the population's colour at the level of this very utterance, and more and more this
 * speaker's own colour and level. So the gain of the microphone plays no part before the speaker is known.
 */
export function usualSpectrum(
  bandMean: Float32Array,
  { bandShape }: Population,
  baseline?: SpeakerBaseline,
): Float32Array {
  const n = baseline?.utterances ?? 0;
  const level = bandMean.reduce((sum, x) => sum + x, 0) / bandMean.length;
  return bandMean.map(
    (_, band) =>
      (n * (baseline?.bandMean[band] ?? 0) + PRIOR.bands * (level + (bandShape[band] ?? 0))) / (n + PRIOR.bands),
  );
}
