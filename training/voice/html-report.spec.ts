import { parseHTML } from 'linkedom';
import { inventedReport } from './report.fixture.js';
import { reportHtml } from './html-report.js';

interface Node {
  readonly textContent: string;
  getAttribute(name: string): string | null;
  querySelectorAll(selector: string): Iterable<Node>;
}

const read = (page: string): Node => (parseHTML(page) as unknown as { document: Node }).document;
const all = (node: Node, selector: string): Node[] => [...node.querySelectorAll(selector)];
const textsOf = (node: Node, selector: string): string[] =>
  all(node, selector).map(({ textContent }) => textContent.replace(/\s+/g, ' ').trim());

describe('the page of an evaluation', () => {
  const report = inventedReport();
  const page = read(reportHtml(report));

  test('holds every part of the report, each with its plot', () => {
    expect(textsOf(page, 'h2')).toEqual([
      'Confusion',
      'By emotion',
      'Calibration',
      'Calibration before',
      'Risk and coverage',
      'Robustness',
      'By corpus',
      'By gender',
      'By speaker',
      'Listeners',
    ]);
    expect(all(page, 'figure > svg')).toHaveLength(8);
  });

  test('says what was measured, with what, and how to do it again', () => {
    const header = textsOf(page, 'header').join();
    for (const fact of ['acoustic/seven', '0123456789ab', 'seed 1', '99d3e10', '2 cores', report.made.command]) {
      expect(header).toContain(fact);
    }
    expect(textsOf(page, '.tiles dd')).toEqual(expect.arrayContaining(['0.665', '0.660', '0.671', '0.041']));
  });

  test('every count of the confusion stands in its heat map', () => {
    const written = textsOf(page, '[aria-label="text"] text');
    for (const count of report.confusion.counts.flat()) expect(written).toContain(String(count));
  });

  test('an empty bin has no dot', () => {
    const [, calibration] = all(page, 'figure > svg');
    expect(all(calibration!, 'circle')).toHaveLength(13);
  });

  test('what the data does not have, the page does not show', () => {
    const bare = {
      ...report,
      listeners: null,
      robustness: [],
      perGender: [],
      genderGap: null,
      uar95: null,
      perCorpus: report.perCorpus.slice(1),
    };
    const titles = textsOf(read(reportHtml(bare)), 'h2');
    for (const gone of ['Listeners', 'Robustness', 'By gender', 'By corpus']) expect(titles).not.toContain(gone);
  });

  test('names from manifests and machines cannot become markup', () => {
    const evil = '</title></svg><script>alert(1)</script><img src=x onerror="alert(1)">';
    const hostile = read(reportHtml(inventedReport({ speaker: evil, machine: evil })));
    expect(all(hostile, 'script, img')).toEqual([]);
    expect(textsOf(hostile, 'header').join()).toContain('<script>alert(1)</script>');
  });

  test('nothing is fetched', () => {
    expect(reportHtml(report)).not.toMatch(/(src|href)="(?!data:)|url\(|@import/);
  });
});
