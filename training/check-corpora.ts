import { relative } from 'node:path';
import { Command } from 'commander';
import { messageOf } from '../src/common/errors.js';
import { defaultThreads, WorkerPool } from '../src/common/worker-pool.js';
import { workerUrl } from '../src/common/worker-url.js';
import { countOf } from './common/arguments.js';
import { problemsOf, summariesOf, type Heard, type Problem } from './corpora/check.js';
import { problemLines, summaryTable } from './corpora/check-text.js';
import { filesBelow, formatRank } from './corpora/files.js';
import type { NoSound, Sound } from './corpora/sound.js';
import { leftOut, manifestOf, readCorpora, withoutKnownBad, type Clip, type Corpus } from './corpora/corpora.js';
import { progressBar } from './common/progress.js';

interface Arguments {
  readonly root: string;
  readonly manifest?: string;
  readonly json?: true;
  readonly threads: number;
}

const program = new Command('undertone corpora').description(
  'looks over labelled recordings before anything is trained',
);

program
  .command('check')
  .description('counts clips, speakers and emotions of each corpus, listens to every file, and names what is wrong')
  .requiredOption('--root <dir>', 'folder of the corpora, each recognised by the names of its files')
  .option(
    '--manifest <csv>',
    'table with path, speaker and emotion (default: manifest.csv in the root, if there is one)',
  )
  .option('--json', 'print one JSON object')
  .option('--threads <n>', 'threads that decode', countOf(1), defaultThreads())
  .addHelpText(
    'after',
    `
Examples:
  $ undertone corpora check --root corpora
  $ undertone corpora check --root recordings --manifest labels.csv --json > check.json

Ends with 1 when a recording is missing or cannot be read.`,
  )
  .action(check);

async function check(options: Arguments): Promise<void> {
  const { root, threads } = options;
  const manifest = options.manifest ?? (await manifestOf(root));
  const corpus = withoutKnownBad(await readCorpora(root, manifest));
  const heard = await hear(corpus.clips, threads);
  const unlisted = manifest === undefined ? [] : await unlistedFiles(root, corpus);
  const summaries = summariesOf(heard);
  const problems = problemsOf(heard, unlisted);
  if (options.json) print(JSON.stringify({ corpora: summaries, leftOut: corpus.dropped, problems }));
  else {
    print(summaryTable(summaries));
    for (const line of [...leftOut(corpus), ...problemLines(problems), nextStep(options, problems)]) print(line);
  }
  if (problems.some(stopsTraining)) process.exitCode = 1;
}

async function hear(clips: readonly Clip[], threads: number): Promise<Heard[]> {
  const pool = new WorkerPool<string, Sound | NoSound>({
    worker: workerUrl(import.meta.url, './corpora/sound.worker.js'),
    threads,
    data: undefined,
    maxQueue: Infinity,
  });
  const bar = progressBar('listening', clips.length);
  let done = 0;
  try {
    return await Promise.all(
      clips.map(async (clip) => {
        const sound = await pool.run(clip.file);
        bar.update(++done);
        return { clip, sound };
      }),
    );
  } finally {
    bar.stop();
    await pool.close();
  }
}

/** Recordings in the folder that no row names. */
async function unlistedFiles(root: string, { clips, dropped }: Corpus): Promise<string[]> {
  const listed = new Set([...clips, ...dropped].map(({ path }) => relative('.', path)));
  return (await filesBelow(root)).filter((path) => formatRank(path) >= 0 && !listed.has(relative('.', path)));
}

function stopsTraining({ problem }: Problem): boolean {
  return problem === 'unreadable' || problem === 'missing';
}

function nextStep({ root, manifest }: Arguments, problems: readonly Problem[]): string {
  if (problems.some(stopsTraining)) return 'Next: mend what cannot be read, then check again.';
  const table = manifest === undefined ? '' : ` --manifest ${manifest}`;
  const first = problems.length > 0 ? 'see to the above, or go on: ' : '';
  return `Next: ${first}undertone train acoustic --root ${root}${table}`;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

await program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`undertone corpora: ${messageOf(error)}\n`);
  process.exitCode = 1;
});
