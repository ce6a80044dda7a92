import { FURTHER_MODALITIES, type Evidence, type Modality } from '../emotion/evidence.js';
import type { ToldEvidence } from '../emotion/line-events.js';
import { toldEvidence } from '../fusion/told-evidence.js';
import type { Result } from '../sessions/result.entity.js';
import type { Utterance } from '../sessions/utterance.entity.js';
import type { EventsPage } from './api.js';
import type { OpenedSession } from './opened-session.js';

type Event = EventsPage['items'][number];

/** What a client was told of an utterance, from what is stored of it: nothing once its words are gone. */
export function retold(session: OpenedSession, utterance: Utterance, rows: readonly Result[]): Event[] {
  const { id: utteranceId, startMs, endMs, endReason, createdAt } = utterance;
  const [first] = rows;
  const content = first && session.result(first);
  if (!content) return [];
  const { transcript, ref } = session.utterance(utterance) ?? {};
  const at = createdAt.toISOString();
  const { voice, text, words, fused } = content;
  const { locale } = fused.explanation;
  const told = (event: string, data: object): Event => ({ at, event, data: { utteranceId, ...data } });
  const evidenceOf = (modality: Modality, evidence: Evidence): ToldEvidence =>
    toldEvidence(evidence, fused.modalities[modality]?.reliability ?? 0, locale);
  const events = [told('utterance.start', { startMs, ...(ref === undefined ? {} : { ref }) })];
  if (voice.status === 'available' || voice.reason !== 'notProvided') {
    events.push(told('emotion.voice', { isFinal: true, startMs, endMs, evidence: evidenceOf('voice', voice) }));
  }
  // Words that came later belong to a later revision.
  if (transcript && words === transcript.text) events.push(told('transcript.final', { ...transcript }));
  events.push(told('emotion.text', { isFinal: true, evidence: evidenceOf('text', text) }));
  for (const modality of FURTHER_MODALITIES) {
    const further = content[modality];
    if (further)
      events.push(told('emotion.further', { modality, isFinal: true, evidence: evidenceOf(modality, further) }));
  }
  for (const [i, row] of rows.entries()) {
    const answer = session.result(row)?.fused;
    if (!answer) continue;
    const result = { utteranceId, resultId: row.id, revision: row.revision, isFinal: true, ...answer };
    const before = rows[i - 1];
    if (before) {
      const changed = before.label === row.label ? ['scores'] : ['label', 'scores'];
      const data = { ...result, supersedes: before.id, changed, cause: row.cause };
      events.push({ at: row.createdAt.toISOString(), event: 'fusion.revised', data });
    } else {
      events.push(told('fusion.result', result), told('utterance.end', { endMs, reason: endReason }));
    }
  }
  return events;
}
