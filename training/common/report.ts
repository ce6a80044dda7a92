import { plainTable } from '../../src/cli/table.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Figures } from './metrics.js';

/** Figures, recall per class and confusion (rows are what was meant, columns what was heard) for a terminal. */
export function figuresToText(figures: Figures): string {
  const summary = plainTable(['n', 'UAR', 'macro-F1', 'accuracy', 'ECE']);
  summary.push([figures.n, ...[figures.uar, figures.macroF1, figures.accuracy, figures.ece].map(fixed)]);
  const classes = plainTable(['truth \\ predicted', ...EMOTIONS, 'recall', 'precision', 'F1']);
  for (const [i, emotion] of EMOTIONS.entries()) {
    const c = figures.perClass[i];
    if (c) classes.push([emotion, ...(figures.confusion[i] ?? []), fixed(c.recall), fixed(c.precision), fixed(c.f1)]);
  }
  return `${summary.toString()}\n${classes.toString()}`;
}

/** A table that is not yet drawn. */
export interface NamedTable {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Drawn for a terminal. */
export function tableToText({ title, head, rows }: NamedTable): string {
  const table = plainTable([...head]);
  for (const row of rows) table.push([...row]);
  return `${title}\n${table.toString()}`;
}

/** As documents and cards hold it. */
export function tableToMarkdown({ title, head, rows }: NamedTable): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [`${title}:`, '', line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Markdown rows of n, UAR, macro-F1, accuracy and ECE. */
export function figuresToMarkdown(rows: readonly (readonly [title: string, figures: Figures])[]): string {
  const lines = rows.map(
    ([title, f]) =>
      `| ${title} | ${f.n} | ${fixed(f.uar)} | ${fixed(f.macroF1)} | ${fixed(f.accuracy)} | ${fixed(f.ece)} |`,
  );
  return ['| | clips | UAR | macro-F1 | accuracy | ECE |', '| --- | --- | --- | --- | --- | --- |', ...lines].join(
    '\n',
  );
}

export function fixed(value: number): string {
  return value.toFixed(3);
}

/** A CSV table; cells are quoted where they must be. */
export function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number): string => {
    const text = String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [header, ...rows].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}
