import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option, type CommanderError } from 'commander';
import { PROJECT_ROOT } from '../common/config.js';
import { messageOf } from '../common/errors.js';
import { LOCALES } from '../emotion/fused.js';
import type { AnalyzeOptions } from './analyze.js';
import type { InspectOptions } from './inspect.js';
import type { CreateKeyOptions } from './keys.js';
import type { RulesOptions } from './rules.js';
import type { CheckpointOptions, ShowOptions, VerifyOptions } from './ledger.js';
import type { ImportOptions, ListOptions } from './models.js';
import type { PurgeOptions } from './purge.js';
import type { ReplayOptions } from './replay.js';

/** What the shell is told. */
const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')) as { version: string };

const program = new Command('undertone')
  .description('Hears how something is said and what is said, and answers with one emotion, how sure it is, and why.')
  .version(version)
  .configureOutput({
    outputError: (text, write) => {
      write(text.replace(/^error: /, 'undertone: '));
    },
  })
  .exitOverride(leave)
  // Training and evaluation import the sources, never the other way round: they are programs of their own.
  .executableDir(join(import.meta.dirname, '..', '..', 'training'));

program
  .command('analyze')
  .description('read recordings (or a message) and explain the emotion of each utterance')
  .argument('[files...]', 'recordings: wav, mp3, flac, m4a, ogg, webm')
  .option('-t, --text <words>', 'the words of each recording, which is then one utterance; alone: a message')
  .option('-l, --language <tag>', 'language of the words, BCP 47, or auto', 'auto')
  .option('-m, --model <name>', 'acoustic model of the manifest (default: ACOUSTIC_MODEL)')
  .option('-w, --whisper <name>', 'Whisper model: a hub id, a folder, or off (default: WHISPER_MODEL)')
  .addOption(new Option('--locale <language>', 'language of the explanations').choices(LOCALES).default('en'))
  .option('--labels <profile>', 'a label profile in place of the seven emotions')
  .option('--alerts <rules>', 'alert rules: a preset, or those of ALERT_RULES by name (default: ALERT_RULES)')
  .option('--json', 'one line of JSON for each utterance')
  .option('--evidence <file>', 'write what voice and words said of each utterance, for undertone replay')
  .addHelpText(
    'after',
    `
Examples:
  $ undertone analyze call.wav
  $ undertone analyze reply.mp3 --text "I'm fine."
  $ undertone analyze --text "What a lovely surprise!"
  $ undertone analyze calls/*.flac --json > results.jsonl

Ends with 0, with 1 when a file could not be read (the others are), with 2 when called wrongly.
Settings are those of the server: see .env.example.`,
  )
  .action(async (files: string[], options: AnalyzeOptions, command: Command) => {
    if (files.length === 0 && options.text === undefined) command.error('error: give a file, or --text');
    const { analyze } = await import('./analyze.js');
    finish(await analyze(files, options));
  });

program
  .command('inspect')
  .description('draw a recording and what was read in it on one page')
  .argument('<file>', 'recording: wav, mp3, flac, m4a, ogg, webm')
  .requiredOption('--html <out>', 'page to write; it needs no network and runs no code')
  .option('-t, --text <words>', 'the words of the recording, which is then one utterance')
  .option('-l, --language <tag>', 'language of the words, BCP 47, or auto', 'auto')
  .option('-m, --model <name>', 'acoustic model of the manifest (default: ACOUSTIC_MODEL)')
  .option('-w, --whisper <name>', 'Whisper model: a hub id, a folder, or off (default: WHISPER_MODEL)')
  .addHelpText(
    'after',
    `
Examples:
  $ undertone inspect call.wav --html call.html
  $ undertone inspect reply.mp3 --text "I'm fine." --html reply.html

The page holds what was said and pictures of how, but no sound.
Ends with 0, with 1 when the recording could not be read, with 2 when called wrongly.`,
  )
  .action(async (file: string, options: InspectOptions) => {
    const { inspect } = await import('./inspect.js');
    finish(await inspect(file, options));
  });

program
  .command('replay')
  .description('fuse stored evidence again, by another fusion, and tell which decisions change')
  .argument('<files...>', 'lines of JSON as analyze --evidence writes them')
  .option('-f, --fusion <name>', 'fusion of the manifest (default: FUSION_MODEL)')
  .option('--json', 'one line of JSON for each change')
  .addHelpText(
    'after',
    `
Examples:
  $ undertone analyze calls/*.wav --evidence calls.jsonl
  $ undertone replay calls.jsonl --fusion mine

By the fusion that made them all answers are the same to the last bit. Ends with 0, with 1 when a line could not be read
(the others are), with 2 when called wrongly.`,
  )
  .action(async (files: string[], options: ReplayOptions) => {
    const { replayFiles } = await import('./replay.js');
    finish(await replayFiles(files, options));
  });

const rules = program.command('rules').description('alert rules: what they mean, and what is wrong with them');

rules
  .command('list', { isDefault: true })
  .description('the presets that come with Undertone')
  .action(async () => {
    const { listRules } = await import('./rules.js');
    finish(await listRules());
  });

rules
  .command('check')
  .description('read a file of alert rules (docs/alerts.md) and tell in words what each rule means')
  .argument('<file>', 'a file, or a preset')
  .option('--labels <profile>', 'label profile whose labels the rules may name')
  .addOption(new Option('--locale <language>', 'language').choices(LOCALES).default('en'))
  .action(async (file: string, options: RulesOptions) => {
    const { checkRules } = await import('./rules.js');
    finish(await checkRules(file, options));
  });

program
  .command('labels')
  .description('label profiles: which emotions each label stands for, or what is wrong with the file')
  .argument('[file]', 'file of profiles (default: LABEL_PROFILES)')
  .action(async (file: string | undefined) => {
    const { checkLabels } = await import('./rules.js');
    finish(await checkLabels(file));
  });

const models = program
  .command('models')
  .description('the models that this installation has, and those it can have')
  .addHelpText(
    'after',
    `
Examples:
  $ undertone models
  $ undertone models pull whisper-base
  $ undertone models verify
  $ undertone models import /media/usb/models.tar

A name may be what stands after the slash, or any OWNER/NAME of the hub. Models of the hub lie in CACHE_DIR; HUB_URL may
be a mirror. Ends with 0, with 1 when a model is broken or could not be had, with 2 when called wrongly.`,
  );

models
  .command('list', { isDefault: true })
  .description('name, licence, labels and size of each model, and whether its files are the pinned ones')
  .option('--json', 'one line of JSON for each model')
  .action(async (options: ListOptions) => {
    const { listModels } = await import('./models.js');
    finish(await listModels(options));
  });

models
  .command('pull')
  .description('bring models from the hub; a download that broke is taken up again')
  .argument('<names...>', 'such as whisper-base')
  .action(async (names: string[]) => {
    const { pullModels } = await import('./models.js');
    finish(await pullModels(names));
  });

models
  .command('verify')
  .description('read every byte of the models that are there, and name each file that is not the pinned one')
  .argument('[names...]', 'these only; one that is not there is then a fault')
  .action(async (names: string[]) => {
    const { verifyModels } = await import('./models.js');
    finish(await verifyModels(names));
  });

models
  .command('remove')
  .description('delete a pulled or imported model')
  .argument('<name>')
  .action(async (name: string) => {
    const { removeModel } = await import('./models.js');
    finish(await removeModel(name));
  });

models
  .command('import')
  .description('bring models from a folder or a tar archive, without a network')
  .argument('<path>', 'folder or .tar, .tar.gz, .tgz with models in transformers.js layout, such as another CACHE_DIR')
  .option('--name <id>', 'which model it is, where the folder does not tell: OWNER/NAME')
  .action(async (path: string, options: ImportOptions) => {
    const { importModels } = await import('./models.js');
    finish(await importModels(path, options));
  });

const keys = program
  .command('keys')
  .description('API keys, which let people in, and master keys, under which data is encrypted');

keys
  .command('create')
  .description('make an API key; prints it once, and the line to configure')
  .requiredOption('-t, --tenant <name>', 'whose data it opens: lower-case letters, digits, hyphens')
  .requiredOption(
    '-r, --role <role>',
    'client (streams), analyst (and reviews) or admin (and deletes, exports, rotates)',
  )
  .option('--json', 'one line of JSON: key, entry, tenant, role')
  .addHelpText(
    'after',
    `
Example:
  $ undertone keys create --tenant acme --role client`,
  )
  .action(async (options: CreateKeyOptions) => {
    const { createKey } = await import('./keys.js');
    finish(createKey(options));
  });

keys
  .command('rotate')
  .description('wrap all data keys under a new master key; the data stays as it is')
  .addHelpText(
    'after',
    `
With key files a new one is made in DATA_DIR/keys. With MASTER_KEY, put the new key there and the former one into
MASTER_KEY_PREVIOUS first. Stopped midway, it is taken up again by the same command. With the embedded database, stop the
server first. With Postgres it may run; each server has to see the same key files or variables.`,
  )
  .action(async () => {
    const { rotateMasterKey } = await import('./rotate-keys.js');
    finish(await rotateMasterKey());
  });

const ledger = program
  .command('ledger')
  .description('the record of every label, consent and erasure: proved, and signed')
  .addHelpText(
    'after',
    `
With the embedded database, stop the server first. With Postgres it may run.`,
  );

ledger
  .command('verify')
  .description('prove the chain and what it attests, or name the first broken entry')
  .option('-c, --checkpoint <files...>', 'checkpoints kept elsewhere: they show whether the end was cut off')
  .option('--json', 'one line of JSON')
  .addHelpText(
    'after',
    `
Ends with 0 when the ledger holds, with 1 when it does not.

Example:
  $ undertone ledger verify --checkpoint /mnt/elsewhere/checkpoints.jsonl`,
  )
  .action(async (options: VerifyOptions) => {
    const { verifyLedger } = await import('./ledger.js');
    finish(await verifyLedger(options));
  });

ledger
  .command('checkpoint')
  .description(
    'sign how far the ledger goes (Ed25519, key in DATA_DIR/keys/ledger); keep it where the database cannot reach',
  )
  .option('-o, --out <file>', 'append to this file; else it is printed')
  .addHelpText(
    'after',
    `
Example, daily:
  $ undertone ledger checkpoint --out /mnt/elsewhere/checkpoints.jsonl`,
  )
  .action(async (options: CheckpointOptions) => {
    const { checkpointLedger } = await import('./ledger.js');
    finish(await checkpointLedger(options));
  });

ledger
  .command('show')
  .description(
    'print the last entries, of every tenant and of the deployment: log-ins that failed, keys that were rotated',
  )
  .option('-n, --last <count>', 'how many', wholeNumber, 25)
  .option('-k, --kind <kind>', 'of one kind alone, such as login.failed')
  .option('-t, --tenant <tenant>', 'of one tenant alone')
  .option('--json', 'one line of JSON for each')
  .action(async (options: ShowOptions) => {
    const { showLedger } = await import('./ledger.js');
    finish(await showLedger(options));
  });

program
  .command('purge')
  .description('do what the retention of every tenant asks for, and report it; a running server does so every hour')
  .option('--json', 'one line of JSON')
  .addHelpText(
    'after',
    `
With the embedded database, stop the server first. With Postgres it may run.
Retention is set by PUT /v1/retention (docs/review.md).`,
  )
  .action(async (options: PurgeOptions) => {
    const { purge } = await import('./purge.js');
    finish(await purge(options));
  });

program
  .command('corpora', 'look over labelled recordings: undertone corpora --help', { executableFile: 'check-corpora.js' })
  .command('train', 'train a model on corpora: undertone train --help', { executableFile: 'train.js' })
  .command('evaluate', 'measure a model on labelled data: undertone evaluate --help', {
    executableFile: 'evaluate.js',
  })
  .command('calibrate', 'measure the numbers that fusing depends on: undertone calibrate --help', {
    executableFile: 'calibrate.js',
  });

program.addHelpText(
  'after',
  `
Examples:
  $ undertone analyze call.wav
  $ undertone models list
  $ undertone help analyze`,
);

process.once('SIGINT', () => {
  process.stderr.write('\nundertone: stopped\n');
  process.exit(EXIT.interrupted);
});
// The reader of a pipe (`| head`) may leave first.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed);
});

program.parseAsync().catch((error: unknown) => {
  console.error(`undertone: ${messageOf(error)}`);
  process.exit(EXIT.failed);
});

/** Commander's own ends: help and version, wrong usage, and what `corpora`, `train`, `evaluate` and `calibrate` ended with. */
function leave({ code, exitCode }: CommanderError): never {
  if (code === 'commander.executeSubCommandAsync') process.exit(exitCode);
  process.exit(exitCode === 0 ? EXIT.ok : EXIT.usage);
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('A whole number from 1 on.');
}

function finish(allRead: boolean): void {
  process.exitCode = allRead ? EXIT.ok : EXIT.failed;
}
