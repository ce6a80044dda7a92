import { confusionTable, coverageTable } from '../voice/tables.js';
import { fixed, type NamedTable } from '../common/report.js';
import type { GateFigures, TextCondition, TextReport } from './report.js';

const CONDITION: Readonly<Record<TextCondition, string>> = {
  written: 'as written',
  spoken: 'lower case, no punctuation',
  told: 'as fusion gets it',
};

/** A report as tables for the terminal and for documents, the most important first. */
export function textTablesOf(report: TextReport): NamedTable[] {
  const { conditions, riskCoverage, perClass, confusion, wording } = report;
  const tables: NamedTable[] = [
    {
      title: 'All texts',
      head: ['', 'texts', 'UAR', 'macro-F1', 'accuracy', 'ECE'],
      rows: conditions.map(({ condition, n, uar, macroF1, accuracy, ece }) => [
        CONDITION[condition],
        String(n),
        ...[uar, macroF1, accuracy, ece].map(fixed),
      ]),
    },
    coverageTable(riskCoverage),
    confusionTable(perClass, confusion),
  ];
  if (wording) {
    const row = (name: string, gate: GateFigures | null): string[][] =>
      gate ? [[name, String(gate.n), ...[gate.meanExpressiveness, gate.silent, gate.almostSilent].map(fixed)]] : [];
    tables.push({
      title: 'Does the wording say anything?',
      head: ['labelled', 'texts', 'mean expressiveness', 'silent', 'log-odds moved by 0.3 at most'],
      rows: [...row('neutral', wording.neutral), ...row('an emotion', wording.emotional)],
    });
  }
  return tables;
}

/** One line of what was measured and how. */
export function textHeadingOf({ model, data, made }: TextReport): string {
  return (
    `${model.name} ${model.sha256}: ${data.texts} texts\n` +
    `${made.command} at ${made.commit}, ${made.date.slice(0, 10)}, ${made.machine}`
  );
}
