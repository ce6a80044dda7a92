import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { loadFusion } from '../../src/pipeline/load-fusion.js';
import type { Clip } from '../corpora/corpora.js';
import { assertAllThere } from '../voice/evaluate.js';
import { fuseAll, type FusionOutcome } from './evaluate.js';
import { givenPairs, hearAllClips, readAllWords, sourcesOf, withEvidence, type EvidenceArguments } from './evidence.js';
import { fusionReportOf, type FusionFacts } from './figures.js';
import { SITUATIONS } from './report.js';
import { fusionHeadingOf, fusionTablesOf } from './tables.js';
import { makePairs, type Pair } from './pairs.js';
import { madeNow } from '../common/provenance.js';
import { tableToMarkdown, tableToText, toCsv } from '../common/report.js';

interface FusionArguments extends EvidenceArguments {
  readonly pairs?: string;
  readonly fusion: string;
  readonly json?: true;
  readonly markdown?: string;
  readonly predictions?: string;
}

export function fusionCommand(): Command {
  return withEvidence(new Command('fusion'))
    .description(
      'pairs voices of held-out speakers with held-out words, makes both worse, and counts what fusing is worth',
    )
    .option('--pairs <csv>', 'recorded pairs instead of made ones: a table with path, text, label')
    .option('--fusion <name>', 'fusion of the manifest', 'default')
    .option('--json', 'print one JSON object')
    .option('--markdown <file>', 'write the tables as a document holds them')
    .option('--predictions <csv>', 'write every pair in every situation with its fused scores')
    .action(evaluateFusion);
}

async function evaluateFusion(options: FusionArguments): Promise<void> {
  const pairs =
    options.pairs === undefined
      ? makePairs(await sourcesOf(options), options.seed)
      : await givenPairs(options, options.pairs);
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

/** Hears and reads everything once, and fuses from that. */
async function examine(pairs: readonly Pair<Clip>[], options: FusionArguments) {
  const config = await loadFusion(resolve(options.models), fusionName(options.fusion));
  const clips = different(pairs.map(({ clip }) => [clip.path, clip]));
  await assertAllThere(clips);
  const { read, ...text } = await readAllWords(
    pairs.map(({ words }) => words),
    options,
  );
  const conditions = different(SITUATIONS.map(({ audio }) => [audio, audio]));
  const { heard, ...voice } = await hearAllClips(clips, conditions, options);
  const facts: FusionFacts = {
    models: { voice: voice.ref, text: text.ref, fusion: config.ref },
    made: madeNow('undertone evaluate', options.seed),
    baseline: options.baseline,
    nominalCoverage: config.coverage,
    threshold: config.incongruenceThreshold,
  };
  const priors = { voice: voice.prior, text: text.prior };
  return { outcomes: fuseAll(pairs, SITUATIONS, heard, read, { config, priors }), facts };
}

function different<T>(named: readonly (readonly [string, T])[]): T[] {
  return [...new Map(named).values()];
}

/** `default` is short for `fusion/default`. */
export function fusionName(name: string): string {
  return name.includes('/') ? name : `fusion/${name}`;
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
