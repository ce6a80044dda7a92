import { chart } from '../../src/cli/chart.js';
import { colourOf, facts, html, pageOf, percent, type Content, type Html } from '../../src/cli/page.js';
import type { AcousticReport, Calibration, GroupLine, Listeners } from './report.js';
import {
  FIGURE_COLOURS,
  calibrationChart,
  confusionChart,
  coverageChart,
  groupChart,
  robustnessChart,
  speakerChart,
} from './html-charts.js';
import { fixed } from '../common/report.js';

const BASELINES: Readonly<Record<AcousticReport['baseline']['mode'], string>> = {
  none: 'none, each clip alone',
  online: "the speaker's clips before",
  all: "all of the speaker's clips",
};

/** An evaluation as one page of its own, with plots: what `undertone evaluate acoustic --html` writes. */
export function reportHtml(report: AcousticReport): string {
  const { model, robustness, listeners, perCorpus, perGender, genderGap } = report;
  const gap = genderGap ? `gap: ${fixed(genderGap.uar)} in UAR, ${fixed(genderGap.accuracy)} in accuracy` : '';
  const body = html`
    ${header(report)} ${tiles(report)}
    <div class="grid">
      ${panel(
        'Confusion',
        'rows: what was meant; columns: what was heard; clips, and share of the row',
        chart(confusionChart(report.confusion)),
      )}
      ${panel('By emotion', 'recall, precision and F1', classTable(report))}
      ${panel('Calibration', 'reliability diagram of the scores as served', calibration(report.calibration.after))}
      ${panel(
        'Calibration before',
        `the same without the temperature of ${model.temperature.toFixed(2)}`,
        calibration(report.calibration.before),
      )}
      ${panel(
        'Risk and coverage',
        'figures when only the surest clips are answered',
        html`${key()} ${chart(coverageChart(report.riskCoverage))} ${coverageTable(report)}`,
      )}
      ${
        robustness.length > 0
          ? panel(
              'Robustness',
              'the same clips under each condition',
              html`${key()} ${chart(robustnessChart(robustness))} ${robustnessTable(report)}`,
            )
          : ''
      }
      ${perCorpus.length > 1 ? panel('By corpus', '', groups(perCorpus)) : ''}
      ${perGender.length > 0 ? panel('By gender', gap, groups(perGender)) : ''}
      ${panel('By speaker', "one dot each; the line is the mean of a corpus' speakers", speakers(report.perSpeaker), 'wide')}
      ${listeners ? panel('Listeners', 'against people who only heard the clips', crowd(listeners), 'wide') : ''}
    </div>
    <footer class="soft">
      <p>
        UAR: mean recall of the emotions that occur. ECE: expected calibration error, 15 bins. A clip that gave no
        reading counts by the model's prior.
      </p>
    </footer>
  `;
  return pageOf({ title: `${model.name} · evaluation`, body, style: STYLE });
}

function header({ model, made, data, baseline, condition }: AcousticReport): Html {
  const after = baseline.after > 0 ? `; counted from clip ${baseline.after + 1} on` : '';
  const corpora = data.corpora.filter((name) => name !== '');
  return html`<header>
    <h1>${model.name} <small>${model.sha256.slice(0, 12)}</small></h1>
    ${facts([
      ['clips', data.clips],
      ['speakers', data.speakers],
      ...(corpora.length > 0 ? [['corpora', corpora.join(', ')] as const] : []),
      ['condition', condition],
      ['baseline', BASELINES[baseline.mode] + after],
      ['labels', model.labels.join(', ')],
      ['licence', model.licence],
    ])}
    ${facts([
      ['date', `${made.date.slice(0, 16).replace('T', ' ')} UTC`],
      ['seed', made.seed],
      ['commit', html`<code>${made.commit}</code>`],
      ['machine', made.machine],
    ])}
    <p class="command"><code>${made.command}</code></p>
    ${data.unavailable > 0 ? html`<p class="note">${data.unavailable} clips gave no reading.</p>` : ''}
    ${data.dropped > 0 ? html`<p class="note">${data.dropped} rows of the manifest were left out.</p>` : ''}
  </header>`;
}

/** The figures that one would quote. */
function tiles({ summary, uar95, riskCoverage }: AcousticReport): Html {
  const interval = uar95 ? `95 %: ${fixed(uar95[0])}–${fixed(uar95[1])}` : '';
  const surest = riskCoverage.at.at(-1);
  const figures: readonly (readonly [name: string, value: number, note: string])[] = [
    ['UAR', summary.uar, interval],
    ['macro-F1', summary.macroF1, ''],
    ['accuracy', summary.accuracy, surest ? `${fixed(surest.accuracy)} at ${percent(surest.coverage)} coverage` : ''],
    ['ECE', summary.ece, `${fixed(summary.eceBefore)} before temperature`],
  ];
  return html`<dl class="tiles panel">
    ${figures.map(
      ([name, value, note]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${fixed(value)}</dd>
          <dd class="soft">${note}</dd>
        </div>`,
    )}
  </dl>`;
}

function panel(title: string, note: string, content: Content, kind = ''): Html {
  return html`<section class="panel ${kind}">
    <h2>${title}</h2>
    ${note === '' ? '' : html`<p class="soft">${note}</p>`}
    <figure>${content}</figure>
  </section>`;
}

function classTable({ perClass }: AcousticReport): Html {
  const bar = (share: number): Html =>
    html`<td class="figure"><span class="bar" style="--share:${fixed(share)}"></span>${fixed(share)}</td>`;
  return html`<table>
    <thead>
      <tr>
        <th></th>
        <th class="number">clips</th>
        <th>recall</th>
        <th>precision</th>
        <th>F1</th>
      </tr>
    </thead>
    <tbody>
      ${perClass.map(
        ({ emotion, support, recall, precision, f1 }) =>
          html`<tr style="--c:${colourOf(emotion)}">
            <th scope="row" class="named">${emotion}</th>
            <td class="number">${support}</td>
            ${bar(recall)} ${bar(precision)} ${bar(f1)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function calibration(measured: Calibration): Html {
  return html`${chart(calibrationChart(measured))}
    <figcaption class="soft">ECE ${fixed(measured.ece)}; the area of a dot is its share of the clips</figcaption>`;
}

function coverageTable({ riskCoverage }: AcousticReport): Html {
  return table(
    ['coverage', 'accuracy', 'UAR', 'from confidence'],
    riskCoverage.at.map((p) => [percent(p.coverage), fixed(p.accuracy), fixed(p.uar), fixed(p.threshold)]),
  );
}

function robustnessTable({ robustness }: AcousticReport): Html {
  return table(
    ['condition', 'UAR', 'macro-F1', 'accuracy', 'ECE'],
    robustness.map((s) => [s.condition, ...[s.uar, s.macroF1, s.accuracy, s.ece].map(fixed)]),
  );
}

/** What the dots and lines of the two figures look like. */
function key(): Html {
  return html`<p class="legend">
    ${Object.entries(FIGURE_COLOURS).map(([name, colour]) => html`<span style="--c:${colour}">${name}</span>`)}
  </p>`;
}

function groups(lines: readonly GroupLine[]): Html {
  return html`${key()} ${chart(groupChart(lines))} ${groupTable(lines)}`;
}

function groupTable(lines: readonly GroupLine[]): Html {
  return table(
    ['', 'clips', 'UAR', 'macro-F1', 'accuracy', 'ECE'],
    lines.map((g) => [g.name, String(g.n), ...[g.uar, g.macroF1, g.accuracy, g.ece].map(fixed)]),
  );
}

function speakers(lines: readonly GroupLine[]): Html {
  return html`${chart(speakerChart(lines))}
    <details>
      <summary>all figures</summary>
      ${groupTable(lines)}
    </details>`;
}

function crowd({ n, from, emotions, kl, correlation, accuracy, humanAccuracy, humanUar }: Listeners): Html {
  return html`${facts([
    ['clips with votes', n],
    ['compared with', from === 'perceived' ? "the model's scores of how it is heard" : "the model's ordinary scores"],
    ['choices', emotions.join(', ')],
  ])}
  ${table(
    ['', 'figure'],
    [
      ['KL(votes ‖ model), nats, mean over clips', fixed(kl)],
      ['correlation of shares and scores over clips and choices', fixed(correlation)],
      ['share of clips where the model hears what most listeners hear', fixed(accuracy)],
      ['share of clips where most listeners hear the acted emotion', fixed(humanAccuracy)],
      ['UAR of the listeners against the acted emotions', fixed(humanUar)],
    ],
  )}`;
}

/** The first column names, the others count. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): Html {
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head.map((name, i) => html`<th class="${i > 0 ? 'number' : ''}">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([name = '', ...cells]) =>
            html`<tr>
              <th scope="row">${name}</th>
              ${cells.map((cell) => html`<td class="number">${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const STYLE = `
:root { --second: #b7791f; }
@media (prefers-color-scheme: dark) { :root { --second: #e0b25c; } }
h1 small { font-weight: 400; font-family: ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.command { margin-top: 0.7rem; }
.command code { display: inline-block; padding: 0.35rem 0.8rem; border-radius: 8px; background: var(--track); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: 1rem 2rem; }
.tiles dt { font-size: 0.85rem; color: var(--soft); }
.tiles dd { font-size: 2rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.02em; }
.tiles dd.soft { font-size: 0.8rem; font-weight: 400; letter-spacing: 0; }
.grid { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 1.25rem; }
.grid .wide { grid-column: 1 / -1; }
.grid figure { margin-top: 0.8rem; }
.grid figure > svg { margin-inline: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.85rem; }
svg + .scroll { margin-top: 0.8rem; }
th { font-weight: 400; text-align: left; }
thead th { color: var(--soft); font-size: 0.8rem; }
th, td { padding: 0.25rem 0.7rem 0.25rem 0; }
tbody tr { border-top: 1px solid var(--line); }
.number { text-align: right; white-space: nowrap; }
.named { white-space: nowrap; }
table { overflow-wrap: normal; }
.wide figure { overflow-x: auto; }
.wide svg { min-width: 40rem; }
th:last-child, td:last-child { padding-right: 0; }
.named::before {
  content: ''; display: inline-block; width: 0.7rem; height: 0.7rem; margin-right: 0.45rem;
  border-radius: 3px; background: var(--c); vertical-align: -0.05rem;
}
.figure { width: 24%; white-space: nowrap; }
.figure .bar { display: inline-block; width: calc(100% - 3rem); margin-right: 0.4rem; vertical-align: -0.05rem; }
details { margin-top: 0.6rem; }
summary { font-size: 0.85rem; color: var(--soft); cursor: pointer; }
footer { margin-top: 1.25rem; }
@media (max-width: 56rem) { .grid { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 30rem) {
  .figure { width: auto; }
  .figure .bar { display: none; }
  th, td { padding-right: 0.4rem; }
  .tiles { grid-template-columns: 1fr 1fr; }
}
`;
