import { MODALITIES, type Cue, type WordedCue } from '../../src/emotion/evidence.js';
import type { Counterfactual, FusedEmotion } from '../../src/emotion/fused.js';
import type { FusionResult, LineEvents } from '../../src/emotion/line-events.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Transcript } from '../../src/emotion/utterance.js';
import { el, part, say } from './dom.js';
import { EmotionBars } from './emotion-bars.js';
import { ABSTAINED, clock, INCONGRUENT, leftOut, percent, phrase, UNAVAILABLE } from './words.js';

/** Cues that weigh less would read “+0.00”, nats. */
const LEAST_WEIGHT = 0.005;

/** One utterance: what was said, how it sounded, what both mean together, and why. Filled in as the events come. */
export class UtteranceCard {
  readonly root: HTMLElement;
  private readonly bars = new EmotionBars();
  private transcript: Transcript | undefined;

  constructor(
    template: HTMLTemplateElement,
    private readonly startMs: number,
    typed: boolean,
  ) {
    const root = (template.content.cloneNode(true) as DocumentFragment).querySelector('li');
    if (!root) throw new Error('the card template has no list item');
    this.root = root;
    this.part('bars').append(this.bars.root);
    this.part('time').textContent = clock(startMs);
    this.part('kind').textContent = typed ? 'typed' : 'spoken';
    this.part('state').textContent = typed ? 'reading' : 'listening';
  }

  voice({ evidence, isFinal }: LineEvents['emotion.voice']): void {
    this.bars.show('voice', evidence, !isFinal);
    if (isFinal || evidence.status !== 'available') return;
    this.part('label').textContent = evidence.top;
    this.part('confidence').textContent = 'by the voice so far';
    this.root.dataset['emotion'] = evidence.top;
  }

  /** Words while they are spoken: what follows the stable part may still change. */
  partial({ text, stableChars }: LineEvents['transcript.partial']): void {
    const words = this.part('words');
    words.replaceChildren(text.slice(0, stableChars), el('span', { class: 'unstable' }, text.slice(stableChars)));
    words.hidden = false;
  }

  words(transcript: Transcript): void {
    this.transcript = transcript;
    say(this.part('words'), transcript.text);
    this.part('kind').textContent = transcript.source === 'client' ? 'typed' : `spoken · ${transcript.language}`;
  }

  text({ evidence }: LineEvents['emotion.text']): void {
    this.bars.show('text', evidence);
    if (evidence.status === 'unavailable' && !this.transcript) {
      say(this.part('words'), '');
      say(this.part('no-words'), `No transcript: ${phrase(UNAVAILABLE, evidence.reason)}.`);
    }
  }

  ended({ endMs }: LineEvents['utterance.end']): void {
    if (endMs > this.startMs) this.part('time').textContent = `${clock(this.startMs)} – ${clock(endMs)}`;
    this.root.dataset['state'] = 'done';
    this.part('state').textContent = '';
  }

  /** The session is over and this utterance will get no result any more. */
  abandoned(): void {
    if (this.root.dataset['state'] !== 'open') return;
    this.root.dataset['state'] = 'done';
    this.part('state').textContent = '';
    this.part('label').textContent = 'No result';
    this.part('confidence').textContent = 'the session ended first';
    delete this.root.dataset['emotion'];
  }

  result(result: FusionResult): void {
    const { summary, cues, gates, counterfactual } = result.explanation;
    const { withoutVoice, withoutText } = counterfactual;
    for (const modality of MODALITIES) {
      const { status, reason } = result.modalities[modality];
      if (status === 'unavailable') this.bars.show(modality, { status, reason: reason ?? 'notProvided' });
    }
    this.verdict(result);
    this.clash(result.incongruence);
    say(this.part('summary'), summary);
    const telling = cues.filter(({ weight }) => Math.abs(weight) >= LEAST_WEIGHT);
    const without =
      withoutVoice || withoutText
        ? [...withoutRow('Without the voice', withoutVoice), ...withoutRow('Without the words', withoutText)]
        : [];
    this.part('cues').replaceChildren(...telling.map(cueRow));
    this.part('gates').replaceChildren(...gates.map((gate) => el('li', {}, gate)));
    this.part('without').replaceChildren(...without);
    this.part('why').hidden = telling.length + gates.length + without.length === 0;
    this.markWords(telling);
    say(this.part('foot'), footLine(result));
  }

  private verdict({ decision, predictionSet, coverage }: FusedEmotion): void {
    const { label, confidence, abstainReason } = decision;
    this.root.dataset['emotion'] = label ?? 'none';
    this.part('label').textContent = label ?? 'Not sure';
    this.part('confidence').textContent = label
      ? `${percent(confidence)} sure`
      : abstainReason
        ? phrase(ABSTAINED, abstainReason)
        : '';
    const set = this.part('set');
    set.hidden = predictionSet.length === 0;
    if (predictionSet.length === EMOTIONS.length) {
      set.replaceChildren(el('small', {}, 'no emotion can be ruled out'));
      return;
    }
    set.replaceChildren(
      el('small', {}, `${percent(coverage)} coverage`),
      ...predictionSet.map((emotion) => el('span', { class: 'chip', 'data-emotion': emotion }, emotion)),
    );
  }

  private clash({ detected, score, type }: FusedEmotion['incongruence']): void {
    this.part('clash').hidden = !detected;
    this.root.classList.toggle('incongruent', detected);
    this.part('clash-type').textContent = type ? phrase(INCONGRUENT, type) : '';
    this.part('clash-strength').textContent = `strength ${percent(score)}`;
  }

  /** Marks the words in the transcript that text cues point at. */
  private markWords(cues: readonly Cue[]): void {
    const text = this.transcript?.text;
    if (!text) return;
    const spans = cues
      .flatMap(({ textSpan, toward, weight }) => (textSpan && weight > 0 ? [{ textSpan, toward }] : []))
      .sort((a, b) => a.textSpan[0] - b.textSpan[0]);
    const pieces: (Node | string)[] = [];
    let at = 0;
    for (const { textSpan, toward } of spans) {
      const [start, end] = textSpan;
      if (start < at || end > text.length) continue;
      pieces.push(text.slice(at, start), el('mark', { 'data-emotion': toward }, text.slice(start, end)));
      at = end;
    }
    this.part('words').replaceChildren(...pieces, text.slice(at));
  }

  private part(name: string): HTMLElement {
    return part(this.root, name);
  }
}

function cueRow(cue: WordedCue): HTMLElement {
  const strength = el('span', { class: 'weight', 'aria-hidden': 'true' });
  strength.style.setProperty('--share', String(Math.min(1, Math.abs(cue.weight) / 2)));
  return el(
    'li',
    { 'data-emotion': cue.toward, class: cue.weight < 0 ? 'against' : 'toward' },
    el('span', { class: 'tag' }, cue.modality === 'voice' ? 'voice' : 'words'),
    el('span', { class: 'detail' }, cue.detail),
    el(
      'span',
      { class: 'direction' },
      `${cue.weight < 0 ? 'against' : '→'} ${cue.toward} `,
      el('b', {}, signed(cue.weight)),
      strength,
    ),
  );
}

function withoutRow(title: string, outcome: Counterfactual | null): HTMLElement[] {
  const told = outcome
    ? [el('b', { 'data-emotion': outcome.label }, outcome.label), ` ${percent(outcome.confidence)}`]
    : ['nothing to go on'];
  return [el('dt', {}, title), el('dd', {}, ...told)];
}

function footLine({ dimensions, degraded }: FusedEmotion): string {
  const place = `valence ${signed(dimensions.valence)} · arousal ${signed(dimensions.arousal)}`;
  return degraded.length === 0 ? place : `${place} · left out: ${degraded.map(leftOut).join('; ')}`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
