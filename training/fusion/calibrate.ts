import { mean } from '../../src/audio/statistics.js';
import { OWN_MODALITIES, type AvailableEvidence, type Evidence, type Modality } from '../../src/emotion/evidence.js';
import { scoresOf, valenceSign, type Emotion, type Scores } from '../../src/emotion/scores.js';
import { fusionConfig, type Curve, type FusionValues } from '../../src/fusion/config.js';
import { denialOf } from '../../src/fusion/incongruence.js';
import { contributionOf, isReadable, logRatios, logScoresOf, posteriorOf } from '../../src/fusion/pool.js';
import { reliabilityOf } from '../../src/fusion/reliability.js';
import type { Clip } from '../corpora/corpora.js';
import { evidenceOf, fuseAll, keyOf, type FusionOutcome, type Heard, type Read } from './evaluate.js';
import { detectableScore, FALSE_ALARM } from './figures.js';
import { BEST, SITUATIONS } from './report.js';
import { isOpen, type Pair } from './pairs.js';
import { curveOf } from './reliability-curves.js';
import { thresholdAt } from '../common/roc.js';
import { WORD_ERROR_RATES } from './word-errors.js';

/** Evidence of one side and what was meant. */
export interface Labelled<M extends Modality> {
  readonly evidence: Evidence<M>;
  readonly truth: Emotion;
}

/** What the numbers of a fusion are measured on. */
export interface CalibrationData {
  /** Recordings clean and in noise of every strength. */
  readonly noisy: readonly Labelled<'voice'>[];
  /** Beginnings of recordings, from a fraction of a second. */
  readonly short: readonly Labelled<'voice'>[];
  /** Recordings driven over full scale. */
  readonly clipped: readonly Labelled<'voice'>[];
  /** Words as they were written. */
  readonly written: readonly Labelled<'text'>[];
  readonly pairs: readonly Pair<Clip>[];
  readonly heard: Heard;
  readonly read: Read;
  /** How many clips of its speaker each clip stands for, by its path; of the others each stands for itself. */
  readonly standsFor: ReadonlyMap<string, number>;
}

/**
 * The same pairs counted in two ways: every speaker alike, and every clip alike, as corpora come. New voices may come either way, so
 * what is promised of the answers holds in both.
 */
const MIXES = ['speakers', 'clips'] as const;
type Mix = (typeof MIXES)[number];

function shareIn(mix: Mix, { clip }: Pair<Clip>, { standsFor }: CalibrationData): number {
  return mix === 'clips' ? (standsFor.get(clip.path) ?? 1) : 1;
}

/** The ways to answer without fusion are of no interest here. */
const NO_PRIORS = { voice: {}, text: {} };

/**
 * Measures every number of a fusion: a curve for each quality signal from readings that differ in that signal; the largest weights and
 * the temperature where pairs, congruent and of neutral wording and in all situations, are most probable; the mass of the
 * prediction set and the thresholds of incongruence at their stated rates. The temperature is between those of both `MIXES`,
 * the mass the larger of theirs. Prior, floor and abstention stay those of `base`.
 */
export function calibrateFusion(data: CalibrationData, base: FusionValues): FusionValues {
  const curves = {
    voice: {
      voicedMs: fromZero(curveFor(data.short, 'voicedMs', base)),
      snrDb: curveFor(data.noisy, 'snrDb', base),
      clipping: curveFor(data.clipped, 'clipping', base, -1),
    },
    text: {
      asrConfidence: fromZero(curveFor(misheard(data), 'asrConfidence', base)),
      contentWords: curveFor(data.written, 'contentWords', base),
      languageSupported: base.curves.text.languageSupported,
    },
  };
  let values: FusionValues = { ...base, curves, temperature: 1 };
  const sides = sidesOf(data, values);
  const best = (change: (x: number) => FusionValues, low: number, high: number, mix: Mix = 'speakers'): number =>
    rounded(minimum((x) => surpriseOf(sides, mix, change(x)), low, high));
  for (let round = 0; round < 2; round++) {
    for (const modality of ['text', 'voice'] as const) {
      const now = values;
      const weighed = (x: number) => ({ ...now, maxWeight: { ...now.maxWeight, [modality]: x } });
      values = weighed(best(weighed, 0.05, 0.99));
    }
  }
  const cooled = (temperature: number) => ({ ...values, temperature });
  // Too cold is too sure, too warm hides what is known: neither mix is the safe one.
  values = cooled(rounded(Math.exp(mean(MIXES.map((mix) => Math.log(best(cooled, 0.5, 2, mix)))))));
  return { ...values, ...shares(data, values) };
}

/**
 * So often a pair of neutral wording counts: five of six things that people say have no feeling in their words. An assumption, after the
 * 83 % of DailyDialog's utterances that its annotators found no emotion in (Li et al. 2017).
 */
const PLAIN = 5;

function commonness({ kind }: Pair): number {
  return kind === 'neutralWords' ? PLAIN : 1;
}

/** The words of pairs at every rate of errors, against what was meant: what a garbled plain sentence seems to say is wrong. */
function misheard({ pairs, read }: CalibrationData): Labelled<'text'>[] {
  return pairs.filter(isAnswerable).flatMap((pair) =>
    WORD_ERROR_RATES.flatMap((rate) => {
      const evidence = read.get(keyOf(pair.words, rate));
      const reading = evidence && { evidence, truth: pair.truth };
      return reading ? Array.from({ length: commonness(pair) }, () => reading) : [];
    }),
  );
}

function curveFor<M extends Modality>(
  readings: readonly Labelled<M>[],
  signal: string,
  base: FusionValues,
  direction: 1 | -1 = 1,
): Curve {
  const applied = readings.flatMap(({ evidence, truth }) => {
    if (evidence.status === 'unavailable') return [];
    const value = Number(new Map(Object.entries(evidence.quality)).get(signal));
    return [{ signal: value, factor: Math.exp(logRatios(evidence, base)[truth]) }];
  });
  return curveOf(applied, direction);
}

/** Nothing at all is worth nothing. */
function fromZero(curve: Curve): Curve {
  return (curve[0]?.[0] ?? 0) > 0 ? [[0, 0], ...curve] : curve;
}

/** One side of a pair as the pool takes it: its quality by the curves, and what it speaks for. */
interface Side {
  readonly quality: number;
  readonly ratios: Scores;
}

/** Both sides of every pair that has a truth, in every situation; null where nothing was read. */
function sidesOf(data: CalibrationData, values: FusionValues) {
  const { pairs, heard, read } = data;
  const side = remembering((evidence: Evidence): Side | null =>
    evidence.status === 'available' && isReadable(evidence)
      ? { quality: reliabilityOf(evidence, values).quality, ratios: logRatios(evidence, values) }
      : null,
  );
  return SITUATIONS.flatMap((situation) =>
    pairs.filter(isAnswerable).map((pair) => {
      const { voice, text } = evidenceOf(pair, situation, heard, read);
      const common = commonness(pair);
      const weight = { speakers: common, clips: common * shareIn('clips', pair, data) };
      return { voice: side(voice), text: side(text), truth: pair.truth, weight };
    }),
  );
}

/** Mean surprise at the truth, nats, weighed by how common such pairs are. */
function surpriseOf(
  pairs: ReturnType<typeof sidesOf>,
  mix: Mix,
  { prior, maxWeight, temperature }: Pick<FusionValues, 'prior' | 'maxWeight' | 'temperature'>,
): number {
  const logPrior = scoresOf((e) => Math.log(prior[e]));
  let [surprise, weights] = [0, 0];
  for (const { truth, weight, ...sides } of pairs) {
    const contributions = OWN_MODALITIES.flatMap((m) => {
      const side = sides[m];
      return side ? [contributionOf(side.quality * maxWeight[m], side.ratios)] : [];
    });
    const posterior = posteriorOf(logScoresOf(logPrior, contributions), temperature);
    surprise -= weight[mix] * Math.log(Math.max(posterior[truth], 1e-9));
    weights += weight[mix];
  }
  return surprise / weights;
}

function remembering<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { value: V }>();
  return (key) => {
    const known = made.get(key) ?? { value: make(key) };
    made.set(key, known);
    return known.value;
  };
}

/**
 * Of the errors that are promised, so many are allowed for here: clips of the same few speakers are more alike than those of new ones,
 * so a share that holds exactly on these does not quite hold elsewhere.
 */
export const ALLOWED = 0.8;

/** What is read off as a share: how wide a set must be, and from where disagreement is told. */
function shares(data: CalibrationData, values: FusionValues) {
  const { pairs, heard, read } = data;
  const config = fusionConfig(values);
  const outcomes = fuseAll(pairs.filter(isAnswerable), SITUATIONS, heard, read, { config, priors: NO_PRIORS });
  const congruent = fuseAll(
    pairs.filter(({ kind }) => kind === 'congruent'),
    [BEST],
    heard,
    read,
    { config, priors: NO_PRIORS },
  );
  const content = data.noisy.filter(({ truth }) => valenceSign(truth) >= 0);
  return {
    predictionMass: rounded(
      Math.max(
        ...MIXES.map((mix) => {
          const masses = outcomes.map((o) => ({ value: massBefore(o), weight: shareIn(mix, o.pair, data) }));
          return quantile(masses, 1 - ALLOWED * (1 - values.coverage));
        }),
      ),
    ),
    incongruenceThreshold: rounded(
      thresholdAt(ALLOWED * FALSE_ALARM, congruent.map(detectableScore)) ?? values.incongruenceThreshold,
    ),
    reassuranceThreshold: rounded(
      thresholdAt(
        ALLOWED * FALSE_ALARM,
        content.flatMap(({ evidence }) => (evidence.status === 'available' ? [denialIn(evidence, values)] : [])),
      ) ?? values.reassuranceThreshold,
    ),
  };
}

function denialIn(evidence: AvailableEvidence<'voice'>, values: FusionValues): number {
  const contribution = contributionOf(reliabilityOf(evidence, values).weight, logRatios(evidence, values));
  return denialOf(scoresOf((e) => Math.exp(contribution[e])));
}

/** What comes before the truth when the most probable comes first, together: a set that is filled up to more than this holds it. */
function massBefore({ truth, scores }: FusionOutcome): number {
  const own = scores.fused[truth] ?? 0;
  return scores.fused.filter((p, i) => p > own || (p === own && i < truth)).reduce((a, b) => a + b, 0);
}

/**
 * The smallest value that at least this share of the weight does not exceed, with the correction for a finite sample (Vovk et al. 2005): the
 * new one, of average weight, may be the largest.
 */
function quantile(values: readonly { readonly value: number; readonly weight: number }[], share: number): number {
  const total = values.reduce((sum, { weight }) => sum + weight, 0);
  const wanted = share * total * (1 + 1 / values.length);
  let reached = 0;
  const found = [...values].sort((a, b) => a.value - b.value).find(({ weight }) => (reached += weight) >= wanted);
  return Math.min(1, found?.value ?? 1);
}

function isAnswerable({ kind }: Pair): boolean {
  return !isOpen(kind);
}

/** Where a function with one valley is lowest, by golden section (Kiefer 1953), to a hundredth of the interval. */
function minimum(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  while (b - a > (high - low) / 100) {
    const [x, y] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (f(x) < f(y)) b = y;
    else a = x;
  }
  return (a + b) / 2;
}

function rounded(x: number): number {
  return Number(x.toFixed(4));
}
