import { BASELINE_MODES, type BaselineMode } from '../samples/samples.js';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { AcousticService } from '../../src/audio/acoustic.service.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { defaultThreads } from '../../src/common/worker-pool.js';
import type { ModelRef } from '../../src/emotion/evidence.js';
import { loadSentiment } from '../../src/text/sentiment.model.js';
import { tokenise } from '../../src/text/words.js';
import { countOf, oneOf } from '../common/arguments.js';
import { clipsOf } from '../corpora/chosen-clips.js';
import type { Condition } from '../samples/conditions.js';
import { leftOut, type Clip } from '../corpora/corpora.js';
import { hearClips, keyOf, readAll, type Heard, type Priors, type Read } from './evaluate.js';
import type { Pair, PairSources, Words } from './pairs.js';
import { readNeutral, readPairs, readWords } from './pair-sources.js';
import { progressBar } from '../common/progress.js';
import { WORD_ERROR_RATES } from './word-errors.js';

/** Where voices and words come from, and which models hear and read them. */
export interface EvidenceArguments {
  readonly root?: string;
  readonly manifest?: string;
  readonly heldOut: boolean;
  readonly tsv?: string;
  readonly neutral?: string;
  readonly model: string;
  readonly textModel: string;
  readonly models: string;
  readonly baseline: BaselineMode;
  readonly threads: number;
  readonly seed: number;
  readonly limit?: number;
}

/** Where the data lies when nothing is said of it: a folder with corpora/ and text/ of their own names. */
const IN_DATA = {
  root: ['corpora'],
  tsv: ['text', 'goemotions', 'ekman', 'dev.tsv'],
  neutral: ['text', 'cremad_sentences', 'sentences.tsv'],
} as const;

/** The options of every command that pairs voices with words. */
export function withEvidence(command: Command): Command {
  return command
    .option('--root <dir>', 'folder that the paths of clips are relative to (default: corpora in UNDERTONE_DATA)')
    .option('--manifest <csv>', 'table with path, speaker, emotion (default: manifest.csv in the root, or file names)')
    .option('--no-held-out', 'also speakers that the voice model was trained on')
    .option(
      '--tsv <file>',
      'words: lines of text, a tab, and a label (default: the dev split of GoEmotions in UNDERTONE_DATA)',
    )
    .option('--neutral <tsv>', 'sentences whose wording is neutral (default: the twelve of CREMA-D in UNDERTONE_DATA)')
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
    .option('--limit <n>', 'only the first n clips or given pairs: a quick look, no figure', countOf(1));
}

/** What pairs are made of. @throws Error when it is not said where it lies */
export async function sourcesOf(options: EvidenceArguments): Promise<PairSources<Clip>> {
  const { chosen: clips } = await clipsOf({ ...options, root: placeOf(options, 'root') }, note);
  const texts = (await readWords(placeOf(options, 'tsv'))).filter(hasWords);
  const neutral = await readNeutral(placeOf(options, 'neutral'));
  return { clips, texts, neutral };
}

/** Pairs that somebody recorded. */
export async function givenPairs(options: EvidenceArguments, file: string): Promise<readonly Pair<Clip>[]> {
  const { pairs, ...rest } = await readPairs(file, placeOf(options, 'root'));
  for (const line of leftOut(rest)) note(line);
  return pairs.slice(0, options.limit);
}

/** @throws Error when neither an option nor UNDERTONE_DATA says */
function placeOf(options: EvidenceArguments, what: keyof typeof IN_DATA): string {
  const data = process.env['UNDERTONE_DATA'];
  const place = options[what] ?? (data && join(data, ...IN_DATA[what]));
  if (!place) throw new Error(`give --${what}, or set UNDERTONE_DATA to a folder with ${IN_DATA[what].join('/')}`);
  return place;
}

/** Nobody can say a text of emoji alone. */
function hasWords({ text }: Words): boolean {
  return tokenise(text).some((token) => token.kind !== 'emoji');
}

/** Reads each take of the words once at each rate of errors; what nobody says, once. */
export async function readAllWords(
  words: readonly Words[],
  { models, textModel, seed }: EvidenceArguments,
): Promise<{ read: Read; ref: ModelRef; prior: Priors['text'] }> {
  const rates = WORD_ERROR_RATES;
  const name = textModel.includes('/') ? textModel : `text/${textModel}`;
  const model = await loadSentiment(resolve(models), name);
  const bar = progressBar('reading words', new Set(words.flatMap((one) => rates.map((rate) => keyOf(one, rate)))).size);
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

/** Hears each clip once under each condition; then whatever else is asked of the same model. */
export async function hearAllClips<T>(
  clips: readonly Clip[],
  conditions: readonly Condition[],
  options: EvidenceArguments,
  further?: (service: AcousticService) => Promise<T>,
): Promise<{ heard: Heard; ref: ModelRef; prior: Priors['voice']; further: T | undefined }> {
  const { model, models, threads, baseline, seed } = options;
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
    bar.stop();
    const ref = { name: info.name, sha256: info.sha256 };
    return { heard, ref, prior: info.prior, further: await further?.(service) };
  } finally {
    bar.stop();
    await service.close();
  }
}

/** To the person, beside the report. */
export function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
