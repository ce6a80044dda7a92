import type { ResultCause } from '../../../src/emotion/record.js';
import type { HistoryItem } from '../../../src/review/api.js';

/** Why there is a revision, as the rest of a line of the history. */
export const CAUSE: Readonly<Record<ResultCause, string>> = {
  analysis: 'analysed',
  transcriptRevised: 'the words came late',
  evidenceAdded: 'a further reading came late',
  labelOverride: 'corrected',
  labelRevoked: 'revoked',
  labelRestored: 'brought back',
};

export const ENDED: Readonly<Record<string, string>> = {
  ended: 'ended',
  consentWithdrawn: 'consent withdrawn',
  idle: 'idle',
  sessionLimit: 'reached its longest length',
  serverShutdown: 'server stopped',
  disconnected: 'connection lost',
  lost: 'server was lost',
};

/** Who decided: a model by its name, a person by the id of their key. */
export function authorOf({ author }: Pick<HistoryItem, 'author'>): string {
  return author.kind === 'model' ? `model ${author.id}` : `key ${author.id}`;
}

/** When something was, in the reader's own time: "today 14:05", "3 Nov 2026 14:05". */
export function whenOf(iso: string, now: Date): string {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  const days = Math.round((dayOf(now) - dayOf(at)) / 86_400_000);
  if (days === 0) return `today ${time}`;
  if (days === 1) return `yesterday ${time}`;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })} ${time}`;
}

function dayOf(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** "1 utterance", "3 utterances" */
export function counted(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Enough of a random id to tell people apart on a page. */
export function shortId(id: string): string {
  return id.slice(0, 6);
}
