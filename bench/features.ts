import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import Meyda from 'meyda';
import type { MeydaAudioFeature } from 'meyda';
import { PitchDetector } from 'pitchy';
import { parseAcousticConfig, unpackWeights } from '../src/audio/acoustic-format.js';
import { AcousticReader, inputOf, measure, startBackend, type Measured } from '../src/audio/acoustic.model.js';
import { extractChroma } from '../src/audio/chroma.js';
import { extractFeatures } from '../src/audio/features.js';
import { FUNCTIONAL_NAMES, functionals } from '../src/audio/functionals.js';
import { HOP_MS, WINDOW_MS } from '../src/audio/frames.js';
import { voiceQuality } from '../src/audio/quality.js';
import type { Population } from '../src/audio/speaker-baseline.js';
import { plainTable } from '../src/cli/table.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { SAMPLE_RATE } from '../src/emotion/utterance.js';
import { describe, machine, percentile } from './machine.js';

interface FeaturesOptions {
  readonly clips: number;
  readonly rounds: number;
  readonly json?: true;
}

/** What was run, and the CPU milliseconds per second of audio that each round took. */
interface Row {
  readonly what: string;
  readonly rounds: readonly number[];
}

/** Length of an utterance as people speak them. */
const CLIP_SECONDS = 3;
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

/** Our extractor beside Meyda and, where there is one, librosa, and a whole reading: on the same sound in the same run, on one core. */
export async function benchFeatures(args: readonly string[]): Promise<void> {
  const { clips: count, rounds, json } = parse(args);
  const { reader, population } = await shippedReader();
  const clips = speechLike(count);
  const features = clips.map(extractFeatures);
  const time = (what: string, task: (samples: Float32Array, i: number) => void): Row => ({
    what,
    rounds: cpuPerSecond(clips, rounds, task),
  });
  const ours = time('frame features, pitch and chroma included', (samples) => {
    extractFeatures(samples);
    extractChroma(samples);
  });
  const meyda = time('Meyda extract, no pitch', meydaFeatures);
  const pitchy = time('pitchy findPitch', pitchyPitch);
  const librosa = librosaRows(clips, rounds);
  const rows = [
    ours,
    time(`${FUNCTIONAL_NAMES.length} functionals of them`, (_, i) => features[i] && functionals(features[i])),
    time('features, functionals, quality', (samples) => {
      const measured = extractFeatures(samples);
      functionals(measured);
      voiceQuality(measured, samples);
    }),
    time('PCM to scores', (samples) => {
      reader.outputs(inputOf(listen(samples), population));
    }),
    time('PCM to scores with cues', (samples) => {
      reader.explain(inputOf(listen(samples), population));
    }),
    meyda,
    pitchy,
    ...librosa,
  ];
  const ratios = [
    { of: 'Meyda and pitchy', times: total([meyda, pitchy]) / best(ours) },
    ...(librosa.length > 0 ? [{ of: 'librosa', times: total(librosa) / best(ours) }] : []),
  ];
  if (json) console.log(JSON.stringify({ machine: machine(), clips: count, seconds: CLIP_SECONDS, rows, ratios }));
  else {
    const table = plainTable([
      'what',
      'ms CPU per second of audio',
      'median of rounds',
      `ms CPU per ${CLIP_SECONDS} s`,
      '× real time',
    ]);
    for (const row of rows) {
      const milliseconds = [best(row), percentile(row.rounds, 50), CLIP_SECONDS * best(row)].map((ms) => ms.toFixed(2));
      table.push([row.what, ...milliseconds, (1000 / best(row)).toFixed(0)]);
    }
    console.log(`${describe(machine())}\n${table.toString()}`);
    for (const { of, times } of ratios) console.log(`our frame features are ${times.toFixed(1)} × as fast as ${of}`);
    if (librosa.length === 0) console.log('librosa: skipped, UNDERTONE_PYTHON names no Python that has it');
    console.log(
      `${count} clips of ${CLIP_SECONDS} s, every ${HOP_MS} ms, best of ${rounds} rounds; garbage collection included`,
    );
  }
}

/** All that a reading takes of the sound. */
function listen(samples: Float32Array): Measured {
  const features = extractFeatures(samples);
  voiceQuality(features, samples);
  return measure(features);
}

/** The networks that are shipped, for a voice heard for the first time. */
async function shippedReader(): Promise<{ reader: AcousticReader; population: Population }> {
  const file = (name: string): Buffer => readFileSync(join(PROJECT_ROOT, 'models', 'acoustic', 'seven', name));
  const config = parseAcousticConfig(file('model.json').toString('utf8'));
  await startBackend('wasm');
  return {
    reader: new AcousticReader(config, unpackWeights(file('weights.bin'), config)),
    population: config.population,
  };
}

const best = ({ rounds }: Row): number => Math.min(...rounds);
const total = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + best(row), 0);

function parse(args: readonly string[]): FeaturesOptions {
  const count = (text: string): number => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 600)
      throw new InvalidArgumentError('A whole number, 1 to 600.');
    return value;
  };
  return new Command('bench features')
    .description('measures the feature extractor beside Meyda and librosa (UNDERTONE_PYTHON=a Python that has it)')
    .option('-c, --clips <n>', `how many clips of ${CLIP_SECONDS} s`, count, 20)
    .option('-r, --rounds <n>', 'how often each is run, after one round to warm up', count, 7)
    .option('--json', 'one line of JSON')
    .addHelpText('after', '\nExample:\n  $ npm run -s bench -- features --clips 20')
    .parse(args, { from: 'user' })
    .opts<FeaturesOptions>();
}

/** CPU milliseconds per second of audio, one value a round; a round before them warms up. */
function cpuPerSecond(
  clips: readonly Float32Array[],
  rounds: number,
  task: (samples: Float32Array, i: number) => void,
): number[] {
  clips.forEach(task);
  return Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    clips.forEach(task);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (clips.length * CLIP_SECONDS);
  });
}

/** Bursts of a gliding buzz in noise, by a fixed generator: voiced, unvoiced and silent frames in the proportion of speech. */
function speechLike(clips: number): Float32Array[] {
  let phase = 0;
  let state = 1;
  return Array.from({ length: clips }, (_, clip) =>
    Float32Array.from({ length: CLIP_SECONDS * SAMPLE_RATE }, (__, i) => {
      const t = clip * CLIP_SECONDS + i / SAMPLE_RATE;
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      phase += (2 * Math.PI * (160 + 40 * Math.sin(4 * t))) / SAMPLE_RATE;
      let buzz = 0;
      for (let h = 1; h <= 20; h++) buzz += Math.sin(h * phase) / h;
      return 0.15 * buzz * Math.max(0, Math.sin(9 * t)) + 0.01 * (state / 2 ** 32 - 0.5);
    }),
  );
}

/** librosa's like set on the same clips, by a Python that UNDERTONE_PYTHON names, on one thread; none where there is no such Python. */
function librosaRows(clips: readonly Float32Array[], rounds: number): Row[] {
  const python = process.env.UNDERTONE_PYTHON;
  if (!python) return [];
  const script = join(PROJECT_ROOT, 'bench', 'librosa_set.py');
  const threads = Object.fromEntries(
    ['OMP', 'OPENBLAS', 'MKL', 'NUMBA'].map((library) => [`${library}_NUM_THREADS`, '1']),
  );
  const printed = execFileSync(python, [script, String(CLIP_SECONDS * SAMPLE_RATE), String(rounds)], {
    input: Buffer.concat(clips.map((clip) => new Uint8Array(clip.buffer))),
    env: { ...process.env, ...threads },
    encoding: 'utf8',
  });
  const measured = JSON.parse(printed) as { librosa: string; set: number[]; yin: number[] };
  return [
    { what: `librosa ${measured.librosa}: mfcc 13, chroma, six scalars`, rounds: measured.set },
    { what: `librosa ${measured.librosa}: yin`, rounds: measured.yin },
  ];
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
