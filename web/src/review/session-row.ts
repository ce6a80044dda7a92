import type { SessionSummary } from '../../../src/review/api.js';
import { el } from '../dom.js';
import { duration, percent } from '../words.js';
import { counted, shortId, whenOf } from './phrases.js';
import { ribbonOf, sharesOf } from './ribbon.js';
import { hashOf } from './route.js';

/** One session of the queue: how much it is worth an ear, when it was, what was heard, and what stands out. */
export function sessionRow(session: SessionSummary, now: Date): HTMLLIElement {
  const { id, worth, matches } = session;
  const score = Math.round(100 * Math.min(1, worth));
  const meter = el('span', { class: 'worth', title: 'Worth an ear: incongruence × uncertainty × alerts' });
  meter.style.setProperty('--share', String(Math.min(1, worth)));
  meter.append(el('span', {}, el('span', { class: 'unseen' }, 'Worth an ear: '), String(score)));
  const link = el(
    'a',
    { href: hashOf({ page: 'session', session: id }) },
    meter,
    whenPart(session, now),
    mixPart(session),
    el('span', { class: 'flags' }, ...flagsOf(session)),
  );
  for (const match of matches ?? []) link.append(el('q', { class: 'match' }, match.text));
  return el('li', { 'data-session': id }, link);
}

function whenPart({ startedAt, endedAt, subject, source }: SessionSummary, now: Date): HTMLElement {
  const lasted = endedAt ? duration(Date.parse(endedAt) - Date.parse(startedAt)) : 'not over yet';
  return el(
    'span',
    { class: 'when' },
    el('strong', {}, whenOf(startedAt, now)),
    el('small', {}, `${source === 'file' ? 'recording' : lasted} · person ${shortId(subject)}`),
  );
}

/** The labels as a ribbon, each as long as it is frequent, and in words. */
function mixPart({ labels, abstained, utterances, blanked, confidence }: SessionSummary): HTMLElement {
  const there = sharesOf(labels, abstained);
  const told = there.map(([emotion, count]) => `${count} ${emotion === 'none' ? 'not sure' : emotion}`);
  const sure = confidence === null ? [] : [`${percent(confidence)} sure`];
  const words = utterances === 0 ? ['nothing was said'] : [counted(utterances, 'utterance'), ...told, ...sure];
  return el(
    'span',
    { class: 'mix' },
    ribbonOf(there),
    el('small', {}, blanked ? 'erased: only labels are left' : words.join(' · ')),
  );
}

function flagsOf({
  endedAt,
  incongruent,
  alerts,
  alertRules,
  revoked,
  corrected,
  lost,
}: SessionSummary): HTMLElement[] {
  const flag = (kind: string, text: string, title = ''): HTMLElement =>
    el('span', { class: `flag ${kind}`, ...(title ? { title } : {}) }, text);
  return [
    ...(endedAt === null ? [flag('on-air', 'live')] : []),
    ...(incongruent > 0 ? [flag('loud', `≠ ${incongruent}`, 'Voice and words disagree')] : []),
    ...(alerts > 0 ? [flag('alert', counted(alerts, 'alert'), alertRules.join(', '))] : []),
    ...(revoked > 0 ? [flag('', `${revoked} revoked`)] : []),
    ...(corrected > revoked ? [flag('', `${corrected - revoked} corrected`)] : []),
    ...(lost > 0 ? [flag('alert', `${lost} lost`, 'Results that could not be kept')] : []),
  ];
}
