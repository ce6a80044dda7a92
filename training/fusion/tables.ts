import { BEST, WAYS, type ConditionLine, type FusionReport, type Situation } from './report.js';
import type { PairKind } from './pairs.js';
import { fixed, type NamedTable } from '../common/report.js';

const KIND: Readonly<Record<PairKind, string>> = {
  congruent: 'congruent',
  neutralWords: 'neutral wording',
  incongruent: 'incongruent',
  reassurance: '“I’m fine”',
  given: 'as given',
};

/** A report as tables for the terminal and for documents, the most important first. */
export function fusionTablesOf(report: FusionReport): NamedTable[] {
  return [
    figureTable('UAR', 'uar', report),
    figureTable('Macro-F1', 'macroF1', report),
    ...sureTables(report),
    ...incongruenceTables(report),
    { title: 'Bars', head: ['bar', 'asked', 'measured', 'holds'], rows: barsOf(report).map(barCells) },
  ];
}

/** One line of what was measured and how. */
export function fusionHeadingOf({ models, data, baseline, made }: FusionReport): string {
  const counts = Object.entries(data.pairs).map(([kind, n]) => `${n} ${KIND[kind as PairKind]}`);
  const voice = {
    none: 'each clip alone',
    online: "against the speaker's clips before it",
    all: "against all of the speaker's",
  };
  return (
    [models.voice, models.text, models.fusion].map(({ name, sha256 }) => `${name} ${sha256}`).join(', ') +
    `\n${counts.join(', ')} pairs of ${data.clips} clips (${data.speakers} speakers, ${voice[baseline]}) and ${data.texts} texts; ` +
    `${data.unreadVoices} voices and ${data.unreadTexts} texts could not be read\n` +
    `${made.command} at ${made.commit}, seed ${made.seed}, ${made.date.slice(0, 10)}, ${made.machine}`
  );
}

function situationCells({ audio, wordErrorRate }: Situation): string[] {
  return [audio, `${Math.round(100 * wordErrorRate)} %`];
}

function figureTable(title: string, figure: 'uar' | 'macroF1', { conditions }: FusionReport): NamedTable {
  return {
    title,
    head: ['pairs', 'audio', 'word errors', 'n', ...WAYS],
    rows: conditions.map((line) => [
      KIND[line.kind],
      ...situationCells(line),
      String(line.n),
      ...WAYS.map((way) => fixed(line[figure][way])),
    ]),
  };
}

function sureTables({ conditions, riskCoverage, abstained, ...all }: FusionReport): NamedTable[] {
  const reasons = Object.entries(abstained.byReason).map(([reason, part]) => `${reason} ${fixed(part)}`);
  return [
    {
      title: 'How sure the fused answer is',
      head: ['pairs', 'audio', 'word errors', 'ECE', 'truth in the set', 'no answer', 'incongruence detected'],
      rows: [
        ...conditions.map((line) => [
          KIND[line.kind],
          ...situationCells(line),
          ...[line.ece, line.coverage, line.abstained, line.detected].map(fixed),
        ]),
        ['congruent, neutral, given', '', '', ...[all.ece, all.coverage, abstained.share].map(fixed), ''],
      ],
    },
    {
      title: `When only the surest are answered (set of ${all.meanSetSize.toFixed(1)} emotions on average; no answer: ${reasons.join(', ') || 'never'})`,
      head: ['coverage', 'accuracy', 'UAR', 'from confidence'],
      rows: riskCoverage.map((p) => [
        `${Math.round(100 * p.coverage)} %`,
        ...[p.accuracy, p.uar, p.threshold].map(fixed),
      ]),
    },
  ];
}

function incongruenceTables({ incongruence }: FusionReport): NamedTable[] {
  const { auc, falseAlarm, hitRate, threshold, atFivePercent, byType, reassurance } = incongruence;
  if (auc === null) return [];
  return [
    {
      title: 'Incongruence, clean and without word errors',
      head: ['threshold', 'AUC', 'false alarms', 'detected'],
      rows: [
        [threshold, auc, falseAlarm ?? NaN, hitRate ?? NaN].map(fixed),
        ...(atFivePercent ? [[fixed(atFivePercent.threshold), '', 'at most 0.050', fixed(atFivePercent.hitRate)]] : []),
        ...(reassurance ? [['“I’m fine”', '', ...[reassurance.falseAlarm, reassurance.hitRate].map(fixed)]] : []),
      ],
    },
    {
      title: 'By type',
      head: ['type', 'pairs', 'detected', 'and named so'],
      rows: byType.map((line) => [line.type, String(line.n), fixed(line.detected), fixed(line.named)]),
    },
  ];
}

/** What was promised of the fusion, and what was measured. */
export interface Bar {
  readonly name: string;
  readonly least?: number;
  readonly most?: number;
  readonly measured: number;
}

/** Only those that the pairs can tell of. */
export function barsOf(report: FusionReport): Bar[] {
  const { conditions, incongruence, riskCoverage } = report;
  const better = ({ uar }: ConditionLine): number => uar.fused - Math.max(uar.voice, uar.text);
  const at = (kind: PairKind, holds: (s: Situation) => boolean, gain: (line: ConditionLine) => number): number[] =>
    conditions.filter((line) => line.kind === kind && holds(line)).map(gain);
  const best = (s: Situation): boolean => s.audio === BEST.audio && s.wordErrorRate === BEST.wordErrorRate;
  const worst = (s: Situation): boolean => s.audio === 'noise0' || s.wordErrorRate === 0.4;
  const least = (name: string, bar: number, values: readonly number[]): Bar[] =>
    values.length > 0 ? [{ name, least: bar, measured: Math.min(...values) }] : [];
  const [full, , surest] = riskCoverage;
  return [
    ...least('congruent: UAR above the better side', 0.05, at('congruent', best, better)),
    ...least(
      'neutral wording: UAR above the voice',
      -0.01,
      at('neutralWords', best, ({ uar }) => uar.fused - uar.voice),
    ),
    ...least('congruent, 0 dB or 40 %, the worst: UAR above the better side', -0.01, at('congruent', worst, better)),
    ...least('neutral wording, the same', -0.01, at('neutralWords', worst, better)),
    ...(incongruence.auc === null ? [] : [{ name: 'incongruence: AUC', least: 0.85, measured: incongruence.auc }]),
    ...(incongruence.falseAlarm === null
      ? []
      : [{ name: 'incongruence: false alarms', most: 0.05, measured: incongruence.falseAlarm }]),
    { name: 'ECE', most: 0.05, measured: report.ece },
    { name: 'truth in the prediction set', least: 0.89, most: 0.95, measured: report.coverage },
    ...(full && surest
      ? [{ name: 'accuracy gained by answering 60 %', least: 0.1, measured: surest.accuracy - full.accuracy }]
      : []),
  ];
}

function barCells({ name, least = -Infinity, most = Infinity, measured }: Bar): string[] {
  const asked = [
    ...(Number.isFinite(least) ? [`≥ ${least}`] : []),
    ...(Number.isFinite(most) ? [`≤ ${most}`] : []),
  ].join(', ');
  return [name, asked, fixed(measured), measured >= least && measured <= most ? 'yes' : 'no'];
}
