import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { AcousticService } from '../src/audio/acoustic.service.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { defaultThreads } from '../src/common/worker-pool.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import { DEFAULT_FUSION } from '../src/fusion/config.js';
import { loadSentiment } from '../src/text/sentiment.model.js';
import { tokenise } from '../src/text/words.js';
import { BASELINE_MODES, type BaselineMode } from './acoustic-report.js';
import { countOf, oneOf } from './arguments.js';
import { clipsOf } from './chosen-clips.js';
import { leftOut, type Clip } from './corpora.js';
import { assertAllThere } from './evaluate-acoustic.js';
import { fuseAll, hearClips, readAll, type FusionOutcome, type Heard, type Priors } from './evaluate-fusion.js';
import { fusionReportOf, type FusionFacts } from './fusion-figures.js';
import { SITUATIONS } from './fusion-report.js';
import { fusionHeadingOf, fusionTablesOf } from './fusion-tables.js';
import { makePairs, type Pair, type Words } from './pairs.js';
import { readNeutral, readPairs, readWords } from './pair-sources.js';
import { progressBar } from './progress.js';
import { madeNow } from './provenance.js';
import { tableToMarkdown, tableToText, toCsv } from './report.js';

interface FusionArguments {
  readonly root?: string;
  readonly manifest?: string;
  readonly heldOut: boolean;
  readonly tsv?: string;
  readonly neutral?: string;
  readonly pairs?: string;
  readonly model: string;
  readonly textModel: string;
  readonly models: string;
  readonly baseline: BaselineMode;
  readonly threads: number;
  readonly seed: number;
  readonly limit?: number;
  readonly json?: true;
  readonly markdown?: string;
  readonly predictions?: string;
}

/** Where the data lies when nothing is said of it: a folder with corpora/ and text/ of their own names. */
const IN_DATA = {
  root: ['corpora'],
  tsv: ['text', 'goemotions', 'ekman', 'dev.tsv'],
  neutral: ['text', 'cremad_sentences', 'sentences.tsv'],
} as const;

export function fusionCommand(): Command {
  return new Command('fusion')
    .description(
      'pairs voices of held-out speakers with held-out words, makes both worse, and counts what fusing is worth',
    )
    .option('--root <dir>', 'folder that the paths of clips are relative to (default: corpora in UNDERTONE_DATA)')
    .option('--manifest <csv>', 'table with path, speaker, emotion (default: manifest.csv in the root, or file names)')
    .option('--no-held-out', 'also speakers that the voice model was trained on')
    .option(
      '--tsv <file>',
      'words: lines of text, a tab, and a label (default: the dev split of GoEmotions in UNDERTONE_DATA)',
    )
    .option('--neutral <tsv>', 'sentences whose wording is neutral (default: the twelve of CREMA-D in UNDERTONE_DATA)')
    .option('--pairs <csv>', 'recorded pairs instead of made ones: a table with path, text, label')
    .option('--model <name>', 'voice model of the manifest', 'seven')
    .option('--text-model <name>', 'text model of the manifest', 'emotion7')
    .option('--models <dir>', 'folder of the models', resolve(PROJECT_ROOT, 'models'))
    .option(
      '--baseline <mode>',
      "what a clip is read against: none (the population), online (the speaker's clips before it), all (all of the speaker's)",
      oneOf(...BASELINE_MODES),
      'none',
    )
    .option('--threads <n>', 'threads that read voices', countOf(1), defaultThreads())
    .option('--seed <n>', 'of the pairs, the noise and the word errors', countOf(0), 1)
    .option('--limit <n>', 'only the first n clips or given pairs: a quick look, no figure', countOf(1))
    .option('--json', 'print one JSON object')
    .option('--markdown <file>', 'write the tables as a document holds them')
    .option('--predictions <csv>', 'write every pair in every situation with its fused scores')
    .action(evaluateFusion);
}

async function evaluateFusion(options: FusionArguments): Promise<void> {
  const pairs = options.pairs === undefined ? await madePairs(options) : await givenPairs(options, options.pairs);
  const { outcomes, facts } = await examine(pairs, options);
  const report = fusionReportOf(outcomes, facts);
  const tables = fusionTablesOf(report);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report)}\n`
      : `${[fusionHeadingOf(report), ...tables.map(tableToText)].join('\n\n')}\n`,
  );
  if (options.markdown) await writeFile(options.markdown, `${tables.map(tableToMarkdown).join('\n\n')}\n`);
  if (options.predictions) await writeFile(options.predictions, outcomesToCsv(outcomes));
}

async function madePairs(options: FusionArguments): Promise<Pair<Clip>[]> {
  const { chosen } = await clipsOf({ ...options, root: placeOf(options, 'root') }, note);
  const texts = (await readWords(placeOf(options, 'tsv'))).filter(hasWords);
  const neutral = await readNeutral(placeOf(options, 'neutral'));
  return makePairs({ clips: chosen, texts, neutral }, options.seed);
}

async function givenPairs(options: FusionArguments, file: string): Promise<readonly Pair<Clip>[]> {
  const { pairs, dropped } = await readPairs(file, placeOf(options, 'root'));
  for (const line of leftOut(dropped)) note(line);
  return pairs.slice(0, options.limit);
}

/** @throws Error when neither an option nor UNDERTONE_DATA says */
function placeOf(options: FusionArguments, what: keyof typeof IN_DATA): string {
  const data = process.env['UNDERTONE_DATA'];
  const place = options[what] ?? (data && join(data, ...IN_DATA[what]));
  if (!place) throw new Error(`give --${what}, or set UNDERTONE_DATA to a folder with ${IN_DATA[what].join('/')}`);
  return place;
}

/** Nobody can say a text of emoji alone. */
function hasWords({ text }: Words): boolean {
  return tokenise(text).some((token) => token.kind !== 'emoji');
}

/** Hears and reads everything once, and fuses from that. */
async function examine(pairs: readonly Pair<Clip>[], options: FusionArguments) {
  const clips = [...new Map(pairs.map(({ clip }) => [clip.path, clip])).values()];
  await assertAllThere(clips);
  const read = await readAllWords(pairs, options);
  const heard = await hearAllClips(clips, options);
  const priors: Priors = { voice: heard.prior, text: read.prior };
  const facts: FusionFacts = {
    models: { voice: heard.ref, text: read.ref, fusion: DEFAULT_FUSION.ref },
    made: madeNow('undertone evaluate', options.seed),
    baseline: options.baseline,
    nominalCoverage: DEFAULT_FUSION.coverage,
    threshold: DEFAULT_FUSION.incongruenceThreshold,
  };
  return { outcomes: fuseAll(pairs, SITUATIONS, heard.heard, read.read, priors), facts };
}

async function readAllWords(pairs: readonly Pair[], { models, textModel, seed }: FusionArguments) {
  const words = [...new Map(pairs.map((pair) => [pair.words.id, pair.words])).values()];
  const rates = [...new Set(SITUATIONS.map((s) => s.wordErrorRate))];
  const name = textModel.includes('/') ? textModel : `text/${textModel}`;
  const model = await loadSentiment(resolve(models), name);
  const bar = progressBar('reading words', words.length * rates.length);
  try {
    const { ref, prior } = model;
    const read = await readAll(words, model, rates, seed, (done) => {
      bar.update(done);
    });
    return { read, ref, prior };
  } finally {
    bar.stop();
    await model.release();
  }
}

async function hearAllClips(clips: readonly Clip[], options: FusionArguments) {
  const { model, models, threads, baseline, seed } = options;
  const conditions = [...new Set(SITUATIONS.map((s) => s.audio))];
  const service = new AcousticService({ modelsDir: resolve(models), model, backend: 'auto', threads });
  const bar = progressBar('hearing voices', clips.length * conditions.length * (baseline === 'all' ? 2 : 1));
  try {
    await service.ready();
    const info = service.info();
    if (!info) throw new Error('the voice model is not ready');
    const heard: Heard = await hearClips(clips, service, {
      conditions,
      baseline,
      seed,
      width: threads + 1, // one decodes while the threads read
      onProgress: (done) => {
        bar.update(done);
      },
    });
    return { heard, ref: { name: info.name, sha256: info.sha256 }, prior: info.prior };
  } finally {
    bar.stop();
    await service.close();
  }
}

function outcomesToCsv(outcomes: readonly FusionOutcome[]): string {
  return toCsv(
    [
      'kind',
      'path',
      'text',
      'truth',
      'words',
      'audio',
      'word_errors',
      'voice_status',
      'text_status',
      'incongruence',
      ...EMOTIONS,
    ],
    outcomes.map(({ pair, situation, voiceStatus, textStatus, incongruence, scores }) => [
      ...[pair.kind, pair.clip.path, pair.words.id, pair.truth, pair.words.emotion],
      ...[situation.audio, situation.wordErrorRate, voiceStatus, textStatus, incongruence.score],
      ...scores.fused,
    ]),
  );
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
