import { OWN_MODALITIES } from '../../src/emotion/evidence.js';
import type { FusionResult, LineEvents } from '../../src/emotion/line-events.js';
import type { Transcript } from '../../src/emotion/utterance.js';
import { el, part, say } from './dom.js';
import { EmotionBars } from './emotion-bars.js';
import { markedWords, showClash, showPlace, showReasons, showVerdict } from './result-parts.js';
import { clock, phrase, UNAVAILABLE } from './words.js';

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
    for (const modality of OWN_MODALITIES) {
      const { status, reason } = result.modalities[modality];
      if (status === 'unavailable') this.bars.show(modality, { status, reason: reason ?? 'notProvided' });
    }
    this.bars.showFurther(result);
    const { explanation } = result;
    showVerdict(this.root, result);
    showClash(this.root, result.incongruence);
    say(this.part('summary'), explanation.summary);
    showReasons(this.root, explanation);
    if (this.transcript) this.part('words').replaceChildren(...markedWords(this.transcript.text, explanation.cues));
    showPlace(this.root, result);
  }

  private part(name: string): HTMLElement {
    return part(this.root, name);
  }
}
