import { plainTable } from '../../src/cli/table.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { PROBLEMS, type Problem, type ProblemKind, type Summary } from './check.js';

/** Examples of each problem; `--json` names all. */
const SHOWN = 5;

/** One row for each corpus, and the emotions of all together. */
export function summaryTable(summaries: readonly Summary[]): string {
  const table = plainTable(['corpus', 'clips', 'speakers', 'hours', ...EMOTIONS, 'voted', 'language', 'licence']);
  const count = (n: number): string => (n === 0 ? '–' : String(n));
  const cells = (rows: readonly Summary[]): string[] => [
    String(sum(rows, (row) => row.clips)),
    speakersCell(rows),
    (sum(rows, (row) => row.seconds) / 3600).toFixed(2),
    ...EMOTIONS.map((emotion) => count(sum(rows, (row) => row.emotions[emotion]))),
    count(sum(rows, (row) => row.voted)),
  ];
  for (const row of summaries) table.push([row.title, ...cells([row]), row.language, row.licence]);
  if (summaries.length > 1) table.push(['all', ...cells(summaries), '', '']);
  return table.toString();
}

/** `10: 5 f, 5 m` */
function speakersCell(rows: readonly Summary[]): string {
  const [female, male, other] = (['female', 'male', 'other'] as const).map((key) =>
    sum(rows, (row) => row.speakers[key]),
  );
  const parts = [
    [female, 'f'],
    [male, 'm'],
    [other, 'not said'],
  ] as const;
  const said = parts.flatMap(([n = 0, name]) => (n > 0 ? [`${n} ${name}`] : []));
  return `${(female ?? 0) + (male ?? 0) + (other ?? 0)}: ${said.join(', ')}`;
}

/** Problems by kind: how many, what to do, and the first of them by name. */
export function problemLines(problems: readonly Problem[]): string[] {
  return (Object.keys(PROBLEMS) as ProblemKind[]).flatMap((kind) => {
    const own = problems.filter(({ problem }) => problem === kind);
    const { title, advice } = PROBLEMS[kind];
    if (own.length === 0) return [];
    const examples = own
      .slice(0, SHOWN)
      .map(({ names, detail }) => `    ${names.join(' = ')}${detail ? ` (${detail})` : ''}`);
    const more = own.length > SHOWN ? [`    … and ${own.length - SHOWN} more`] : [];
    const number = own.reduce((n, { names }) => n + names.length, 0);
    return [`! ${number} ${title}: ${advice}`, ...examples, ...more];
  });
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
