import { OWN_MODALITIES, type Modality } from '../../src/emotion/evidence.js';
import type { Consent, Context } from '../../src/privacy/consent.js';
import type { Notice } from './api.js';
import { byId, el, say } from './dom.js';

/** What the person agreed to, as `session.start` carries it. */
export interface Agreement {
  readonly consent: Consent;
  readonly context: Context;
}

const PURPOSE = 'emotionRecognition';
/** Where the page is used, to be said truly: the server refuses workplaces and schools, as the law does, and says so. */
const SETTINGS: Readonly<Record<string, string>> = {
  personal: 'Personal',
  customerService: 'Customer service',
  health: 'Health care',
  research: 'Research',
  workplace: 'At work',
  education: 'In education',
};

/** Shows the notice and takes the consent. No box is ticked beforehand: silence is not consent. */
export class ConsentForm {
  readonly form = byId('consent', HTMLFormElement);
  private readonly agree = byId('agree', HTMLButtonElement);
  private readonly subject = byId('subject', HTMLInputElement);
  private readonly setting = byId('setting', HTMLSelectElement);
  private readonly keepAudio = byId('keep-audio', HTMLInputElement);
  private noticeVersion: string | undefined;

  constructor(onAgreed: (agreement: Agreement) => void) {
    this.subject.value = `guest-${crypto.getRandomValues(new Uint16Array(1))[0]?.toString(16) ?? ''}`;
    for (const [value, name] of Object.entries(SETTINGS)) this.setting.append(el('option', { value }, name));
    this.form.addEventListener('change', () => {
      this.refresh();
    });
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      const agreement = this.agreement();
      if (agreement) onAgreed(agreement);
    });
  }

  show(notice: Notice): void {
    this.noticeVersion = notice.version;
    const paragraphs = notice.text.split(/\n\s*\n/).map((text) => el('p', {}, text.trim()));
    const { audioKeepDays: days } = notice;
    byId('keep-audio-offer', HTMLElement).hidden = days === 0;
    byId('keep-audio-days', HTMLElement).textContent = days === 1 ? 'one day' : `${days} days`;
    byId('notice', HTMLElement).replaceChildren(...paragraphs, el('small', {}, `Notice ${notice.version}`));
    this.refresh();
  }

  /** Unticks what was withdrawn: it is to be given anew. */
  untick(modalities: readonly Modality[]): void {
    for (const modality of modalities) {
      const box = this.form.elements.namedItem(modality);
      if (box instanceof HTMLInputElement) box.checked = false;
    }
    this.refresh();
  }

  problem(message: string): void {
    say(byId('consent-problem', HTMLElement), message);
  }

  busy(busy: boolean): void {
    this.agree.disabled = busy || !this.agreement();
  }

  private refresh(): void {
    // Whose voice is not heard has no sound to be kept.
    const voice = new FormData(this.form).has('voice');
    this.keepAudio.disabled = !voice;
    if (!voice) this.keepAudio.checked = false;
    this.problem('');
    this.busy(false);
  }

  private agreement(): Agreement | undefined {
    const ticked = new FormData(this.form);
    const modalities = OWN_MODALITIES.filter((modality) => ticked.has(modality));
    if (modalities.length === 0 || this.noticeVersion === undefined || !ticked.has('acknowledged')) return undefined;
    return {
      consent: {
        subjectRef: this.subject.value.trim(),
        purposes: [PURPOSE],
        modalities,
        noticeVersion: this.noticeVersion,
        acknowledged: true,
        grantedAt: new Date().toISOString(),
        ...(ticked.has('keepAudio') ? { keepAudio: true } : {}),
      },
      context: { purpose: PURPOSE, setting: this.setting.value },
    };
  }
}
