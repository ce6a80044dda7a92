import { findActivity, movingMean } from './activity.js';
import { COARSE_BANDS, COARSE_BANDS_HZ, MEL_BANDS, MFCC_COUNT } from './features.js';
import type { FrameFeatures } from './features.js';
import { HOP_MS } from './frames.js';
import {
  argmax,
  correlation,
  curvature,
  deviation,
  findPeaks,
  greatest,
  mean,
  percentile,
  slope,
} from './statistics.js';

/** What a listener would name; every functional belongs to one of them. */
export const CUE_GROUPS = ['pitchHeight', 'pitchMovement', 'loudness', 'tempo', 'voiceQuality', 'timbre'] as const;
export type CueGroup = (typeof CUE_GROUPS)[number];

/** Statistics of a contour; `slope` is its trend from the middle to the end. */
type Stat = 'mean' | 'sd' | 'p5' | 'p50' | 'p90' | 'p95' | 'iqr' | 'slope';
const ALL: readonly Stat[] = ['mean', 'sd', 'p5', 'p50', 'p95', 'iqr', 'slope'];
const BRIEF: readonly Stat[] = ['mean', 'sd'];

/** An utterance as the functionals see it: silence around it cut off, level relative to its own loud parts. */
interface Speech {
  readonly f: FrameFeatures;
  /** Frames from the utterance's first to its last. */
  readonly length: number;
  readonly seconds: number;
  readonly loudDb: number;
  /** Absolute indices of frames: all of speech, those with a pitch. Never empty. */
  readonly active: readonly number[];
  readonly voiced: readonly number[];
  /** Of each frame from the first to the last: is it voiced; its level and smoothed level, dB below the loud parts. */
  readonly isVoiced: readonly boolean[];
  readonly level: Float32Array;
  readonly smoothLevel: Float32Array;
  /** Pitch of the voiced frames, semitones above 27.5 Hz, and its change wherever two voiced frames meet, semitones per frame. */
  readonly pitch: Float32Array;
  readonly pitchSteps: Float32Array;
  /** Place of each voiced frame, 0..length−1. */
  readonly pitchAt: readonly number[];
  /** Syllable nuclei: peaks of the smoothed level. */
  readonly peaks: readonly number[];
  /** Lengths of voiced and unvoiced stretches, frames. */
  readonly voicedRuns: Float32Array;
  readonly unvoicedRuns: Float32Array;
}

/** A contour and the statistics taken of it. */
interface Contour {
  readonly name: string;
  readonly group: CueGroup | ((stat: Stat) => CueGroup);
  readonly stats: readonly Stat[];
  readonly values: (speech: Speech) => Float32Array;
}

/** A number taken of the whole utterance. */
interface Measure {
  readonly name: string;
  readonly group: CueGroup;
  readonly value: (speech: Speech) => number;
}

type Over = 'active' | 'voiced';
type Matrix = (f: FrameFeatures) => Float32Array;

/** One column of a feature matrix at the chosen frames. */
function columnOf(matrix: Matrix, width: number, column: number, over: Over): Contour['values'] {
  return (speech) => at(speech[over], matrix(speech.f), width, column);
}

function at(frames: readonly number[], data: Float32Array, width = 1, column = 0): Float32Array {
  const out = new Float32Array(frames.length);
  for (let k = 0; k < out.length; k++) out[k] = data[(frames[k] ?? 0) * width + column] ?? 0;
  return out;
}

function columns(
  prefix: string,
  matrix: Matrix,
  group: CueGroup,
  from: number,
  over: Over,
  stats: readonly Stat[],
): Contour[] {
  return Array.from({ length: MFCC_COUNT - from }, (_, i) => ({
    name: `${prefix}${from + i}`,
    group,
    stats,
    values: columnOf(matrix, MFCC_COUNT, from + i, over),
  }));
}

/** Neighbouring mel bands by twos, less the clip's loud level: the spectrum's shape, not the microphone's gain. */
const MEL_PAIRS: readonly Contour[] = Array.from({ length: MEL_BANDS / 2 }, (_, pair) => ({
  name: `mel${pair + 1}`,
  group: 'timbre',
  stats: ['mean', 'sd', 'p90'],
  values: ({ f, active, loudDb }) => {
    const loud = (loudDb * Math.LN10) / 10;
    const out = at(active, f.logMel, MEL_BANDS, 2 * pair);
    const upper = at(active, f.logMel, MEL_BANDS, 2 * pair + 1);
    for (let i = 0; i < out.length; i++) out[i] = ((out[i] ?? 0) + (upper[i] ?? 0)) / 2 - loud;
    return out;
  },
}));

/** Measures of the spectrum's shape: over all speech in full, over its voiced frames in brief. */
const SHAPE: readonly (readonly [name: string, group: CueGroup, matrix: Matrix, width: number, column: number])[] = [
  ['centroid', 'timbre', (f) => f.centroid, 1, 0],
  ['spread', 'timbre', (f) => f.spread, 1, 0],
  ['rolloff', 'timbre', (f) => f.rolloff, 1, 0],
  ['median', 'timbre', (f) => f.median, 1, 0],
  ['flux', 'timbre', (f) => f.flux, 1, 0],
  ['zcr', 'timbre', (f) => f.zcr, 1, 0],
  ...Array.from(
    { length: COARSE_BANDS },
    (_, i) => [`band${COARSE_BANDS_HZ[i] ?? 0}Hz`, 'timbre', (f: FrameFeatures) => f.bands, COARSE_BANDS, i] as const,
  ),
  ['alphaRatio', 'voiceQuality', (f) => f.alphaRatio, 1, 0],
  ['hammarberg', 'voiceQuality', (f) => f.hammarberg, 1, 0],
  ['slopeLow', 'voiceQuality', (f) => f.slopeLow, 1, 0],
  ['slopeMid', 'voiceQuality', (f) => f.slopeMid, 1, 0],
  ['flatness', 'voiceQuality', (f) => f.flatness.map((x) => Math.log(x + 1e-6)), 1, 0],
  ['clarity', 'voiceQuality', (f) => f.clarity, 1, 0],
];

const CONTOURS: readonly Contour[] = [
  ...columns('mfcc', (f) => f.mfcc, 'timbre', 1, 'active', ALL),
  ...columns('delta', (f) => f.delta, 'timbre', 0, 'active', BRIEF),
  ...columns('deltaDelta', (f) => f.deltaDelta, 'timbre', 0, 'active', BRIEF),
  ...columns('voiced.mfcc', (f) => f.mfcc, 'timbre', 1, 'voiced', BRIEF),
  ...MEL_PAIRS,
  ...SHAPE.map(([name, group, matrix, width, column]) => ({
    name,
    group,
    stats: ALL,
    values: columnOf(matrix, width, column, 'active'),
  })),
  ...SHAPE.map(([name, group, matrix, width, column]) => ({
    name: `voiced.${name}`,
    group,
    stats: BRIEF,
    values: columnOf(matrix, width, column, 'voiced'),
  })),
  {
    name: 'level',
    group: 'loudness',
    stats: ALL,
    values: ({ f, active, loudDb }) => at(active, f.level).map((x) => x - loudDb),
  },
  {
    name: 'pitch',
    group: (stat) => (['mean', 'p5', 'p50', 'p95'].includes(stat) ? 'pitchHeight' : 'pitchMovement'),
    stats: ALL,
    values: ({ pitch }) => pitch,
  },
];

/** Mean of the k-th third of a contour, k = 0, 1, 2; of the whole where it is too short to part. */
function third(values: Float32Array, k: 0 | 1 | 2): number {
  const size = Math.floor(values.length / 3);
  if (size === 0) return mean(values);
  return mean(k === 2 ? values.subarray(values.length - size) : values.subarray(k * size, (k + 1) * size));
}

const frameSteps = (values: Float32Array): Float32Array => values.subarray(1).map((x, i) => x - (values[i] ?? 0));
const intervals = (peaks: readonly number[]): Float32Array => frameSteps(Float32Array.from(peaks));
const share = (values: Float32Array, test: (x: number) => boolean): number =>
  values.length > 0 ? values.filter(test).length / values.length : 0;
const ranked = (values: Float32Array, q: number): number => percentile(values.slice().sort(), q);
const peakLevels = ({ peaks, level }: Speech): Float32Array => at(peaks, level);
const voicedLevels = ({ pitchAt, level }: Speech): Float32Array => at(pitchAt, level);

const MEASURES: readonly Measure[] = [
  { name: 'pitch.range', group: 'pitchMovement', value: ({ pitch }) => ranked(pitch, 95) - ranked(pitch, 5) },
  { name: 'pitch.step.abs', group: 'pitchMovement', value: ({ pitchSteps }) => mean(pitchSteps.map(Math.abs)) },
  { name: 'pitch.step.sd', group: 'pitchMovement', value: ({ pitchSteps }) => deviation(pitchSteps) },
  { name: 'pitch.step.p90', group: 'pitchMovement', value: ({ pitchSteps }) => ranked(pitchSteps, 90) },
  { name: 'pitch.step.p10', group: 'pitchMovement', value: ({ pitchSteps }) => ranked(pitchSteps, 10) },
  { name: 'pitch.rising', group: 'pitchMovement', value: ({ pitchSteps }) => share(pitchSteps, (x) => x > 0) },
  { name: 'pitch.lastThird', group: 'pitchMovement', value: ({ pitch }) => third(pitch, 2) - third(pitch, 0) },
  { name: 'pitch.middleThird', group: 'pitchMovement', value: ({ pitch }) => third(pitch, 1) - third(pitch, 0) },
  { name: 'pitch.peakAt', group: 'pitchMovement', value: (s) => (s.pitchAt[argmax(s.pitch)] ?? 0) / s.length },
  { name: 'pitch.curvature', group: 'pitchMovement', value: ({ pitch }) => curvature(pitch) },
  { name: 'pitch.levelCorrelation', group: 'pitchMovement', value: (s) => correlation(s.pitch, voicedLevels(s)) },

  { name: 'seconds', group: 'tempo', value: ({ seconds }) => seconds },
  { name: 'seconds.log', group: 'tempo', value: ({ seconds }) => Math.log(seconds) },
  { name: 'syllables.perSecond', group: 'tempo', value: ({ peaks, seconds }) => peaks.length / seconds },
  { name: 'voicedRuns.perSecond', group: 'tempo', value: ({ voicedRuns, seconds }) => voicedRuns.length / seconds },
  { name: 'voiced.share', group: 'tempo', value: ({ isVoiced, length }) => isVoiced.filter(Boolean).length / length },
  { name: 'active.share', group: 'tempo', value: ({ active, length }) => active.length / length },
  { name: 'quiet.share', group: 'tempo', value: ({ level }) => share(level, (x) => x < -25) },
  { name: 'voicedRuns.mean', group: 'tempo', value: ({ voicedRuns }) => mean(voicedRuns) },
  { name: 'voicedRuns.sd', group: 'tempo', value: ({ voicedRuns }) => deviation(voicedRuns) },
  { name: 'voicedRuns.max', group: 'tempo', value: ({ voicedRuns }) => greatest(voicedRuns) },
  { name: 'unvoicedRuns.mean', group: 'tempo', value: ({ unvoicedRuns }) => mean(unvoicedRuns) },
  { name: 'unvoicedRuns.sd', group: 'tempo', value: ({ unvoicedRuns }) => deviation(unvoicedRuns) },
  { name: 'unvoicedRuns.max', group: 'tempo', value: ({ unvoicedRuns }) => greatest(unvoicedRuns) },
  { name: 'syllables.interval.mean', group: 'tempo', value: ({ peaks }) => mean(intervals(peaks)) },
  { name: 'syllables.interval.sd', group: 'tempo', value: ({ peaks }) => deviation(intervals(peaks)) },

  { name: 'level.step.abs', group: 'loudness', value: ({ level }) => mean(frameSteps(level).map(Math.abs)) },
  { name: 'level.step.max', group: 'loudness', value: ({ level }) => greatest(frameSteps(level)) },
  { name: 'level.step.min', group: 'loudness', value: ({ level }) => -greatest(frameSteps(level).map((x) => -x)) },
  { name: 'syllables.level.mean', group: 'loudness', value: (s) => mean(peakLevels(s)) },
  { name: 'syllables.level.sd', group: 'loudness', value: (s) => deviation(peakLevels(s)) },
  { name: 'level.peakAt', group: 'loudness', value: ({ smoothLevel, length }) => argmax(smoothLevel) / length },
  { name: 'level.fall', group: 'loudness', value: ({ level }) => third(level, 0) - third(level, 2) },
  // The last two tell how loud the recording is; they name the microphone rather than the mood. Models leave them out.
  { name: 'absolute.loudDb', group: 'loudness', value: ({ loudDb }) => loudDb },
  { name: 'absolute.activeDb', group: 'loudness', value: ({ f, active }) => mean(at(active, f.level)) },
];

/** How many functionals, the last of all, depend on the recording's absolute level. */
export const ABSOLUTE_COUNT = 2;

const ENTRIES: readonly { readonly name: string; readonly group: CueGroup }[] = [
  ...CONTOURS.flatMap(({ name, group, stats }) =>
    stats.map((stat) => ({ name: `${name}.${stat}`, group: typeof group === 'string' ? group : group(stat) })),
  ),
  ...MEASURES,
];

/** One name per functional, in the order of the vector. */
export const FUNCTIONAL_NAMES: readonly string[] = ENTRIES.map(({ name }) => name);

/** For each group, the indices of its functionals; together they cover the vector once. */
export const FUNCTIONAL_GROUPS = Object.fromEntries(
  CUE_GROUPS.map((group) => [group, ENTRIES.flatMap((entry, i) => (entry.group === group ? [i] : []))]),
) as Readonly<Record<CueGroup, number[]>>;

/**
 * Boils a clip of any length down to one vector, in the manner of the INTERSPEECH emotion challenges and GeMAPS (Eyben et al. 2016):
 * statistics of the frame features over its speech. Gain and surrounding silence do not change it, but for the last two.
 */
export function functionals(features: FrameFeatures): Float32Array {
  const speech = speechOf(features);
  const out: number[] = [];
  for (const { stats, values } of CONTOURS) {
    const contour = values(speech);
    const middle = mean(contour);
    const sorted = stats === BRIEF ? contour : contour.slice().sort();
    for (const stat of stats) out.push(STATISTICS[stat](sorted, middle, contour));
  }
  for (const { value } of MEASURES) out.push(value(speech));
  return Float32Array.from(out);
}

/** How each statistic is taken of a contour, given in ascending order, its mean, and the contour itself. */
const STATISTICS: Readonly<Record<Stat, (sorted: Float32Array, middle: number, contour: Float32Array) => number>> = {
  mean: (_, middle) => middle,
  sd: (_, middle, contour) => deviation(contour, middle),
  p5: (sorted) => percentile(sorted, 5),
  p50: (sorted) => percentile(sorted, 50),
  p90: (sorted) => percentile(sorted, 90),
  p95: (sorted) => percentile(sorted, 95),
  iqr: (sorted) => percentile(sorted, 75) - percentile(sorted, 25),
  slope: (_sorted, _middle, contour) => slope(contour),
};

/** Steps beyond this, semitones per frame, are slips of the tracker and no melody. */
const LARGEST_STEP = 3.6;
/** Pauses count as this far below the loud parts, dB, be they digital silence or a room. */
const QUIETEST_DB = -50;
/** Where nothing is voiced: the middle of the range, semitones above 27.5 Hz. */
const UNKNOWN_PITCH = 12 * Math.log2(Math.sqrt(60 * 500) / 27.5);
/** With fewer voiced frames than this, the most periodic ones stand in for them. */
const FEWEST_VOICED = 5;

function speechOf(f: FrameFeatures): Speech {
  const { from, to, loudDb, active, voiced: found } = findActivity(f);
  const within = Array.from({ length: to - from }, (_, i) => from + i);
  const voiced = found.length >= FEWEST_VOICED ? found : clearest(f, within);
  const isVoiced = within.map(() => false);
  for (const i of found) isVoiced[i - from] = true;
  const semitones = (i: number): number => {
    const hz = f.pitchHz[i] ?? 0;
    return hz > 0 ? 12 * Math.log2(hz / 27.5) : UNKNOWN_PITCH;
  };
  const pitch = Float32Array.from(voiced, semitones);
  const steps = pitch.subarray(1).map((x, i) => x - (pitch[i] ?? 0));
  const level = f.level.slice(from, to).map((x) => Math.max(QUIETEST_DB, x - loudDb));
  const smoothLevel = movingMean(level, 7);
  return {
    f,
    length: within.length,
    seconds: (within.length * HOP_MS) / 1000,
    loudDb,
    active: active.length > 0 ? active : within,
    voiced,
    isVoiced,
    level,
    smoothLevel,
    pitch,
    pitchSteps: steps.filter((x, i) => (voiced[i + 1] ?? 0) - (voiced[i] ?? 0) === 1 && Math.abs(x) < LARGEST_STEP),
    pitchAt: voiced.map((i) => i - from),
    peaks: findPeaks(smoothLevel, -25, 3),
    voicedRuns: runs(isVoiced, true),
    unvoicedRuns: runs(isVoiced, false),
  };
}

/** The most periodic frames, in order of time. */
function clearest({ clarity }: FrameFeatures, frames: readonly number[]): number[] {
  return [...frames]
    .sort((a, b) => (clarity[b] ?? 0) - (clarity[a] ?? 0))
    .slice(0, FEWEST_VOICED)
    .sort((a, b) => a - b);
}

/** Lengths of the stretches that hold `value`. */
function runs(flags: readonly boolean[], value: boolean): Float32Array {
  const lengths: number[] = [];
  let length = 0;
  for (const flag of [...flags, !value]) {
    if (flag === value) length++;
    else if (length > 0) {
      lengths.push(length);
      length = 0;
    }
  }
  return Float32Array.from(lengths);
}
