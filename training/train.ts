import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { AcousticConfig } from '../src/audio/acoustic-format.js';
import { standardise, unpackWeights } from '../src/audio/acoustic-format.js';
import { AcousticNetwork, type AcousticBackend } from '../src/audio/acoustic.model.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { messageOf } from '../src/common/errors.js';
import { sha256, writeManifestEntry } from '../src/common/model-manifest.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import { countOf, oneOf, shareOf } from './arguments.js';
import { cardOf, type FigureRows } from './card.js';
import { trainCommittee, type Committee, type Sample } from './committee.js';
import { leftOut, readCorpora, withoutKnownBad, type Clip } from './corpora.js';
import { DENSE } from './dense.js';
import { cachedFeatures } from './feature-cache.js';
import { FOREST, trainForest } from './forest.js';
import { figuresOf, softmaxOf, type Prediction } from './metrics.js';
import { progressBar } from './progress.js';
import { figuresToText, fixed } from './report.js';
import { assertDisjoint, splitSpeakers, type SpeakerSplit } from './splits.js';

interface Arguments {
  readonly recipe: 'dense' | 'forest';
  readonly corpora: string;
  readonly root: string;
  readonly manifest?: string;
  readonly out?: string;
  readonly licence: string;
  readonly seed: number;
  readonly folds: number;
  readonly heldOut: number;
  readonly epochs: number;
  readonly cache: string;
  readonly threads: number;
  readonly backend: AcousticBackend;
}

const program = new Command('undertone train').description('trains a model on labelled recordings');

program
  .command('acoustic')
  .description('trains a model of the voice, speakers apart, and writes weights, card and manifest entry')
  .option(
    '--recipe <name>',
    'dense (functionals, committee of networks) or forest (40 mean MFCCs: the baseline)',
    oneOf('dense', 'forest'),
    'dense',
  )
  .option('--corpora <list>', 'names in the manifest\'s column "corpus", by commas, or all', 'all')
  .requiredOption('--root <dir>', 'folder of the corpora')
  .option('--manifest <csv>', 'table with corpus, path, speaker, emotion (default: manifest.csv in the root)')
  .option(
    '--out <dir>',
    'folder of the model inside a models folder, e.g. models/acoustic/seven; without it only figures are printed',
  )
  .option('--licence <spdx>', 'licence of the weights, for card and manifest', 'CC-BY-NC-SA-4.0')
  .option('--seed <n>', 'of split, initial weights and order', countOf(0), 1)
  .option('--folds <k>', 'parts that the training speakers are dealt into', countOf(2), 5)
  .option('--held-out <share>', "share of each corpus' speakers kept for the figures", shareOf, 0.1)
  .option('--epochs <n>', 'of each network', countOf(1), DENSE.epochs)
  .option('--cache <dir>', 'where features are kept', resolve(PROJECT_ROOT, 'data/cache'))
  .option('--threads <n>', 'threads that extract features', countOf(1), 2)
  .option('--backend <name>', 'auto, node, wasm or cpu', oneOf('auto', 'node', 'wasm', 'cpu'), 'auto')
  .action(trainAcoustic);

async function trainAcoustic(options: Arguments): Promise<void> {
  const samples = await samplesOf(options);
  const split = splitSpeakers(samples, { heldOutShare: options.heldOut, folds: options.folds, seed: options.seed });
  assertDisjoint([split.heldOut, ...split.folds]);
  if (split.heldOut.length === 0 || split.folds.some((fold) => fold.length === 0)) {
    throw new Error('too few speakers for so many folds, or none held out');
  }
  const blog = await blogRecipe(split, options.seed);
  say(`blog recipe on ${split.heldOut.length} clips of held-out speakers\n${figuresToText(overall(blog))}`);
  if (options.recipe === 'forest') return;

  const committee = await dense(split, options);
  const heldOut = heldOutFigures(committee, split.heldOut);
  say(
    `dense on the same clips, temperature ${fixed(committee.config.temperature)}\n${figuresToText(overall(heldOut))}`,
  );
  if (options.out) await ship(options.out, { options, samples, split, committee, heldOut, blog });
}

/** The clips of the chosen corpora with their features; what is left out is named. */
async function samplesOf(options: Arguments): Promise<Sample[]> {
  const { clips, dropped } = withoutKnownBad(await readCorpora(options.root, options.manifest));
  const names = options.corpora === 'all' ? [...new Set(clips.map((c) => c.corpus))] : options.corpora.split(',');
  const unknown = names.find((name) => !clips.some((c) => c.corpus === name));
  if (unknown !== undefined) throw new Error(`${options.root} has no corpus "${unknown}"`);
  for (const line of leftOut(dropped)) say(line);
  const chosen = clips.filter((c) => names.includes(c.corpus));
  const bar = progressBar('features', chosen.length);
  const features = await cachedFeatures(
    chosen.map((c) => c.file),
    {
      dir: options.cache,
      threads: options.threads,
      onProgress: (done) => {
        bar.update(done);
      },
    },
  ).finally(() => {
    bar.stop();
  });
  return chosen.flatMap(({ corpus, speaker, emotion }: Clip, i) => {
    const f = features[i];
    return f ? [{ corpus, speaker, emotion, ...f }] : [];
  });
}

/** Mean of 40 MFCCs into a random forest, on the same speakers. */
async function blogRecipe(split: SpeakerSplit<Sample>, seed: number): Promise<FigureRows> {
  const heard = split.folds.flat();
  const bar = progressBar('blog recipe', FOREST.trees);
  const forest = await trainForest(
    heard.map((s) => s.classic),
    heard.map((s) => EMOTIONS.indexOf(s.emotion)),
    EMOTIONS.length,
    FOREST,
    seed,
    (trees) => {
      bar.update(trees);
    },
  ).finally(() => {
    bar.stop();
  });
  return byCorpus(split.heldOut, (s) => forest.predict(s.classic));
}

async function dense(split: SpeakerSplit<Sample>, options: Arguments): Promise<Committee> {
  const steps = 1000;
  const bar = progressBar('training', steps * options.folds);
  return trainCommittee(split.folds, {
    dense: { ...DENSE, epochs: options.epochs },
    seed: options.seed,
    backend: options.backend,
    provenance: {
      recipe: options.recipe,
      corpora: corporaOf(split),
      heldOutShare: options.heldOut,
      heldOutSpeakers: speakersOf(split.heldOut),
    },
    onProgress: (member, p) => {
      bar.update(Math.round(steps * (member + p.step / p.steps)), `network ${member + 1}, loss ${fixed(p.loss)}`);
    },
  }).finally(() => {
    bar.stop();
  });
}

function heldOutFigures({ config, weights }: Committee, samples: readonly Sample[]): FigureRows {
  const network = new AcousticNetwork(config, unpackWeights(weights, config));
  const rows = byCorpus(samples, (s) => {
    const [logits] = network.logits([standardise(s.functionals, config.inputs)]);
    return overSeven(config, softmaxOf(logits ?? [], config.temperature));
  });
  network.release();
  return rows;
}

interface Shipment {
  readonly options: Arguments;
  readonly samples: readonly Sample[];
  readonly split: SpeakerSplit<Sample>;
  readonly committee: Committee;
  readonly heldOut: FigureRows;
  readonly blog: FigureRows;
}

/** Writes model.json, weights.bin, CARD.md and the manifest entry. */
async function ship(out: string, shipment: Shipment): Promise<void> {
  const { options, samples, split, committee, heldOut, blog } = shipment;
  const { config, weights, outOfFold } = committee;
  const dir = resolve(out);
  const name = `${basename(dirname(dir))}/${basename(dir)}`;
  const model = Buffer.from(`${JSON.stringify(config)}\n`);
  const logitsOf = new Map(outOfFold.map(({ sample, logits }) => [sample, logits]));
  const card = cardOf({
    name,
    licence: options.licence,
    command: `undertone train acoustic --recipe dense --corpora ${options.corpora} --root DIR --out models/${name} --seed ${options.seed} --folds ${options.folds} --epochs ${options.epochs} --licence ${options.licence}`,
    commit: commit(),
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node}`,
    labels: config.labels,
    corpora: corporaOf({ heldOut: samples, folds: [] }).map((corpus) => {
      const own = samples.filter((s) => s.corpus === corpus);
      return { name: corpus, clips: own.length, speakers: speakersOf(own).length };
    }),
    heldOutSpeakers: speakersOf(split.heldOut),
    seed: options.seed,
    folds: options.folds,
    temperature: config.temperature,
    bytes: weights.length + model.length,
    heldOut,
    blog,
    outOfFold: byCorpus(split.folds.flat(), (s) =>
      overSeven(config, softmaxOf(logitsOf.get(s) ?? [], config.temperature)),
    ),
  });
  await mkdir(dir, { recursive: true });
  await Promise.all([
    writeFile(join(dir, 'model.json'), model),
    writeFile(join(dir, 'weights.bin'), weights),
    writeFile(join(dir, 'CARD.md'), card),
  ]);
  await writeManifestEntry(dirname(dirname(dir)), name, {
    kind: 'acoustic',
    licence: options.licence,
    path: name,
    labels: config.labels,
    featureVersion: config.featureVersion,
    files: {
      'model.json': { bytes: model.length, sha256: sha256(model) },
      'weights.bin': { bytes: weights.length, sha256: sha256(weights) },
    },
  });
  say(`wrote ${name}: ${((weights.length + model.length) / 1e6).toFixed(1)} MB`);
}

/** Figures of all clips, then of each corpus. */
function byCorpus(samples: readonly Sample[], scoresOf: (s: Sample) => ArrayLike<number>): FigureRows {
  const predictions = samples.map((s) => ({
    corpus: s.corpus,
    truth: EMOTIONS.indexOf(s.emotion),
    scores: scoresOf(s),
  }));
  const figures = (chosen: readonly Prediction[]) => figuresOf(chosen, EMOTIONS.length);
  return [
    ['all', figures(predictions)],
    ...corporaOf({ heldOut: samples, folds: [] }).map(
      (corpus) => [corpus, figures(predictions.filter((p) => p.corpus === corpus))] as const,
    ),
  ];
}

function overall(rows: FigureRows): FigureRows[number][1] {
  const [first] = rows;
  if (!first) throw new Error('no figures');
  return first[1];
}

/** From the model's labels to EMOTIONS; 0 for what it does not know. */
function overSeven({ labels }: AcousticConfig, scores: ArrayLike<number>): number[] {
  return EMOTIONS.map((emotion) => scores[labels.indexOf(emotion)] ?? 0);
}

function corporaOf({ heldOut, folds }: SpeakerSplit<Sample>): string[] {
  return [...new Set([...heldOut, ...folds.flat()].map((s) => s.corpus))].sort();
}

function speakersOf(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map((s) => s.speaker))].sort();
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: PROJECT_ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

await program.parseAsync().catch((error: unknown) => {
  say(`undertone train: ${messageOf(error)}`);
  process.exitCode = 1;
});
