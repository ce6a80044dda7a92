import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command } from 'commander';
import type { AcousticService } from '../src/audio/acoustic.service.js';
import { mean, percentile } from '../src/audio/statistics.js';
import { messageOf } from '../src/common/errors.js';
import { sha256, writeManifestEntry } from '../src/common/model-manifest.js';
import { EMOTIONS, scoresOf, type PartialScores, type Scores } from '../src/emotion/scores.js';
import { fusionConfig, UNCALIBRATED } from '../src/fusion/config.js';
import { FUSION_FILE } from '../src/pipeline/load-fusion.js';
import { calibrateFusion, type CalibrationData } from './fusion/calibrate.js';
import { CONDITIONS } from './samples/conditions.js';
import type { Clip } from './corpora/corpora.js';
import { assertAllThere } from './voice/evaluate.js';
import { fuseAll, keyOf, type FusionOutcome } from './fusion/evaluate.js';
import { fusionCardOf } from './fusion/card.js';
import {
  hearAllClips,
  note,
  readAllWords,
  sourcesOf,
  withEvidence,
  type EvidenceArguments,
} from './fusion/evidence.js';
import { fusionReportOf } from './fusion/figures.js';
import { SITUATIONS } from './fusion/report.js';
import { fusionHeadingOf, fusionTablesOf } from './fusion/tables.js';
import { groupBy } from './common/group-by.js';
import { beginningsOf, hearChanged, overdrivenOf, type Changed } from './voice/hear-changed.js';
import { makePairs, type PairSources } from './fusion/pairs.js';
import { progressBar } from './common/progress.js';
import { madeNow } from './common/provenance.js';
import { tableToText } from './common/report.js';

interface CalibrationArguments extends EvidenceArguments {
  readonly out: string;
  readonly json?: true;
}

const program = new Command('undertone calibrate').description('measures the numbers that fusing depends on');

program.addCommand(
  withEvidence(new Command('fusion'))
    .description(
      'measures how far each modality can be trusted by its quality signals, how much both weigh, how sure the answer is, and from ' +
        'where they disagree; on speakers and words that the models never learned from',
    )
    .requiredOption('--out <dir>', 'folder of the fusion, such as models/fusion/default: fusion.json and CARD.md')
    .option('--json', 'print the cross-fitted report as one JSON object')
    .addHelpText(
      'after',
      `
For the report every number is fitted five times, each time without a fifth of the speakers and words, and measured on that fifth. What
is written was fitted on all of them. About ten minutes on two cores.

  $ undertone calibrate fusion --out models/fusion/default`,
    )
    .action(calibrate),
);

async function calibrate(options: CalibrationArguments): Promise<void> {
  const found = await sourcesOf(options);
  const sources = { ...found, clips: fewOfEach(found.clips) };
  const standsFor = standingFor(sources.clips, found.clips);
  await assertAllThere(sources.clips);
  const whole = withPairs(sources, options.seed);
  const folds = foldsOf(sources).map(({ fitted, measured }) => ({
    fitted: withPairs(fitted, options.seed),
    measured: withPairs(measured, options.seed),
  }));
  const said = [whole, ...folds.flatMap(({ fitted, measured }) => [fitted, measured])].flatMap(({ pairs }) =>
    pairs.map(({ words }) => words),
  );
  const words = await readAllWords([...said, ...sources.texts], options);
  const conditions = CONDITIONS.filter((condition) => condition === 'clean' || condition.startsWith('noise'));
  const voices = await hearAllClips(sources.clips, conditions, options, (service) =>
    hearWorse(sources.clips, service, options),
  );
  const evidence: Evidence = {
    heard: voices.heard,
    read: words.read,
    standsFor,
    ...(voices.further ?? { short: [], clipped: [] }),
  };

  const measuredWith = { voice: voices.ref, text: words.ref };
  const { ref: _ref, ...unmeasured } = UNCALIBRATED;
  const base = {
    ...unmeasured,
    name: `fusion/${basename(options.out)}`,
    measuredWith,
    prior: priorOver(voices.prior),
  };
  const priors = { voice: voices.prior, text: words.prior };
  const outcomes = folds.flatMap(({ fitted, measured }): FusionOutcome[] => {
    const config = fusionConfig(calibrateFusion(dataOf(fitted, evidence), base));
    return fuseAll(measured.pairs, SITUATIONS, evidence.heard, evidence.read, { config, priors });
  });
  const values = calibrateFusion(dataOf(whole, evidence), base);
  const config = fusionConfig(values);
  const report = fusionReportOf(outcomes, {
    models: { ...measuredWith, fusion: config.ref },
    made: madeNow('undertone calibrate', options.seed),
    baseline: options.baseline,
    nominalCoverage: config.coverage,
    threshold: config.incongruenceThreshold,
  });
  const tables = fusionTablesOf(report);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report)}\n`
      : `${[fusionHeadingOf(report), ...tables.map(tableToText)].join('\n\n')}\n`,
  );
  await mkdir(options.out, { recursive: true });
  const json = Buffer.from(`${JSON.stringify(values, null, 2)}\n`);
  await writeFile(join(options.out, FUSION_FILE), json);
  await writeFile(join(options.out, 'CARD.md'), fusionCardOf(values, report, tables, options.heldOut));
  const models = resolve(options.models);
  if (dirname(dirname(resolve(options.out))) === models) {
    await writeManifestEntry(models, relative(models, resolve(options.out)), {
      kind: 'fusion',
      licence: 'Apache-2.0',
      files: { [FUSION_FILE]: { bytes: json.length, sha256: sha256(json) } },
    });
  }
  note(`${options.out}: ${FUSION_FILE} and CARD.md written`);
}

type Sources = PairSources<Clip> & Pick<CalibrationData, 'pairs'>;

function withPairs(sources: PairSources<Clip>, seed: number): Sources {
  return { ...sources, pairs: makePairs(sources, seed) };
}

/**
 * The prior of the voice model, so that where the words say nothing the answer is the voice's own. An emotion that it never learned is
 * taken to be as common as the others are on average.
 */
function priorOver(prior: PartialScores): Scores {
  const known = EMOTIONS.flatMap((emotion) => prior[emotion] ?? []);
  const shares = scoresOf((emotion) => prior[emotion] ?? mean(known));
  const sum = EMOTIONS.reduce((total, emotion) => total + shares[emotion], 0);
  return scoresOf((emotion) => shares[emotion] / sum);
}

type Evidence = Pick<CalibrationData, 'heard' | 'read' | 'standsFor'> & Worse;

interface Worse {
  readonly short: readonly Changed[];
  readonly clipped: readonly Changed[];
}

/** The same recordings cut short and driven over full scale. */
async function hearWorse(
  clips: readonly Clip[],
  service: AcousticService,
  { threads }: CalibrationArguments,
): Promise<Worse> {
  const hear = async (title: string, versions: (samples: Float32Array) => Float32Array[]): Promise<Changed[]> => {
    const bar = progressBar(title, clips.length);
    try {
      return await hearChanged(clips, versions, service, threads + 1, (done) => {
        bar.update(done);
      });
    } finally {
      bar.stop();
    }
  };
  return {
    short: await hear('hearing beginnings', beginningsOf),
    clipped: await hear('hearing overdriven', overdrivenOf),
  };
}

/** So that nobody who spoke hundreds of clips stands for everybody: as many of each speaker as the median speaker has, spread evenly. */
function fewOfEach(clips: readonly Clip[]): Clip[] {
  const speakers = [...groupBy(clips, (clip) => clip.speaker).values()];
  const counts = speakers.map((own) => own.length).sort((a, b) => a - b);
  const most = percentile(counts, 50);
  return speakers.flatMap((own) => {
    const sorted = [...own].sort((a, b) => (a.path < b.path ? -1 : 1));
    const step = Math.max(1, own.length / most);
    return sorted.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  });
}

/** How many of all clips of its speaker each of the few stands for. */
function standingFor(few: readonly Clip[], all: readonly Clip[]): Map<string, number> {
  const [chosen, spoken] = [groupBy(few, ({ speaker }) => speaker), groupBy(all, ({ speaker }) => speaker)];
  return new Map(
    few.map(({ path, speaker }) => [path, (spoken.get(speaker)?.length ?? 1) / (chosen.get(speaker)?.length ?? 1)]),
  );
}

const FOLDS = 5;

/**
 * Parts to measure on, each with what it is fitted on: no speaker and no line of words is in both. Neutral wording goes with its clips.
 */
function foldsOf({ clips, texts, neutral }: PairSources<Clip>) {
  const speakers = [...groupBy(clips, (clip) => clip.corpus).values()].flatMap((own) =>
    [...new Set(own.map((clip) => clip.speaker))].sort(),
  );
  const foldOf = new Map(speakers.map((speaker, i) => [speaker, i % FOLDS]));
  const part = (belongs: (fold: number | undefined) => boolean): PairSources<Clip> => ({
    clips: clips.filter((clip) => belongs(foldOf.get(clip.speaker))),
    texts: texts.filter((_, i) => belongs(i % FOLDS)),
    neutral,
  });
  return [...Array(FOLDS).keys()].map((fold) => ({
    fitted: part((other) => other !== fold),
    measured: part((other) => other === fold),
  }));
}

/** What of the evidence is of these recordings and words. */
function dataOf(sources: Sources, { heard, read, standsFor, short, clipped }: Evidence): CalibrationData {
  const own = new Map(sources.clips.map((clip) => [clip.path, clip.emotion]));
  const ofOwn = (changed: readonly Changed[]) =>
    changed.flatMap(({ clip, evidence }) => {
      const truth = own.get(clip.path);
      return truth ? [{ evidence, truth }] : [];
    });
  return {
    noisy: [...heard.values()].flatMap((voices) =>
      [...voices].flatMap(([path, evidence]) => {
        const truth = own.get(path);
        return truth ? [{ evidence, truth }] : [];
      }),
    ),
    short: ofOwn(short),
    clipped: ofOwn(clipped),
    written: sources.texts.flatMap((words) => {
      const evidence = read.get(keyOf(words, 0));
      return evidence ? [{ evidence, truth: words.emotion }] : [];
    }),
    pairs: sources.pairs,
    heard,
    read,
    standsFor,
  };
}

await program.parseAsync().catch((error: unknown) => {
  note(`undertone calibrate: ${messageOf(error)}`);
  process.exitCode = 1;
});
