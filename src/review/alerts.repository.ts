import type { EntityManager } from 'typeorm';
import { WireError } from '../common/errors.js';
import { Alert } from '../sessions/alert.entity.js';
import { placeOf } from '../sessions/columns.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';
import type { SealedAlert } from '../sessions/sealed.js';
import type { Vault } from '../sessions/vault.service.js';
import type { StoredAlert } from './api.js';
import { noAlert } from './ids.js';
import type { OpenedSession } from './opened-session.js';

/** Of an alert `a`: somebody changed the label of an utterance that it rests on. One that is brought back counts again. */
const CORRECTED = `EXISTS (
  SELECT 1 FROM results r WHERE r.session_id = a.session_id AND r.superseded_at IS NULL
    AND r.utterance_id = ANY (a.utterance_ids) AND r.cause IN ('labelOverride', 'labelRevoked'))`;
/** It was raised rightly, as far as anybody knows. */
export const RIGHT_ALERT = `a.status <> 'withdrawn' AND NOT ${CORRECTED}`;
/** It still wants somebody: raised and not over, acknowledged by nobody. */
export const OPEN_ALERT = `a.status = 'raised' AND a.acknowledged_at IS NULL AND NOT ${CORRECTED}`;

/** The alerts of a session, and who has seen to them. */
export class AlertsRepository {
  constructor(
    private readonly vault: Vault,
    private readonly ledger: LedgerRepository,
  ) {}

  async of(manager: EntityManager, session: OpenedSession): Promise<StoredAlert[]> {
    const { id: sessionId, tenant } = session.row;
    const rows = await manager.find(Alert, { where: { sessionId, tenant }, order: { createdAt: 'ASC', id: 'ASC' } });
    if (rows.length === 0) return [];
    const open = await manager.query<{ id: string }[]>(
      `SELECT a.id FROM alerts a WHERE a.session_id = $1 AND a.tenant = $2 AND ${OPEN_ALERT}`,
      [sessionId, tenant],
    );
    const ids = new Set(open.map(({ id }) => id));
    return rows.map((row) => session.alert(row, ids.has(row.id)));
  }

  /**
   * Somebody has seen to it; the first who did stays. The note is sealed, the ledger says who and when.
   * @throws WireError `notFound`; `sessionExpired` for a note about somebody who was erased
   */
  async acknowledge(
    manager: EntityManager,
    session: OpenedSession,
    id: string,
    { actor, note }: { readonly actor: string; readonly note?: string | undefined },
    at: Date,
  ): Promise<void> {
    const { id: sessionId, tenant, subjectId } = session.row;
    const row = await manager.findOne(Alert, {
      where: { id, sessionId, tenant },
      lock: { mode: 'pessimistic_write' },
    });
    if (!row) throw noAlert();
    if (row.acknowledgedAt) return;
    const seen = { acknowledgedAt: at, acknowledgedBy: actor };
    if (note === undefined) {
      await manager.update(Alert, { id }, seen);
    } else {
      const content = session.alertContent(row);
      if (!content) throw new WireError('sessionExpired', 'Its words are gone: leave the note out.', { param: 'note' });
      const dataKey = await this.vault.dataKey(manager, tenant, subjectId, { lock: true });
      const noted: SealedAlert = { ...content, note };
      const sealed = this.vault.seal(dataKey, placeOf('alerts', tenant, id), noted);
      await manager.update(Alert, { id }, { ...seen, sealed });
    }
    const body = { sessionId, alertId: id, rule: row.rule, actor };
    await this.ledger.append(manager, [{ tenant, kind: 'alert.acknowledged', body }], at);
  }
}
