import Table from 'cli-table3';
import type { AnalyzedPart } from '../pipeline/analyze-file.js';

/** Characters of a line where nobody says how wide the terminal is. */
const DEFAULT_WIDTH = 110;
const MIN_WIDTH = 70;
const FIXED = { time: 17, emotion: 13, confidence: 12 } as const;

/** Utterances as a person reads them: when, what was said, the emotion, how sure, and why. */
export function utteranceTable(utterances: readonly AnalyzedPart<string>[], columns = DEFAULT_WIDTH): string {
  const { time, emotion, confidence } = FIXED;
  const left = Math.max(MIN_WIDTH, columns) - time - emotion - confidence - 6;
  const words = Math.floor(left * 0.35);
  const why = left - words;
  const table = plainTable(['time', 'words', 'emotion', 'confidence', 'why'], [time, words, emotion, confidence, why]);
  for (const { startMs, endMs, transcript, result } of utterances) {
    const { decision, explanation } = result;
    table.push([
      endMs > startMs ? `${clock(startMs)}–${clock(endMs)}` : '',
      wrapped(transcript?.text ?? '–', words),
      decision.label ?? `not sure${decision.abstainReason ? ` (${decision.abstainReason})` : ''}`,
      `${Math.round(decision.confidence * 100)} %`,
      wrapped(explanation.summary, why),
    ]);
  }
  return table.toString();
}

/** A table without colours; columns as wide as their content where no widths are given. */
export function plainTable(head: string[], colWidths?: number[]): Table.Table {
  return new Table({
    head,
    wordWrap: true,
    style: { head: [], border: [] },
    ...(colWidths ? { colWidths } : {}),
  });
}

/** Breaks at words where they fit, else anywhere: some languages write without spaces. Controls would move the cursor. */
function wrapped(text: string, width: number): Table.Cell {
  const content = text.replace(/\p{Cc}+/gu, ' ');
  return { content, wrapOnWordBoundary: content.split(' ').every((word) => word.length <= width - 2) };
}

/** `1:05.3` */
export function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const minutes = Math.floor(tenths / 600);
  return `${minutes}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}
