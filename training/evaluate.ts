import { BASELINE_MODES, type BaselineMode } from './samples/samples.js';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { AcousticBackend } from '../src/audio/acoustic.model.js';
import { AcousticService } from '../src/audio/acoustic.service.js';
import { HEAD_MODES, type HeadMode } from '../src/audio/second-voice.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { messageOf } from '../src/common/errors.js';
import { defaultThreads } from '../src/common/worker-pool.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import type { Dtype } from '../src/text/hub-source.js';
import { loadSentiment } from '../src/text/sentiment.model.js';
import { reportOf } from './voice/figures.js';
import type { AcousticReport } from './voice/report.js';
import { headingOf, tablesOf } from './voice/tables.js';
import { countOf, oneOf } from './common/arguments.js';
import { clipsOf } from './corpora/chosen-clips.js';
import { CONDITIONS, type Condition } from './samples/conditions.js';
import type { Clip } from './corpora/corpora.js';
import { assertAllThere, predictClips, readingsOf, type AcousticPrediction } from './voice/evaluate.js';
import { byVoicedMs, lengthsTable } from './voice/evaluate-lengths.js';
import { predictTexts, textReportOf } from './text/evaluate.js';
import { fusionCommand } from './fusion/command.js';
import { groupBy } from './common/group-by.js';
import { readWords } from './fusion/pair-sources.js';
import { progressBar } from './common/progress.js';
import { madeNow } from './common/provenance.js';
import { tableToMarkdown, tableToText, toCsv } from './common/report.js';
import { textHeadingOf, textTablesOf } from './text/tables.js';
import { withSecondVoice, type VoiceReader } from './voice/whisper-voice.js';

interface Common {
  readonly model: string;
  readonly models: string;
  readonly json?: true;
  readonly predictions?: string;
  readonly limit?: number;
}

interface AcousticArguments extends Common {
  readonly manifest?: string;
  readonly heldOut?: true;
  readonly root: string;
  readonly backend: AcousticBackend;
  readonly threads: number;
  readonly baseline: BaselineMode;
  readonly after: number;
  readonly condition: Condition | 'all';
  readonly seed: number;
  readonly html?: string;
  readonly markdown?: string;
  readonly head?: HeadMode;
  readonly headModel: string;
  readonly whisper?: string;
  readonly whisperDtype: Dtype;
  readonly store: string;
}

const program = new Command('undertone evaluate').description('measures a model on labelled data');

withCommon(program.command('acoustic'), 'seven')
  .description('reads each recording of a manifest as one utterance, as the server would, and counts')
  .option(
    '--manifest <csv>',
    'table with path, speaker, emotion; may say corpus, gender, votes (default: manifest.csv in the root, or file names)',
  )
  .requiredOption('--root <dir>', 'folder that the paths are relative to')
  .option('--held-out', 'only speakers that were kept out of the training of the model, as its model.json says')
  .option(
    '--baseline <mode>',
    "what a clip is read against: none (the population), online (the speaker's clips before it), all (all of the speaker's)",
    oneOf(...BASELINE_MODES),
    'none',
  )
  .option('--after <n>', 'count only from the (n+1)-th clip of each speaker on', countOf(0), 0)
  .option(
    '--condition <name>',
    `${CONDITIONS.join(', ')}, or all: the same clips under each`,
    oneOf(...CONDITIONS, 'all'),
    'clean',
  )
  .option('--seed <n>', "of the order of a speaker's clips, the noise and the interval", countOf(0), 1)
  .option('--html <file>', 'write a page with plots')
  .option('--markdown <file>', 'write the tables as a document holds them')
  .option('--backend <name>', 'auto, node, wasm or cpu', oneOf('auto', 'node', 'wasm', 'cpu'), 'auto')
  .option('--threads <n>', 'threads that read', countOf(1), defaultThreads())
  .option(
    '--head <mode>',
    "with a head on Whisper's encoder, as WHISPER_HEAD: join (both are heard) or replace (the head alone); needs --whisper",
    oneOf(...HEAD_MODES),
  )
  .option('--head-model <name>', 'the head, by its name in the manifest', 'whisper-head/default')
  .option('--whisper <model>', 'a folder in transformers.js layout, or a model of the hub that was pulled')
  .option(
    '--whisper-dtype <dtype>',
    'which of its weights: fp32, fp16, q8 or q4',
    oneOf('fp32', 'fp16', 'q8', 'q4'),
    'q8',
  )
  .option('--store <dir>', 'the model store, where pulled models lie', resolve(PROJECT_ROOT, 'data/models'))
  .action(evaluateAcoustic);

async function evaluateAcoustic(options: AcousticArguments): Promise<void> {
  const { chosen, dropped } = await clipsOf({ ...options, alsoUnheardBy: options.head && options.headModel }, note);
  const most = Math.max(...[...groupBy(chosen, (clip) => clip.speaker).values()].map((own) => own.length));
  if (most <= options.after)
    throw new Error(`no speaker has more than ${most} clips: --after ${options.after} leaves none`);
  const { model, predictions } = await examine(chosen, options);
  const report = reportOf(predictions, {
    model,
    made: madeNow('undertone evaluate', options.seed),
    baseline: { mode: options.baseline, after: options.after },
    dropped,
  });
  const tables = tablesOf(report);
  if (options.json) print(JSON.stringify(report));
  else print([headingOf(report), ...tables.map(tableToText)].join('\n\n'));
  const unread = predictions.filter((p) => p.status !== 'available');
  if (unread.length > 0)
    note(`${unread.length} readings gave nothing; where they count, they count by the model's prior:`);
  for (const line of unread.slice(0, MOST_NAMED).map(unreadLine)) note(line);
  if (unread.length > MOST_NAMED) note(`… ${unread.length - MOST_NAMED} more; --predictions writes them all`);
  if (options.html) {
    const { reportHtml } = await import('./voice/html-report.js'); // brings the charts, which nothing else needs
    await writeFile(options.html, reportHtml(report));
  }
  if (options.markdown) await writeFile(options.markdown, `${tables.map(tableToMarkdown).join('\n\n')}\n`);
  if (options.predictions) await writeFile(options.predictions, predictionsToCsv(predictions));
}

/** Clips without a reading that are named. */
const MOST_NAMED = 20;

function unreadLine({ clip, condition, status, problem }: AcousticPrediction): string {
  return `  ${clip.path} (${condition}): ${problem ?? status}`;
}

/** Starts the voice expert, reads every clip, and stops it. */
async function examine(clips: readonly Clip[], options: AcousticArguments) {
  const { backend, threads, baseline, seed } = options;
  const models = resolve(options.models);
  const service = new AcousticService({ modelsDir: models, model: options.model, backend, threads });
  const conditions = options.condition === 'all' ? CONDITIONS : [options.condition];
  const examination = { conditions, baseline, seed, width: threads + 1 }; // one decodes while the threads read
  const bar = progressBar('reading', readingsOf(clips, examination));
  let second: Awaited<ReturnType<typeof withSecondVoice>> | undefined;
  try {
    await assertAllThere(clips);
    await service.ready();
    second = await secondVoiceOf(service, options, models);
    const reader = second ?? service;
    const predictions = await predictClips(clips, reader, {
      ...examination,
      onProgress: (done) => {
        bar.update(done);
      },
    });
    return { model: modelFacts(reader), predictions };
  } finally {
    bar.stop();
    await second?.close();
    await service.close();
  }
}

async function secondVoiceOf(service: AcousticService, options: AcousticArguments, models: string) {
  const { head: mode, headModel: head, whisper, whisperDtype: dtype, store } = options;
  if (mode === undefined) return undefined;
  if (whisper === undefined) throw new Error('--head needs --whisper DIR, or the name of one that was pulled');
  return withSecondVoice(service, { mode, head, whisper, dtype, store, models });
}

function modelFacts(reader: VoiceReader): AcousticReport['model'] {
  const info = reader.info();
  if (!info) throw new Error('the model is not ready');
  const { name, sha256, licence, labels, temperature } = info;
  return { name, sha256, licence, labels, temperature };
}

function predictionsToCsv(predictions: readonly AcousticPrediction[]): string {
  const heard = EMOTIONS.map((emotion) => `perceived_${emotion}`);
  return toCsv(
    ['path', 'speaker', 'emotion', 'condition', 'position', 'predicted', 'status', ...EMOTIONS, ...heard],
    predictions.map(({ clip, condition, position, predicted, status, scores, perceived }) => [
      ...[clip.path, clip.speaker, clip.emotion, condition, position, predicted, status],
      ...scores,
      ...(perceived ?? heard.map(() => '')),
    ]),
  );
}

withCommon(program.command('lengths'), 'seven')
  .description('reads the beginnings of each recording: how sure a little speech makes, by milliseconds of voice')
  .option('--manifest <csv>', 'as for acoustic')
  .requiredOption('--root <dir>', 'folder that the paths are relative to')
  .option('--held-out', 'only speakers that were kept out of the training of the model, as its model.json says')
  .option('--threads <n>', 'threads that read', countOf(1), defaultThreads())
  .action(async (options: AcousticArguments) => {
    const { chosen } = await clipsOf(options, note);
    const bar = progressBar('reading', chosen.length);
    const service = new AcousticService({ ...options, modelsDir: resolve(options.models), backend: 'auto' });
    try {
      await assertAllThere(chosen);
      await service.ready();
      const lines = await byVoicedMs(chosen, service, options.threads + 1, (done) => {
        bar.update(done);
      });
      if (options.json) print(JSON.stringify(lines));
      else print(tableToText(lengthsTable(lines)));
    } finally {
      bar.stop();
      await service.close();
    }
  });

withCommon(program.command('text'), 'emotion7')
  .description('reads each line of a table, as written and as a recogniser may write it, and counts')
  .requiredOption(
    '--tsv <file>',
    'lines of text, a tab, and an emotion (or its place in a labels.txt beside); lines with several are left out',
  )
  .option('--markdown <file>', 'write the tables as a document holds them')
  .action(evaluateText);

async function evaluateText(options: Common & { readonly tsv: string; readonly markdown?: string }): Promise<void> {
  const texts = (await readWords(options.tsv)).slice(0, options.limit);
  const name = options.model.includes('/') ? options.model : `text/${options.model}`;
  const model = await loadSentiment(resolve(options.models), name);
  const bar = progressBar('reading', texts.length);
  const predictions = await predictTexts(texts, model, (done) => {
    bar.update(done);
  }).finally(async () => {
    bar.stop();
    await model.release();
  });
  const report = textReportOf(predictions, {
    model: { ...model.ref, labels: model.labels },
    made: madeNow('undertone evaluate', 0),
  });
  const tables = textTablesOf(report);
  if (options.json) print(JSON.stringify(report));
  else print([textHeadingOf(report), ...tables.map(tableToText)].join('\n\n'));
  if (options.markdown) await writeFile(options.markdown, `${tables.map(tableToMarkdown).join('\n\n')}\n`);
  if (options.predictions) {
    const rows = predictions.map(({ words, predicted, scores, wording }) => [
      ...[words.text, words.emotion, predicted],
      ...scores,
      wording?.expressiveness ?? '',
    ]);
    const head = ['text', 'emotion', 'predicted', ...EMOTIONS, 'expressiveness'];
    await writeFile(options.predictions, toCsv(head, rows));
  }
}

program.addCommand(fusionCommand());

function withCommon(command: Command, model: string): Command {
  return command
    .option('--model <name>', 'model of the manifest', model)
    .option('--models <dir>', 'folder of the models', resolve(PROJECT_ROOT, 'models'))
    .option('--json', 'print one JSON object')
    .option('--predictions <csv>', 'write every row with its scores')
    .option('--limit <n>', 'only the first n rows', countOf(1));
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

await program.parseAsync().catch((error: unknown) => {
  note(`undertone evaluate: ${messageOf(error)}`);
  process.exitCode = 1;
});
