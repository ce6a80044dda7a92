import type { Correction } from '../emotion/record.js';
import type { ReviewEvents } from './api.js';

export type Change = ReviewEvents['sessions.changed'];

/** Who tells analysts: the gateway of their namespace. */
export interface Teller {
  changed(tenant: string, change: Change): void;
  /** To those who watch the session. */
  watched(tenant: string, sessionId: string, event: string, data: object): void;
}

/** What analysts are told beside what they ask for. */
export class ReviewChanges {
  private teller: Teller | undefined;

  attach(teller: Teller): void {
    this.teller = teller;
  }

  tell(tenant: string, change: Change): void {
    this.teller?.changed(tenant, change);
  }

  /** A correction of a session that is not open here: its client is gone, those who look at it are told. */
  revised(tenant: string, sessionId: string, { utteranceId, revision, fused, cause }: Correction): void {
    this.teller?.watched(tenant, sessionId, 'fusion.revised', {
      utteranceId,
      resultId: `${utteranceId}r${revision}`,
      revision,
      isFinal: true,
      ...fused,
      supersedes: `${utteranceId}r${revision - 1}`,
      changed: ['label', 'scores'],
      cause,
      sessionId,
    });
  }
}
