import { Command, InvalidArgumentError } from 'commander';
import Meyda from 'meyda';
import type { MeydaAudioFeature } from 'meyda';
import { PitchDetector } from 'pitchy';
import { extractFeatures } from '../src/audio/features.js';
import { FUNCTIONAL_NAMES, functionals } from '../src/audio/functionals.js';
import { HOP_MS, WINDOW_MS } from '../src/audio/frames.js';
import { plainTable } from '../src/cli/table.js';
import { SAMPLE_RATE } from '../src/emotion/utterance.js';
import { describe, machine } from './machine.js';

interface FeaturesOptions {
  readonly seconds: number;
  readonly rounds: number;
  readonly json?: true;
}

interface Row {
  readonly what: string;
  /** Seconds of audio per second of one core, best and median round. */
  readonly best: number;
  readonly median: number;
}

const WINDOW = (WINDOW_MS * SAMPLE_RATE) / 1000;
const HOP = (HOP_MS * SAMPLE_RATE) / 1000;
/** What Meyda has of our set; its spectralFlux throws, and it has no pitch. */
const MEYDA_SET: MeydaAudioFeature[] = [
  'mfcc',
  'chroma',
  'melBands',
  'rms',
  'zcr',
  'energy',
  'spectralCentroid',
  'spectralSpread',
  'spectralRolloff',
  'spectralFlatness',
  'spectralSlope',
  'spectralCrest',
];

/** Our extractor beside Meyda's own `extract`, on the same sound, in times real time per core. */
export function benchFeatures(args: readonly string[]): Promise<void> {
  const { seconds, rounds, json } = parse(args);
  const samples = speechLike(seconds);
  const features = extractFeatures(samples);
  const time = (what: string, task: () => void): Row => timesRealTime(what, seconds, rounds, task);
  const rows = [
    time(`features, pitch included`, () => extractFeatures(samples)),
    time(`${FUNCTIONAL_NAMES.length} functionals of them`, () => functionals(features)),
    time('features and functionals', () => functionals(extractFeatures(samples))),
    time('Meyda extract, no pitch', () => {
      meydaFeatures(samples);
    }),
    time('pitchy findPitch alone', () => {
      pitchyPitch(samples);
    }),
    time('Meyda extract and pitchy', () => {
      meydaFeatures(samples);
      pitchyPitch(samples);
    }),
  ];
  if (json) console.log(JSON.stringify({ machine: machine(), seconds, rounds, rows }));
  else {
    const table = plainTable(['what', '× real time per core', 'median of rounds']);
    for (const { what, best, median } of rows) table.push([what, best.toFixed(0), median.toFixed(0)]);
    console.log(`${describe(machine())}\n${table.toString()}`);
    console.log(
      `${seconds} s of sound, every ${HOP_MS} ms, best of ${rounds} rounds; CPU time, garbage collection included`,
    );
  }
  return Promise.resolve();
}

function parse(args: readonly string[]): FeaturesOptions {
  const count = (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 600)
      throw new InvalidArgumentError('A whole number, 1 to 600.');
    return value;
  };
  return new Command('bench features')
    .description('measures the feature extractor beside Meyda')
    .option('-s, --seconds <s>', 'length of the sound', count, 30)
    .option('-r, --rounds <n>', 'how often each is run, after one round to warm up', count, 7)
    .option('--json', 'one line of JSON')
    .addHelpText('after', '\nExample:\n  $ npm run -s bench -- features --seconds 30')
    .parse(args, { from: 'user' })
    .opts<FeaturesOptions>();
}

function timesRealTime(what: string, seconds: number, rounds: number, task: () => void): Row {
  task();
  const rates = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    task();
    const { user, system } = process.cpuUsage(before);
    return seconds / ((user + system) / 1e6);
  }).sort((a, b) => b - a);
  return { what, best: rates[0] ?? 0, median: rates[Math.floor(rounds / 2)] ?? 0 };
}

/** Bursts of a gliding buzz in noise, by a fixed generator: voiced, unvoiced and silent frames in the proportion of speech. */
function speechLike(seconds: number): Float32Array {
  let phase = 0;
  let state = 1;
  return Float32Array.from({ length: seconds * SAMPLE_RATE }, (_, i) => {
    const t = i / SAMPLE_RATE;
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    phase += (2 * Math.PI * (160 + 40 * Math.sin(4 * t))) / SAMPLE_RATE;
    let buzz = 0;
    for (let h = 1; h <= 20; h++) buzz += Math.sin(h * phase) / h;
    return 0.15 * buzz * Math.max(0, Math.sin(9 * t)) + 0.01 * (state / 2 ** 32 - 0.5);
  });
}

// The declaration describes the ES module; Node loads the CommonJS one, whose export is the object itself.
const meyda = Meyda as unknown as typeof Meyda.default;

/** Meyda as its documentation uses it: settings on the shared object, once, before the first call. */
function meydaFeatures(samples: Float32Array): void {
  Object.assign(meyda, { sampleRate: SAMPLE_RATE, bufferSize: WINDOW, melBands: 40, numberOfMFCCCoefficients: 16 });
  for (let start = 0; start + WINDOW <= samples.length; start += HOP) {
    meyda.extract(MEYDA_SET, samples.subarray(start, start + WINDOW));
  }
}

function pitchyPitch(samples: Float32Array): void {
  const detector = PitchDetector.forFloat32Array(WINDOW);
  for (let start = 0; start + WINDOW <= samples.length; start += HOP) {
    detector.findPitch(samples.subarray(start, start + WINDOW), SAMPLE_RATE);
  }
}
