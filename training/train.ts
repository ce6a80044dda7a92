import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import type { AcousticBackend } from '../src/audio/acoustic.model.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { messageOf } from '../src/common/errors.js';
import type { Dtype } from '../src/text/hub-source.js';
import { countOf, oneOf, shareOf } from './common/arguments.js';
import { cardOf } from './voice/card.js';
import { leftOut, readCorpora, withoutKnownBad, type Clip } from './corpora/corpora.js';
import { cachedFeatures } from './samples/feature-cache.js';
import { progressBar } from './common/progress.js';
import { commitOf, machine, portableCommand } from './common/provenance.js';
import { NEURAL_RECIPES, type NeuralRecipe } from './networks/recipes.js';
import { figuresToMarkdown, figuresToText, fixed } from './common/report.js';
import { type Sample, BASELINE_MODES } from './samples/samples.js';
import { nameOf, ship } from './voice/ship.js';
import { assertDisjoint, splitSpeakers } from './corpora/splits.js';
import { acrossCorpora, tempered, type Neural } from './voice/across-corpora.js';
import { trainText, type TextTraining } from './text/train.js';
import { forestFigures, neuralFigures, svmFigures, trainNeural, type FigureRows } from './voice/train.js';
import { headFigures, pooledSamples, shipHead, trainHead } from './voice/whisper-head.js';
import { openWhisper } from './voice/whisper-states.js';

/** Parts that the training speakers are dealt into, which sets the order of the clips. */
const PARTS = 5;

const RECIPES = ['forest', 'svm', ...NEURAL_RECIPES, 'whisper-head'] as const;

interface Arguments {
  readonly recipe: (typeof RECIPES)[number];
  readonly corpora: string;
  readonly root: string;
  readonly manifest?: string;
  readonly out?: string;
  readonly licence: string;
  readonly seed: number;
  readonly folds?: number;
  readonly crossCorpus?: NeuralRecipe;
  readonly heldOut: number;
  readonly copies: number;
  readonly epochs?: number;
  readonly cache: string;
  readonly threads: number;
  readonly backend: AcousticBackend;
  readonly whisper?: string;
  readonly whisperDtype: Dtype;
  readonly store: string;
}

const program = new Command('undertone train').description('trains a model on labelled data');

program
  .command('acoustic')
  .description('trains a model of the voice, speakers apart, and writes weights, card and manifest entry')
  .option(
    '--recipe <name>',
    `forest (40 mean MFCCs, the tutorials' recipe), svm, logistic, dense (functionals), cnn, attention (functionals and log-mel pictures), whisper-head (pooled states of a Whisper encoder; needs --whisper)`,
    oneOf(...RECIPES),
    'cnn',
  )
  .option('--corpora <list>', 'names of corpora by commas, or all', 'all')
  .requiredOption('--root <dir>', 'folder of the corpora')
  .option(
    '--manifest <csv>',
    'table with corpus, path, speaker, emotion (default: manifest.csv in the root, or file names)',
  )
  .option(
    '--out <dir>',
    'folder of the model inside a models folder, e.g. models/acoustic/seven; without it only figures are printed',
  )
  .option('--licence <spdx>', 'licence of the weights, for card and manifest', 'CC-BY-NC-SA-4.0')
  .option('--seed <n>', 'of split, initial weights and order', countOf(0), 1)
  .option(
    '--folds <k>',
    'also cross-validate: train k times more, each time without the k-th part of the speakers',
    countOf(2),
  )
  .option(
    '--cross-corpus <recipe>',
    'also train this recipe once without each corpus, and measure on it; how over-confident it is there tempers the model',
    oneOf(...NEURAL_RECIPES),
  )
  .option('--held-out <share>', "share of each corpus' speakers kept for calibration and figures", shareOf, 0.1)
  .option('--copies <n>', 'changed copies of each clip: noise, speed, level, colour, telephone, codec', countOf(0), 2)
  .option('--epochs <n>', 'of the main network (default: as the recipe says)', countOf(1))
  .option('--cache <dir>', 'where features and unfinished trainings are kept', resolve(PROJECT_ROOT, 'data/cache'))
  .option('--threads <n>', 'threads that extract features and train networks', countOf(1), availableParallelism())
  .option('--backend <name>', 'auto, node, wasm or cpu', oneOf('auto', 'node', 'wasm', 'cpu'), 'auto')
  .option(
    '--whisper <model>',
    'for whisper-head: a folder in transformers.js layout, or a model of the hub that was pulled',
  )
  .option(
    '--whisper-dtype <dtype>',
    'which of its weights: fp32, fp16, q8 or q4',
    oneOf('fp32', 'fp16', 'q8', 'q4'),
    'q8',
  )
  .option('--store <dir>', 'the model store, where pulled models lie', resolve(PROJECT_ROOT, 'data/models'))
  .action(trainAcoustic);

async function trainAcoustic(options: Arguments): Promise<void> {
  const { recipe, seed, heldOut: heldOutShare } = options;
  assertUsable(options);
  const commit = commitOf(); // before anything is written
  if (recipe === 'whisper-head') {
    await trainWhisperHead(options, commit);
    return;
  }
  const samples = await samplesOf(options);
  const split = splitSpeakers(samples, { heldOutShare, folds: PARTS, seed });
  assertDisjoint([split.heldOut, ...split.folds]);
  const training = split.folds.flat();
  assertBothSides(training, split.heldOut);
  const { folds } = options.folds
    ? splitSpeakers(samples, { heldOutShare, folds: options.folds, seed })
    : { folds: [] };
  if (folds.some((fold) => fold.length === 0))
    throw new Error(
      `--folds ${folds.length} is more than there are speakers to train on: ${speakersOf(training).length}`,
    );
  const tell = (title: string, rows: FigureRows): void => {
    say(`\n${title}\n\n${figuresToMarkdown(rows)}\n\n${figuresToText(rows[0]?.[1] ?? failEmpty())}`);
  };
  const blog = await forestFigures(training, split.heldOut, seed);
  tell('forest on 40 mean MFCCs, speakers it never heard', blog);
  if (recipe === 'forest') return;
  if (recipe === 'svm') {
    tell('svm on the functionals, the same clips', await svmFigures(training, split.heldOut));
    return;
  }
  const trainer =
    (name: NeuralRecipe, members?: number): Neural =>
    (heard, unheard) =>
      trainNeural(heard, unheard, {
        recipe: name,
        seed,
        epochs: name === recipe ? options.epochs : undefined,
        members,
        backend: options.backend,
        threads: options.threads,
        checkpoints: join(options.cache, 'checkpoints'),
        provenance: provenanceOf(options, split.heldOut),
      });

  const outOfFold = folds.length > 0 ? await crossValidated(folds, trainer(recipe)) : undefined;
  if (outOfFold) tell(`${recipe}, each clip read by the networks that never heard its speaker`, outOfFold);
  const strange = options.crossCorpus && (await acrossCorpora(samples, trainer(options.crossCorpus, 1), options, say));
  if (strange) {
    tell(`${options.crossCorpus ?? ''}, each corpus read by the networks that never heard it`, strange.figures);
    const { alone, known } = strange.overconfidence;
    say(`over-confident there by a temperature of ${fixed(alone)} alone, ${fixed(known)} in an acquaintance`);
  }

  const calibratedModel = await trainer(recipe)(training, split.heldOut);
  const model = strange ? tempered(calibratedModel, strange.overconfidence) : calibratedModel;
  const heldOut = BASELINE_MODES.map((mode) => [mode, neuralFigures(model, split.heldOut, mode)] as const);
  for (const [mode, rows] of heldOut) tell(`${recipe}, speakers it never heard, baseline ${mode}`, rows);
  if (!options.out) return;
  const bytes = await ship(options.out, model, options.licence, (size) =>
    cardOf({
      name: nameOf(options.out ?? ''),
      licence: options.licence,
      command: portableCommand('undertone train', process.argv.slice(2)),
      commit,
      date: new Date().toISOString().slice(0, 10),
      machine: machine(),
      config: model.config,
      bytes: size,
      samples,
      heldOutSpeakers: speakersOf(split.heldOut),
      heldOut,
      blog,
      outOfFold,
      strange: strange && { ...strange, recipe: options.crossCorpus ?? recipe },
    }),
  );
  say(`wrote ${nameOf(options.out)}: ${(bytes / 1e6).toFixed(1)} MB`);
}

/** Each fold read, each clip alone, by networks trained on the others; as in all figures of a training, calibrated on those it reads. */
async function crossValidated(folds: readonly (readonly Sample[])[], neural: Neural): Promise<FigureRows> {
  const rows: (readonly [string, FigureRows[number][1]])[] = [];
  for (const [fold, unheard] of folds.entries()) {
    const model = await neural(folds.filter((_, i) => i !== fold).flat(), unheard);
    rows.push(
      ...neuralFigures(model, unheard, 'none')
        .slice(0, 1)
        .map(([, f]) => [`fold ${fold + 1}`, f] as const),
    );
  }
  return rows;
}

/** A head on the encoder of a Whisper, and its figures on the speakers that the other recipes hold out, too. */
async function trainWhisperHead(options: Arguments, commit: string): Promise<void> {
  const { whisper: model, seed } = options;
  if (model === undefined)
    throw new Error('--recipe whisper-head needs --whisper DIR, or the name of one that was pulled');
  const clips = await clipsOf(options);
  const models = options.out ? dirname(dirname(resolve(options.out))) : join(PROJECT_ROOT, 'models');
  const whisper = await openWhisper({ whisper: model, models, store: options.store, dtype: options.whisperDtype });
  const { samples, silent } = await pooledSamples(clips, whisper, options.cache).finally(() => whisper.release());
  if (silent > 0) say(`left out ${silent} clips in which nobody speaks`);
  const split = splitSpeakers(samples, { heldOutShare: options.heldOut, folds: PARTS, seed });
  const training = split.folds.flat();
  assertDisjoint([split.heldOut, training]);
  assertBothSides(training, split.heldOut);
  const head = await trainHead(training, split.heldOut, whisper, {
    seed,
    epochs: options.epochs,
    backend: options.backend,
    provenance: provenanceOf(options, split.heldOut),
  });
  const heldOut = headFigures(head, split.heldOut);
  say(`\nwhisper-head on ${whisper.ref.name}, speakers it never heard\n\n${figuresToMarkdown(heldOut)}`);
  if (!options.out) return;
  const bytes = await shipHead(options.out, head, {
    licence: options.licence,
    command: portableCommand('undertone train', process.argv.slice(2)),
    commit,
    date: new Date().toISOString().slice(0, 10),
    machine: machine(),
    samples,
    heldOut,
  });
  say(`wrote ${nameOf(options.out)}: ${(bytes / 1e6).toFixed(2)} MB`);
}

/** The clips of the chosen corpora with their features; what is left out is named. */
async function samplesOf(options: Arguments): Promise<Sample[]> {
  const chosen = await clipsOf(options);
  // The classic recipes hear each clip as it is.
  const variants = options.recipe === 'forest' || options.recipe === 'svm' ? 0 : options.copies;
  const bar = progressBar('features', chosen.length);
  const features = await cachedFeatures(
    chosen.map((c) => c.file),
    {
      dir: options.cache,
      threads: options.threads,
      variants,
      onProgress: (done) => {
        bar.update(done);
      },
    },
  ).finally(() => {
    bar.stop();
  });
  return chosen.map(({ file: _, ...clip }, i) => ({ ...clip, variants: features[i] ?? [] }));
}

/** The clips of the chosen corpora; what is left out is named. */
async function clipsOf(options: Arguments): Promise<Clip[]> {
  const corpus = withoutKnownBad(await readCorpora(options.root, options.manifest));
  const { clips } = corpus;
  const names = options.corpora === 'all' ? [...new Set(clips.map((c) => c.corpus))] : options.corpora.split(',');
  const unknown = names.find((name) => !clips.some((c) => c.corpus === name));
  if (unknown !== undefined) throw new Error(`${options.root} has no corpus "${unknown}"`);
  for (const line of leftOut(corpus)) say(line);
  return clips.filter((c) => names.includes(c.corpus));
}

/** What a recipe cannot do is said before hours have passed. */
function assertUsable({ recipe, folds, crossCorpus }: Arguments): void {
  if ((NEURAL_RECIPES as readonly string[]).includes(recipe)) return;
  const asked = [...(folds ? ['--folds'] : []), ...(crossCorpus ? ['--cross-corpus'] : [])];
  if (asked.length > 0)
    throw new Error(`${asked.join(' and ')}: only for ${NEURAL_RECIPES.join(', ')}, not for --recipe ${recipe}`);
}

function assertBothSides(heard: readonly unknown[], unheard: readonly unknown[]): void {
  if (heard.length > 0 && unheard.length > 0) return;
  throw new Error('too few speakers: none is held out to measure on, or none is left to train on');
}

function provenanceOf({ heldOut, copies, corpora }: Arguments, unheard: readonly Sample[]): Record<string, unknown> {
  return { corpora, copies, heldOutShare: heldOut, heldOutSpeakers: speakersOf(unheard) };
}

function speakersOf(samples: readonly Sample[]): string[] {
  return [...new Set(samples.map((s) => s.speaker))].sort();
}

function failEmpty(): never {
  throw new Error('there are no figures to show');
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

program
  .command('text')
  .description('trains the model of the words with Python, and writes weights, tokenizer and manifest entry')
  .requiredOption(
    '--root <dir>',
    'folder of the sets: goemotions, emorynlp, emobank and the others (training/text/README.md)',
  )
  .option('--models <dir>', 'folder of the models, with the manifest', join(PROJECT_ROOT, 'models'))
  .option('--name <name>', 'name of the model in the manifest', 'text/emotion7')
  .option('--work <dir>', 'folder that keeps finished steps; a second run takes them up', join('.cache', 'text'))
  .option('--seed <n>', 'of initial weights, order and written sentences', countOf(0), 1)
  .option('--epochs <n>', 'passes over the data (default: as the recipe has it)', countOf(1))
  .option('--threads <n>', 'threads that train', countOf(1), 1)
  .option('--python <file>', 'an interpreter with the packages of training/text/requirements.txt', 'python3')
  .action((options: TextTraining) =>
    trainText({
      ...options,
      root: resolve(options.root),
      models: resolve(options.models),
      work: resolve(options.work),
    }),
  );

await program.parseAsync().catch((error: unknown) => {
  say(`undertone train: ${messageOf(error)}`);
  process.exitCode = 1;
});
