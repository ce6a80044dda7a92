import { WireError } from '../common/errors.js';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const UTTERANCE = /^u\d{1,9}$/;
const RESULT = /^(u\d{1,9})r(\d{1,9})$/;

/** What does not exist, and what belongs to another tenant: one and the same answer. */
export const noSession = (): WireError => new WireError('notFound', 'There is no such session.', { param: 'id' });
export const noUtterance = (): WireError =>
  new WireError('notFound', 'This session has no such utterance.', { param: 'utteranceId' });
export const noAlert = (): WireError =>
  new WireError('notFound', 'This session has no such alert.', { param: 'alertId' });
export const noAudio = (): WireError =>
  new WireError('notFound', 'The sound of this utterance is not kept.', { param: 'utteranceId' });
export const noResult = (): WireError =>
  new WireError('notFound', 'This session has no such result.', { param: 'resultId' });

/** The database is asked about nothing that is no id. @throws WireError `notFound` */
export function sessionId(named: string): string {
  if (!UUID.test(named)) throw noSession();
  return named.toLowerCase();
}

/** @throws WireError `notFound` */
export function alertId(named: string): string {
  if (!UUID.test(named)) throw noAlert();
  return named.toLowerCase();
}

/** @throws WireError `notFound` */
export function utteranceId(named: string): string {
  if (!UTTERANCE.test(named)) throw noUtterance();
  return named;
}

/** `u3r2` → its utterance. @throws WireError `notFound` */
export function utteranceOf(resultId: string): string {
  const [, utterance] = RESULT.exec(resultId) ?? [];
  if (utterance === undefined) throw noResult();
  return utterance;
}
