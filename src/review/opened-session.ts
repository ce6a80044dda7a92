import type { EntityManager } from 'typeorm';
import { FURTHER_MODALITIES, type Evidence, type FurtherModality, type Modality } from '../emotion/evidence.js';
import type { FusedEmotion } from '../emotion/fused.js';
import { dimensionsOf, scoresOf } from '../emotion/scores.js';
import type { AudioRepository } from '../sessions/audio.repository.js';
import type { Alert } from '../sessions/alert.entity.js';
import { placeOf } from '../sessions/columns.js';
import type { Label } from '../sessions/label.entity.js';
import type { Result } from '../sessions/result.entity.js';
import type { SealedAlert, SealedLabel, SealedResult, SealedSession, SealedUtterance } from '../sessions/sealed.js';
import type { Session } from '../sessions/session.entity.js';
import type { SessionsRepository } from '../sessions/sessions.repository.js';
import type { Utterance } from '../sessions/utterance.entity.js';
import type { Vault } from '../sessions/vault.service.js';
import type { StoredAlert, TimelineItem } from './api.js';

type Side = NonNullable<TimelineItem['result']['voice']>;
type Revision = Omit<TimelineItem['result'], 'scores' | 'predictionSet' | Modality | 'short'>;

/** A stored session with the key to what is sealed of it; what is gone opens as null. @throws TamperedError, never garbage */
export class OpenedSession {
  constructor(
    readonly row: Session,
    private readonly dataKey: Buffer | undefined,
    private readonly vault: Vault,
    private readonly sessions: SessionsRepository,
  ) {}

  own(): SealedSession | null {
    return this.open(this.row.sealed, 'sessions', this.row.id) as SealedSession | null;
  }

  utterance({ sealed, sessionId, id }: Utterance): SealedUtterance | null {
    return this.open(sealed, 'utterances', sessionId, id) as SealedUtterance | null;
  }

  result(row: Result): SealedResult | null {
    return this.dataKey && row.sealed ? this.sessions.openResult(this.dataKey, row) : null;
  }

  reason({ sealed, sessionId, utteranceId, version }: Label): string | null {
    const label = this.open(sealed, 'labels', sessionId, utteranceId, version) as SealedLabel | null;
    return label?.reason ?? null;
  }

  alert(row: Alert, open: boolean): StoredAlert {
    const { id, rule, utteranceIds, sinceMs, createdAt, status, overAt, acknowledgedAt, acknowledgedBy } = row;
    const content = this.alertContent(row);
    const note = content?.note ?? null;
    return {
      id,
      rule,
      utteranceIds,
      sinceMs,
      at: createdAt.toISOString(),
      status,
      overAt: overAt?.toISOString() ?? null,
      open,
      acknowledged: acknowledgedAt && { at: acknowledgedAt.toISOString(), by: acknowledgedBy ?? 'unknown', note },
      detail: content?.detail ?? null,
    };
  }

  /** 16-bit PCM, mono, 16 kHz. @throws TamperedError */
  async audio(manager: EntityManager, pieces: AudioRepository, utteranceId: string): Promise<Buffer | undefined> {
    const { id: sessionId, tenant } = this.row;
    return this.dataKey && pieces.read(manager, this.dataKey, { tenant, sessionId, utteranceId });
  }

  alertContent({ sealed, id }: Alert): SealedAlert | null {
    return this.open(sealed, 'alerts', id) as SealedAlert | null;
  }

  private open(sealed: Buffer | null, table: string, ...id: readonly (string | number)[]): unknown {
    if (!this.dataKey || !sealed) return null;
    return this.vault.open(this.dataKey, placeOf(table, this.row.tenant, ...id), sealed);
  }
}

/** What the clear columns say of a revision, and who made it. */
export function revisionOf(row: Result, label: Label | undefined): Revision {
  const { id, revision, cause, confidence, abstainReason, valence, arousal, createdAt } = row;
  const kind = label?.authorKind ?? 'model';
  return {
    resultId: id,
    revision,
    cause,
    author: { kind, id: label?.author ?? 'unknown' },
    decision: {
      label: row.label,
      confidence,
      ...(abstainReason ? { abstainReason } : {}),
      ...(kind === 'person' ? { by: 'person' as const } : {}),
    },
    dimensions: { valence, arousal },
    incongruence: {
      detected: row.incongruent,
      score: row.incongruenceScore,
      ...(row.incongruenceType ? { type: row.incongruenceType } : {}),
    },
    createdAt: createdAt.toISOString(),
  };
}

/** What one modality reads by itself. */
export function sideOf(evidence: Evidence, { top, reliability }: Pick<Side, 'top' | 'reliability'>): Side {
  if (evidence.status === 'unavailable') {
    return { status: 'unavailable', reason: evidence.reason, top, reliability, scores: null, dimensions: null };
  }
  const { scores } = evidence;
  return { status: 'available', top, reliability, scores, dimensions: dimensionsOf(scoresOf((e) => scores[e] ?? 0)) };
}

function furtherSides(content: SealedResult): { readonly [M in FurtherModality]?: Side } {
  const sides = FURTHER_MODALITIES.flatMap((modality) => {
    const [evidence, reading] = [content[modality], content.fused.modalities[modality]];
    return evidence && reading ? [[modality, sideOf(evidence, reading)] as const] : [];
  });
  return Object.fromEntries(sides);
}

function marksOf({ explanation }: FusedEmotion): NonNullable<TimelineItem['marks']> {
  return explanation.cues.flatMap(({ textSpan, toward, weight }) => {
    return textSpan ? [{ textSpan: [textSpan[0], textSpan[1]] as [number, number], toward, weight }] : [];
  });
}

export function timelineItem(
  session: OpenedSession,
  utterance: Utterance,
  row: Result,
  label: Label | undefined,
  { audio, trajectory }: Pick<TimelineItem, 'audio' | 'trajectory'>,
): TimelineItem {
  const { id, startMs, endMs, endReason, language } = utterance;
  const words = session.utterance(utterance);
  const content = session.result(row);
  const fused = content?.fused;
  return {
    utteranceId: id,
    startMs,
    endMs,
    endReason,
    language,
    ref: words?.ref ?? null,
    transcript: (words?.transcript as TimelineItem['transcript'] | undefined) ?? null,
    // The words may have come later than the reading that has the cues.
    marks: content && content.words === words?.transcript?.text ? marksOf(content.fused) : null,
    result: {
      ...revisionOf(row, label),
      scores: fused?.scores ?? null,
      predictionSet: fused ? [...fused.predictionSet] : null,
      voice: content && fused ? sideOf(content.voice, fused.modalities.voice) : null,
      text: content && fused ? sideOf(content.text, fused.modalities.text) : null,
      ...(content ? furtherSides(content) : {}),
      short: fused?.explanation.short ?? null,
    },
    audio,
    trajectory,
  };
}
