import { MODALITIES, type WordedCue } from '../../src/emotion/evidence.js';
import {
  WITHOUT,
  type Counterfactual,
  type Decision,
  type FusedEmotion,
  type Incongruence,
} from '../../src/emotion/fused.js';
import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { el, part, say } from './dom.js';
import { piecesOf, type Pull } from './marked-words.js';
import { ABSTAINED, clock, INCONGRUENT, leftOut, percent, phrase, SIDE, signed } from './words.js';

/** Cues that weigh less would read “+0.00”, nats. */
const LEAST_WEIGHT = 0.005;

/** The cues that are worth a line. */
function tellingOf<C extends Pull>(cues: readonly C[]): readonly C[] {
  return cues.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT);
}

/** Fills the parts `label`, `confidence` and `set`, and colours `root`. */
export function showVerdict(root: HTMLElement, { decision, predictionSet, coverage }: FusedEmotion): void {
  root.dataset['emotion'] = decision.label ?? 'none';
  part(root, 'label').textContent = labelOf(decision);
  part(root, 'confidence').textContent = confidenceOf(decision);
  const set = part(root, 'set');
  set.hidden = predictionSet.length === 0;
  if (predictionSet.length === EMOTIONS.length) {
    set.replaceChildren(el('small', {}, 'no emotion can be ruled out'));
    return;
  }
  set.replaceChildren(el('small', {}, `${percent(coverage)} coverage`), ...predictionSet.map(chip));
}

export function labelOf({ label, abstainReason }: Decision): string {
  return label ?? (abstainReason === 'revoked' ? 'Revoked' : 'Not sure');
}

/** How sure it is, or why it is not. */
export function confidenceOf({ label, confidence, abstainReason, by }: Decision): string {
  if (label) return by === 'person' ? 'said by a person' : `${percent(confidence)} sure`;
  return abstainReason ? phrase(ABSTAINED, abstainReason) : '';
}

/** Fills the parts `clash`, `clash-type` and `clash-strength`. */
export function showClash(root: HTMLElement, { detected, score, type }: Incongruence): void {
  part(root, 'clash').hidden = !detected;
  root.classList.toggle('incongruent', detected);
  part(root, 'clash-type').textContent = type ? phrase(INCONGRUENT, type) : '';
  part(root, 'clash-strength').textContent = `strength ${percent(score)}`;
}

/** Fills the parts `cues`, `gates` and `without`; hides `why` where there is nothing to tell. */
export function showReasons(root: HTMLElement, { cues, gates, counterfactual }: FusedEmotion['explanation']): void {
  const telling = tellingOf(cues);
  const answers = MODALITIES.flatMap((modality) => {
    const outcome = counterfactual[WITHOUT[modality]];
    return outcome === undefined ? [] : [[modality, outcome] as const];
  });
  const without = answers.some(([, outcome]) => outcome)
    ? answers.flatMap(([modality, outcome]) => withoutRow(`Without the ${SIDE[modality]}`, outcome))
    : [];
  part(root, 'cues').replaceChildren(...telling.map(cueRow));
  part(root, 'gates').replaceChildren(...gates.map((gate) => el('li', {}, gate)));
  part(root, 'without').replaceChildren(...without);
  part(root, 'why').hidden = telling.length + gates.length + without.length === 0;
}

/** Fills the part `foot`. */
export function showPlace(root: HTMLElement, { dimensions, degraded }: FusedEmotion): void {
  const place = `valence ${signed(dimensions.valence)} · arousal ${signed(dimensions.arousal)}`;
  say(part(root, 'foot'), degraded.length === 0 ? place : `${place} · left out: ${degraded.map(leftOut).join('; ')}`);
}

/** The words, those that spoke for an emotion marked in its colour and as strongly as they spoke. */
export function markedWords(text: string, cues: readonly Pull[]): readonly (Node | string)[] {
  return piecesOf(text, tellingOf(cues)).map(({ text: piece, mark }) => {
    if (!mark) return piece;
    const marked = el('mark', { 'data-emotion': mark.toward }, piece);
    marked.style.setProperty('--share', mark.share.toFixed(2));
    return marked;
  });
}

function chip(emotion: Emotion): HTMLElement {
  return el('span', { class: 'chip', 'data-emotion': emotion }, emotion);
}

function cueRow(cue: WordedCue): HTMLElement {
  const strength = el('span', { class: 'weight', 'aria-hidden': 'true' });
  strength.style.setProperty('--share', String(Math.min(1, Math.abs(cue.weight) / 2)));
  return el(
    'li',
    { 'data-emotion': cue.toward, class: cue.weight < 0 ? 'against' : 'toward' },
    el('span', { class: 'tag' }, phrase(SIDE, cue.modality)),
    el('span', { class: 'detail' }, cue.detail, ...whenSaid(cue)),
    el(
      'span',
      { class: 'direction' },
      `${cue.weight < 0 ? 'against' : '→'} ${cue.toward} `,
      el('b', {}, signed(cue.weight)),
      strength,
    ),
  );
}

/** A voice sounds all the way; a word is said at a moment, where the recogniser knows it. */
function whenSaid({ modality, audioMs }: WordedCue): readonly (Node | string)[] {
  return modality === 'text' && audioMs ? [' ', el('small', {}, `at ${clock(audioMs[0])}`)] : [];
}

function withoutRow(title: string, outcome: Counterfactual | null): HTMLElement[] {
  const told = outcome
    ? [el('b', { 'data-emotion': outcome.label }, outcome.label), ` ${percent(outcome.confidence)}`]
    : ['nothing to go on'];
  return [el('dt', {}, title), el('dd', {}, ...told)];
}
