import { isEmotion, type Emotion } from '../../../src/emotion/scores.js';

/** What the queue is narrowed to. Absent: no matter. */
export interface Filters {
  /** Sessions of the last so many days. */
  readonly days?: number;
  readonly label?: Emotion;
  readonly incongruent?: true;
  /** Some result is less sure than this, 0..1. */
  readonly confidenceBelow?: number;
  readonly alert?: true;
  readonly revoked?: true;
  /** Words that were said. Never in the address: it may be what somebody said. */
  readonly text?: string;
}

export type Route =
  | { readonly page: 'queue'; readonly filters: Filters }
  | { readonly page: 'records' }
  | { readonly page: 'session'; readonly session: string; readonly utterance?: string };

/** Where the part of the address after # leads; what it does not understand it leaves out. */
export function routeOf(hash: string): Route {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  if (given.has('records')) return { page: 'records' };
  const session = given.get('session');
  if (session) {
    const utterance = given.get('utterance');
    return { page: 'session', session, ...(utterance ? { utterance } : {}) };
  }
  const label = given.get('label') ?? '';
  const days = Number(given.get('days'));
  const below = Number(given.get('below'));
  return {
    page: 'queue',
    filters: {
      ...(days > 0 && days <= 3650 ? { days } : {}),
      ...(isEmotion(label) ? { label } : {}),
      ...(given.has('incongruent') ? { incongruent: true } : {}),
      ...(below > 0 && below < 1 ? { confidenceBelow: below } : {}),
      ...(given.has('alert') ? { alert: true } : {}),
      ...(given.has('revoked') ? { revoked: true } : {}),
    },
  };
}

/** The same, as what stands after #. */
export function hashOf(route: Route): string {
  if (route.page === 'records') return '#records';
  const told = new URLSearchParams();
  if (route.page === 'session') {
    told.set('session', route.session);
    if (route.utterance) told.set('utterance', route.utterance);
  } else {
    const { days, label, incongruent, confidenceBelow, alert, revoked } = route.filters;
    if (days !== undefined) told.set('days', String(days));
    if (label) told.set('label', label);
    if (incongruent) told.set('incongruent', '1');
    if (confidenceBelow !== undefined) told.set('below', String(confidenceBelow));
    if (alert) told.set('alert', '1');
    if (revoked) told.set('revoked', '1');
  }
  return `#${told.toString()}`;
}
