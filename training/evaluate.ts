import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '../src/common/errors.js';
import { PROJECT_ROOT } from '../src/common/config.js';
import { defaultThreads } from '../src/common/worker-pool.js';
import { EMOTIONS } from '../src/emotion/scores.js';
import type { AcousticBackend } from '../src/audio/acoustic.model.js';
import { countOf, oneOf } from './arguments.js';
import { readClips } from './corpora.js';
import { predictClips } from './evaluate-acoustic.js';
import { predictTexts, readTexts } from './evaluate-text.js';
import { figuresOf } from './metrics.js';
import { progressBar } from './progress.js';
import { figuresToJson, figuresToText, toCsv } from './report.js';

interface Common {
  readonly model: string;
  readonly models: string;
  readonly json?: true;
  readonly predictions?: string;
  readonly limit?: number;
}

interface AcousticArguments extends Common {
  readonly manifest: string;
  readonly root: string;
  readonly backend: AcousticBackend;
  readonly threads: number;
}

const program = new Command('undertone evaluate').description('measures a model on labelled data');

withCommon(program.command('acoustic'), 'seven')
  .description('reads each recording of a manifest as one utterance, as the server would, and counts')
  .requiredOption('--manifest <csv>', 'table with the columns path, speaker and emotion')
  .requiredOption('--root <dir>', 'folder that the paths are relative to')
  .option('--backend <name>', 'auto, node, wasm or cpu', oneOf('auto', 'node', 'wasm', 'cpu'), 'auto')
  .option('--threads <n>', 'threads that read', countOf(1), defaultThreads())
  .action(async (options: AcousticArguments) => {
    const { clips, dropped } = await readClips(options.manifest, options.root);
    if (dropped.length > 0)
      note(`${dropped.length} rows left out, the first: ${dropped[0]?.path ?? ''}: ${dropped[0]?.reason ?? ''}`);
    const chosen = clips.slice(0, options.limit);
    const bar = progressBar('reading', chosen.length);
    const predictions = await predictClips(
      chosen,
      { modelsDir: resolve(options.models), model: options.model, backend: options.backend, threads: options.threads },
      (done) => {
        bar.update(done);
      },
    ).finally(() => {
      bar.stop();
    });
    const unread = predictions.filter((p) => p.status !== 'available');
    const figures = figuresOf(predictions, EMOTIONS.length);
    if (options.json)
      print(JSON.stringify({ model: options.model, unavailable: unread.length, ...figuresToJson(figures) }));
    else print(figuresToText(figures));
    if (unread.length > 0)
      note(
        `${unread.length} clips could not be read and count by the model's prior, the first: ${unread[0]?.clip.path ?? ''}: ${unread[0]?.status ?? ''}`,
      );
    if (options.predictions) {
      const header = ['path', 'speaker', 'emotion', 'predicted', 'status', ...EMOTIONS];
      const rows = predictions.map((p) => [
        p.clip.path,
        p.clip.speaker,
        p.clip.emotion,
        p.predicted,
        p.status,
        ...p.scores,
      ]);
      await writeFile(options.predictions, toCsv(header, rows));
    }
  });

withCommon(program.command('text'), 'emotion7')
  .description('reads each line of a table and counts')
  .requiredOption('--tsv <file>', 'lines of text, a tab, and one of the seven emotions')
  .action(async (options: Common & { readonly tsv: string }) => {
    const texts = (await readTexts(options.tsv)).slice(0, options.limit);
    const bar = progressBar('reading', texts.length);
    const name = options.model.includes('/') ? options.model : `text/${options.model}`;
    const predictions = await predictTexts(texts, resolve(options.models), name, (done) => {
      bar.update(done);
    }).finally(() => {
      bar.stop();
    });
    const figures = figuresOf(predictions, EMOTIONS.length);
    print(options.json ? JSON.stringify({ model: options.model, ...figuresToJson(figures) }) : figuresToText(figures));
    if (options.predictions) {
      const rows = predictions.map((p) => [p.text, p.emotion, p.predicted, ...p.scores]);
      await writeFile(options.predictions, toCsv(['text', 'emotion', 'predicted', ...EMOTIONS], rows));
    }
  });

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
