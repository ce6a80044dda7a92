import type { OwnModality, WordedCue } from '../emotion/evidence.js';
import type { Counterfactual, FusedEmotion } from '../emotion/fused.js';
import type { ToldEvidence } from '../emotion/line-events.js';
import { EMOTIONS, type Emotion } from '../emotion/scores.js';
import { messagesOf } from '../fusion/locales.js';
import type { AnalyzedPart, FileAnalysis } from '../pipeline/analyze-file.js';
import { tracks, type Reading } from './inspect-tracks.js';
import { colourOf, facts, html, pageOf, percent, type Content, type Html } from './page.js';
import { clock } from './table.js';

/** Everything that was found out about one recording. */
export interface Inspection {
  /** Of the file, without its folder. */
  readonly name: string;
  /** Mono at SAMPLE_RATE, as the line hears it. */
  readonly samples: Float32Array;
  readonly analysis: FileAnalysis;
  readonly readings: readonly Reading[];
  readonly models: FusedEmotion['models'];
  /** ISO 8601. */
  readonly date: string;
}

/** Cues that weigh less would read “+0.00”, nats. */
const LEAST_WEIGHT = 0.005;

/** One page about one recording, for a person to look at. */
export function inspectionPage(inspection: Inspection): string {
  const { name, samples, analysis, readings, models, date } = inspection;
  const { utterances, warnings, durationMs } = analysis;
  const body = html`
    <header>
      <h1>${name}</h1>
      ${facts([
        ['length', `${(durationMs / 1000).toFixed(1)} s`],
        ['utterances', utterances.length],
        ...Object.entries(models).map(
          ([part, model]) =>
            [part === 'text' ? 'words' : part, html`${model.name} <small>${model.sha256}</small>`] as const,
        ),
        ['read', date.slice(0, 16).replace('T', ' ') + ' UTC'],
      ])}
      ${utterances.length === 0 ? html`<p class="note">No speech was found.</p>` : ''}
      ${warnings.map(({ message }) => html`<p class="note">${message}</p>`)}
    </header>
    <section class="panel" aria-label="Time">${tracks({ samples, utterances, readings })}</section>
    ${utterances.map(utteranceSection)}
    <footer class="soft">
      <p>
        Probabilities are the models' own estimates of how it sounds and what it says, not of what somebody feels. σ
        compares with the usual. Weights are log-odds in nats.
      </p>
    </footer>
  `;
  return pageOf({ title: `${name} · undertone inspect`, body, style: STYLE });
}

function utteranceSection(part: AnalyzedPart): Html {
  const { utteranceId, startMs, endMs, transcript, result } = part;
  const { explanation, incongruence, predictionSet, coverage } = result;
  const { label, confidence } = result.decision;
  return html`<section class="panel utterance" style="--c:${label ? colourOf(label) : 'var(--soft)'}">
    <p class="soft">${utteranceId} · ${clock(startMs)}–${clock(endMs)} s</p>
    <h2>
      <span class="label">${label ?? 'not sure'}</span> <span class="sure">${percent(confidence)}</span>
      ${
        predictionSet.length === 0
          ? ''
          : html`<span class="set"
              ><small>${percent(coverage)} set</small>
              ${predictionSet.map((e) => html`<span class="chip" style="--c:${colourOf(e)}">${e}</span>`)}</span
            >`
      }
    </h2>
    ${transcript ? html`<blockquote>${transcript.text}</blockquote>` : ''}
    ${incongruence.detected ? html`<p class="clash">Voice and words disagree <small>${percent(incongruence.score)}</small></p>` : ''}
    <p>${explanation.summary}</p>
    <div class="columns">
      <div>
        <h3>Scores</h3>
        ${scoreTable(part)}
      </div>
      <div>
        <h3>What moved the decision <small>log-odds, nats</small></h3>
        ${cueList(explanation.cues)}
        <ul class="gates">
          ${explanation.gates.map((gate) => html`<li>${gate}</li>`)}
        </ul>
        ${counterfactuals(explanation.counterfactual)}
      </div>
    </div>
  </section>`;
}

function scoreTable({ voice, text, result }: AnalyzedPart): Html {
  const { decision, scores, modalities } = result;
  const head = (title: string, note: string): Html => html`<th scope="col">${title}<small>${note}</small></th>`;
  const noteOf = (modality: OwnModality): string => {
    const { status, reason, reliability } = modalities[modality];
    return status === 'available'
      ? `weighs ${percent(reliability)}`
      : messagesOf('en').unavailable(modality, reason ?? 'notProvided');
  };
  const heard = voice?.evidence.status === 'available' ? voice.evidence.perceived : undefined;
  return html`<table class="scores">
    <thead>
      <tr>
        <td></td>
        ${head('Voice', noteOf('voice'))}${heard ? head('Listeners', 'would say, by the voice') : ''}${head('Words', noteOf('text'))}${head('Together', '')}
      </tr>
    </thead>
    <tbody>
      ${EMOTIONS.map(
        (emotion) =>
          html`<tr style="--c:${colourOf(emotion)}">
            <th scope="row" class="${emotion === decision.label ? 'top' : ''}">${emotion}</th>
            ${scoreCell(scoreOf(voice?.evidence, emotion))} ${heard ? scoreCell(heard[emotion]) : ''}
            ${scoreCell(scoreOf(text?.evidence, emotion))} ${scoreCell(scores[emotion])}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function scoreOf(evidence: ToldEvidence | undefined, emotion: Emotion): number | undefined {
  return evidence?.status === 'available' ? evidence.scores[emotion] : undefined;
}

/** A missing score is not zero: its model does not know the emotion, or nothing was read. */
function scoreCell(p: number | undefined): Html {
  if (p === undefined) return html`<td class="none">–</td>`;
  return html`<td><span class="bar" style="--share:${p.toFixed(3)}"></span><small>${percent(p)}</small></td>`;
}

/** Bars to the right speak for the emotion named, bars to the left against it; all on one scale. */
function cueList(cues: readonly WordedCue[]): Html {
  const telling = cues.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT);
  const most = Math.max(0.5, ...telling.map(({ weight }) => Math.abs(weight)));
  if (telling.length === 0) return html`<p class="soft">No single cue stands out.</p>`;
  return html`<ul class="cues">
    ${telling.map(({ modality, detail, toward, weight }) => {
      const against = weight < 0;
      return html`<li style="--c:${colourOf(toward)}">
        <small>${modality === 'text' ? 'words' : modality}</small>
        <span>${detail}</span>
        <span class="push ${against ? 'against' : ''}" style="--share:${(Math.abs(weight) / most).toFixed(3)}"></span>
        <span class="toward">${against ? 'against' : 'for'} ${toward} <b>${signed(weight)}</b></span>
      </li>`;
    })}
  </ul>`;
}

function counterfactuals({ withoutVoice, withoutText }: FusedEmotion['explanation']['counterfactual']): Content {
  const told = (outcome: Counterfactual | null): Content =>
    outcome
      ? html`<b style="color:${colourOf(outcome.label)}">${outcome.label}</b> ${percent(outcome.confidence)}`
      : 'nothing to go on';
  if (!withoutVoice && !withoutText) return '';
  return facts([
    ['without the voice', told(withoutVoice)],
    ['without the words', told(withoutText)],
  ]);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

const STYLE = `
.tracks { padding-bottom: 0.4rem; }
.tracks figure { width: max-content; margin-top: 0.9rem; }
.tracks figure:first-child { margin-top: 0; }
.tracks figure svg { max-width: none; }
.tracks figcaption {
  position: sticky; left: 0; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.6rem;
  width: fit-content; max-width: min(72rem, calc(100vw - 4rem)); font-size: 0.85rem;
}
.utterance { display: grid; gap: 0.7rem; border-top: 4px solid var(--c); }
.utterance h2 { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.2rem 0.9rem; }
.label { font-size: 1.9rem; line-height: 1.15; letter-spacing: -0.01em; color: var(--c); }
.label::first-letter { text-transform: uppercase; }
.sure { font-weight: 500; }
.set { display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem; margin-left: auto; font-weight: 400; }
.chip { padding: 0 0.55rem; border: 1px solid currentcolor; border-radius: 99px; font-size: 0.8rem; color: var(--c); }
blockquote { margin: 0; font: 1.25rem/1.4 ui-serif, Georgia, 'Times New Roman', serif; }
blockquote::before { content: '“'; }
blockquote::after { content: '”'; }
.clash { padding: 0.35rem 0.9rem; border-radius: 8px; background: var(--ink); color: var(--sheet); font-weight: 600; }
.clash::before { content: '≠ '; }
.clash small { color: inherit; opacity: 0.8; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.45fr); gap: 1rem 2rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
.columns h3 { margin-bottom: 0.5rem; }
.columns h3 small { font-weight: 400; }
.scores { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 0.85rem; }
.scores th { font-weight: 400; text-align: left; vertical-align: bottom; }
.scores thead td, .scores tbody th { width: 5.6rem; }
.scores thead th { padding: 0 0.6rem 0.3rem 0; font-weight: 600; line-height: 1.25; }
.scores thead small { display: block; font-weight: 400; line-height: 1.25; }
.scores .top { font-weight: 700; color: var(--c); }
.scores tbody td { padding: 0.15rem 0.6rem 0.15rem 0; white-space: nowrap; }
.scores .bar { display: inline-block; width: calc(100% - 2.9rem); margin-right: 0.4rem; vertical-align: -0.05rem; }
.scores .none { color: var(--soft); }
.cues li { display: grid; grid-template-columns: 2.4rem minmax(0, 1fr) 5.5rem 8.6rem; gap: 0.6rem; align-items: baseline; padding: 0.15rem 0; font-size: 0.875rem; }
.push { position: relative; height: 0.75rem; border-radius: 3px; background: var(--track); overflow: hidden; }
.push::before {
  content: ''; position: absolute; inset-block: 0; left: 50%; width: calc(var(--share) * 50%);
  background: var(--c);
}
.push.against::before { left: auto; right: 50%; opacity: 0.45; }
.push::after { content: ''; position: absolute; inset-block: 0; left: 50%; width: 1px; background: var(--soft); }
.toward { font-size: 0.8rem; color: var(--c); white-space: nowrap; }
.gates { margin-top: 0.4rem; font-size: 0.85rem; color: var(--soft); }
.gates li::before { content: '↓ '; }
footer { margin-top: 1.25rem; }
@media (max-width: 52rem) {
  .columns { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 40rem) {
  .set { margin-left: 0; }
  .cues li { grid-template-columns: 2.4rem 6rem minmax(0, 1fr); gap: 0.05rem 0.6rem; padding: 0.3rem 0; }
  .cues li > :nth-child(2) { grid-column: 2 / -1; }
  .cues .push { grid-column: 2; }
}
`;
