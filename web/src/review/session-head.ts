import type { SessionDetail, StoredAlert } from '../../../src/review/api.js';
import { byId, el } from '../dom.js';
import { clock, duration, phrase, SIDE } from '../words.js';
import { ENDED, shortId, whenOf } from './phrases.js';

/** When a session was, of whom, by what consent, and what alarmed. */
export class SessionHead {
  private readonly title = byId('session-title', HTMLElement);
  private readonly facts = byId('session-facts', HTMLElement);
  private readonly alerts = byId('alerts', HTMLUListElement);

  constructor(
    private readonly onSelect: (utterance: string) => void,
    private readonly onSeen: (alert: string) => void,
  ) {}

  clear(): void {
    this.title.textContent = 'Session';
    this.facts.textContent = 'Loading …';
    this.alerts.hidden = true;
  }

  focus(): void {
    this.title.focus();
  }

  problem(message: string): void {
    this.facts.textContent = message;
  }

  show(about: SessionDetail, alerts: readonly StoredAlert[]): void {
    const { startedAt, endedAt, closeReason, subject, consent, context, modalities, blanked } = about;
    this.title.textContent = `Session of ${whenOf(startedAt, new Date())}`;
    const lasted = endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : 'not over yet';
    const withdrawn = Object.keys(consent.withdrawn);
    const facts = [
      `person ${shortId(subject)}`,
      endedAt ? `${lasted}, ${phrase(ENDED, closeReason ?? 'ended')}` : lasted,
      `consent for ${sidesOf(modalities)}`,
      ...(withdrawn.length > 0 ? [`withdrawn for ${sidesOf(withdrawn)}`] : []),
      ...(context ? [`${context.purpose}, ${context.setting}`] : []),
      ...(blanked ? ['words and scores are erased'] : []),
    ];
    const live = endedAt === null ? [el('span', { class: 'flag on-air' }, 'live'), ' '] : [];
    this.facts.replaceChildren(...live, facts.join(' · '));
    this.alerts.hidden = alerts.length === 0;
    this.alerts.replaceChildren(...alerts.map((alert) => this.alertRow(alert)));
  }

  private alertRow(alert: StoredAlert): HTMLElement {
    const { id, rule, detail, sinceMs, utteranceIds, open } = alert;
    const place = el('button', { type: 'button' }, `at ${clock(sinceMs)}`);
    place.addEventListener('click', () => {
      const id = utteranceIds.at(-1);
      if (id) this.onSelect(id);
    });
    const seen = el('button', { type: 'button', class: 'seen', 'aria-label': `Alert ${rule}: seen to` }, 'Seen to');
    seen.addEventListener('click', () => {
      seen.disabled = true;
      this.onSeen(id);
    });
    const state = open ? seen : el('small', {}, stateOf(alert));
    const about = detail ? [el('span', {}, detail)] : [];
    return el('li', { 'data-open': String(open) }, el('strong', {}, rule), ...about, place, state);
  }
}

/** Why nobody has to see to it any more. */
function stateOf({ acknowledged, status }: StoredAlert): string {
  if (acknowledged) {
    const { at, by, note } = acknowledged;
    return `seen to ${whenOf(at, new Date())} by key ${by}${note ? `: ${note}` : ''}`;
  }
  return { raised: 'its label was corrected', cleared: 'over', withdrawn: 'withdrawn: results were revised' }[status];
}

function sidesOf(modalities: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(modalities.map((side) => phrase(SIDE, side)));
}
