import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Curve, FusionValues } from '../../src/fusion/config.js';
import { ALLOWED } from './calibrate.js';
import { FALSE_ALARM } from './figures.js';
import type { FusionReport } from './report.js';
import { fixed, tableToMarkdown, type NamedTable } from '../common/report.js';

/**
 * The CARD.md of a fusion. Every number in it was measured by the calibration that wrote it.
 * @param heldOut were these speakers kept out of the training of the voice model?
 */
export function fusionCardOf(
  values: FusionValues,
  report: FusionReport,
  tables: readonly NamedTable[],
  heldOut: boolean,
): string {
  const { voice, text } = report.models;
  const { made, data } = report;
  const curves = Object.entries(values.curves).flatMap(([modality, signals]) =>
    Object.entries<Curve>(signals).map(([signal, curve]) => `| ${modality} | \`${signal}\` | ${shown(curve)} |`),
  );
  const rate = fixed(ALLOWED * FALSE_ALARM);
  return `# ${values.name}

The numbers by which \`${voice.name}\` ${voice.sha256.slice(0, 12)} (${alone(report)}) and \`${text.name}\` ${text.sha256.slice(0, 12)} become one answer.
Licence: Apache-2.0. How they are used: docs/fusion.md.

| number | value | measured as |
| --- | --- | --- |
| largest weight of the voice | ${fixed(values.maxWeight.voice)} | least surprise at the truth of pairs, congruent and, five times as many, of neutral wording, in all situations |
| largest weight of the words | ${fixed(values.maxWeight.text)} | the same |
| temperature | ${fixed(values.temperature)} | the same, after the weights; half way between the best for speakers alike and for clips as they come |
| mass of the prediction set | ${fixed(values.predictionMass)} | held the truth of ${fixed(1 - ALLOWED * (1 - values.coverage))} of these pairs, of speakers alike and of clips as they come, to hold that of ${fixed(values.coverage)} of new ones |
| incongruence from | ${fixed(values.incongruenceThreshold)} | ${rate} of congruent pairs reach it, so that at most ${fixed(FALSE_ALARM)} of new ones do |
| incongruence with "I'm fine" from | ${fixed(values.reassuranceThreshold)} | ${rate} of neutral, happy and surprised voices reach it, in all noise |
| prior | ${EMOTIONS.map((e) => values.prior[e].toFixed(3)).join(' ')} | the voice model's own: where the words say nothing, the answer is the voice's |

How far a reading applies by its quality, as a share of the best (likelihood of the truth in groups of neighbouring signals, made
monotone by pooling; see training/fusion/reliability-curves.ts):

| modality | signal | signal → factor |
| --- | --- | --- |
${curves.join('\n')}

Recordings cut short, driven over full scale and in noise of 20, 10, 5 and 0 dB; words misheard at 0, 10, 20 and 40 %, whose
recognition confidence is an assumption (training/fusion/word-errors.ts). \`languageSupported\` is by definition.

## What it is worth

Cross-fitted: five times fitted without a fifth of the speakers and words, and measured on that fifth. Of each speaker as many clips as
the median speaker has: nobody stands for everybody. What is shipped was fitted on all ${data.speakers} speakers, ${heldOut ? 'none of whom' : '**some of whom**'} the voice
model was trained on.

${tables.map(tableToMarkdown).join('\n\n')}

Made by \`${made.command}\` at commit ${made.commit}, seed ${made.seed}, on ${made.date.slice(0, 10)}, ${made.machine}.

## Limits

- Nobody recorded these pairs: a voice was paired with words it never spoke. The weights assume that five of six
  things people say have no feeling in their words; where people speak their mind, words deserve more weight than they get here, and \`evaluate fusion --pairs\` can tell.
- ${data.speakers} speakers are few. Whoever is the only one of a corpus was measured by what was fitted without that corpus.
- "5 % false alarms" holds for clean recordings and clean words.
`;
}

function alone({ baseline }: FusionReport): string {
  return {
    none: 'each clip alone',
    online: "against the speaker's clips before it",
    all: "against all of the speaker's clips",
  }[baseline];
}

function shown(curve: Curve): string {
  return curve.map(([signal, factor]) => `${signal} → ${factor}`).join(', ');
}
