import type { AcousticReport, ClassLine, CoveragePoint, GroupLine, Summary } from './report.js';
import { fixed, type NamedTable } from '../common/report.js';

/** Speakers shown at either end. */
const SPEAKERS_SHOWN = 3;
const SUMMARY_HEAD = ['clips', 'UAR', 'macro-F1', 'accuracy', 'ECE', 'ECE before temperature'];
const GROUP_HEAD = ['clips', 'UAR', 'macro-F1', 'accuracy', 'ECE'];

/** A report as tables for the terminal and for documents, the most important first. */
export function tablesOf(report: AcousticReport): NamedTable[] {
  const { summary, perClass, confusion, robustness, riskCoverage, perCorpus, perGender } = report;
  const tables: NamedTable[] = [
    { title: 'All clips', head: SUMMARY_HEAD, rows: [summaryCells(summary)] },
    coverageTable(riskCoverage),
    confusionTable(perClass, confusion),
  ];
  if (robustness.length > 0) {
    const rows = robustness.map((line) => [line.condition, ...summaryCells(line)]);
    tables.push({ title: 'Under other conditions', head: ['condition', ...SUMMARY_HEAD], rows });
  }
  if (perCorpus.length > 1) tables.push(groupTable('By corpus', perCorpus));
  if (perGender.length > 0) tables.push(groupTable(genderTitle(report), perGender));
  tables.push(speakerTable(report), ...listenerTables(report));
  return tables;
}

export function coverageTable({ at }: AcousticReport['riskCoverage']): NamedTable {
  return {
    title: 'When only the surest are answered',
    head: ['coverage', 'accuracy', 'UAR', 'from confidence'],
    rows: at.map((p: CoveragePoint) => [
      `${Math.round(100 * p.coverage)} %`,
      ...[p.accuracy, p.uar, p.threshold].map(fixed),
    ]),
  };
}

export function confusionTable(
  perClass: readonly ClassLine[],
  { labels, counts }: AcousticReport['confusion'],
): NamedTable {
  return {
    title: 'By emotion, and what was said instead',
    head: ['truth \\ predicted', ...labels, 'recall', 'precision', 'F1'],
    rows: perClass.map(({ emotion, recall, precision, f1 }) => [
      emotion,
      ...(counts[labels.indexOf(emotion)] ?? []).map(String),
      ...[recall, precision, f1].map(fixed),
    ]),
  };
}

/** One line of what was measured and how. */
export function headingOf({ model, data, baseline, condition, uar95, made }: AcousticReport): string {
  const voice =
    baseline.mode === 'none'
      ? 'each clip alone'
      : baseline.mode === 'all'
        ? "against all of the speaker's clips"
        : "against the speaker's clips so far";
  const after = baseline.after > 0 ? `, from clip ${baseline.after + 1} of each speaker on` : '';
  const interval = uar95 ? `; UAR ${fixed(uar95[0])}–${fixed(uar95[1])} with 95 % (speakers drawn anew)` : '';
  const unread = data.unavailable > 0 ? `, ${data.unavailable} of them unreadable and scored by the prior` : '';
  return (
    `${model.name} ${model.sha256}, ${condition}, ${voice}${after}: ${data.clips} clips of ${data.speakers} speakers${unread}${interval}\n` +
    `${made.command} at ${made.commit}, seed ${made.seed}, ${made.date.slice(0, 10)}, ${made.machine}`
  );
}

function summaryCells(s: Summary): string[] {
  return [String(s.n), ...[s.uar, s.macroF1, s.accuracy, s.ece, s.eceBefore].map(fixed)];
}

function groupTable(title: string, lines: readonly GroupLine[], head = ''): NamedTable {
  return { title, head: [head, ...GROUP_HEAD], rows: lines.map((line) => [line.name, ...groupCells(line)]) };
}

function groupCells(g: GroupLine): string[] {
  return [String(g.n), ...[g.uar, g.macroF1, g.accuracy, g.ece].map(fixed)];
}

function genderTitle({ genderGap }: AcousticReport): string {
  if (!genderGap) return 'By gender';
  return `By gender; the gap is ${fixed(genderGap.uar)} in UAR and ${fixed(genderGap.accuracy)} in accuracy`;
}

/** The best and the worst; all where they are few. */
function speakerTable({ perSpeaker }: AcousticReport): NamedTable {
  const few = perSpeaker.length <= 2 * SPEAKERS_SHOWN + 1;
  const lines = few ? perSpeaker : [...perSpeaker.slice(0, SPEAKERS_SHOWN), ...perSpeaker.slice(-SPEAKERS_SHOWN)];
  const [best, worst] = [perSpeaker.at(0), perSpeaker.at(-1)];
  const gap =
    best && worst && best !== worst ? `; the best and the worst lie ${fixed(best.uar - worst.uar)} apart in UAR` : '';
  const which = few ? '' : ` (${SPEAKERS_SHOWN} best and ${SPEAKERS_SHOWN} worst of ${perSpeaker.length})`;
  return groupTable(`By speaker${which}${gap}`, lines);
}

function listenerTables({ listeners, summary }: AcousticReport): NamedTable[] {
  if (!listeners) return [];
  const { n, from, kl, correlation, accuracy, humanAccuracy, humanUar } = listeners;
  return [
    {
      title: `Against listeners, by the model's ${from === 'perceived' ? 'head for what is heard' : 'ordinary scores: it has no head for what is heard'}`,
      head: ['clips', 'KL (nats)', 'correlation', 'accuracy against plurality'],
      rows: [[String(n), ...[kl, correlation, accuracy].map(fixed)]],
    },
    {
      title: 'Against what was acted',
      head: ['', 'UAR', 'accuracy'],
      rows: [
        ['listeners (plurality), clips with votes', fixed(humanUar), fixed(humanAccuracy)],
        ['model, all clips', fixed(summary.uar), fixed(summary.accuracy)],
      ],
    },
  ];
}
