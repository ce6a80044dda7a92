import type { EntityManager } from 'typeorm';
import type { Modality } from '../emotion/evidence.js';
import { consentId, type ConsentRecord, type ConsentStore } from '../privacy/consent-record.js';
import type { Consent } from '../privacy/consent.js';
import { placeOf } from './columns.js';
import { ConsentRow } from './consent.entity.js';
import type { Database } from './database.service.js';
import type { LedgerRepository } from './ledger.repository.js';
import { announce } from './node-messages.js';
import type { SealedConsent } from './sealed.js';
import { ErasedError, type Vault } from './vault.service.js';

/** How long a new session waits for the database, ms. */
const READY_MS = 15_000;

/** Consents as they are kept: one row for a consent, and a ledger entry for everything that happens to it. */
export class ConsentsRepository implements ConsentStore {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly ledger: LedgerRepository,
  ) {}

  /**
   * Waits for a database that is about to be ready: the first session of a server may come before it. An erasure comes before
   * this, and there is no consent any more, or waits for it and ends what begins by it.
   */
  async keep(tenant: string, consent: Consent, at: Date): Promise<ConsentRecord> {
    await this.database.ready(READY_MS);
    return this.database.transaction(async (manager) => {
      const row = await this.keepRow(manager, tenant, consent, at);
      const erased = await this.isErased(manager, row);
      return { ...recordOf(row), ...(erased ? {} : { consent }) };
    });
  }

  find(tenant: string, id: string): Promise<ConsentRecord | undefined> {
    return this.database.transaction(async (manager) => {
      const row = await manager.findOneBy(ConsentRow, { tenant, id });
      return row ? this.opened(manager, row) : undefined;
    });
  }

  withdraw(tenant: string, id: string, modalities: readonly Modality[], at: Date): Promise<ConsentRecord | undefined> {
    return this.database.transaction(async (manager) => {
      const row = await manager.findOne(ConsentRow, { where: { tenant, id }, lock: { mode: 'pessimistic_write' } });
      if (!row) return undefined;
      const fresh = modalities.filter((modality) => row.withdrawn[modality] === undefined);
      if (fresh.length > 0) {
        const since = Object.fromEntries(fresh.map((modality) => [modality, at.toISOString()]));
        row.withdrawn = { ...row.withdrawn, ...since };
        await manager.update(ConsentRow, { id }, { withdrawn: row.withdrawn });
        const body = { consentId: id, subjectId: row.subjectId, modalities: fresh };
        await announce(manager, [{ kind: 'withdrawn', tenant, consentId: id, modalities: fresh }]);
        await this.ledger.append(manager, [{ tenant, kind: 'consent.withdrawn', body }], at);
      }
      return this.opened(manager, row);
    });
  }

  /** The row of a consent, made where there is none, in the caller's transaction. */
  async keepRow(manager: EntityManager, tenant: string, consent: Consent, at: Date): Promise<ConsentRow> {
    const id = consentId(this.vault.pseudonymKey, tenant, consent);
    const found = await manager.findOneBy(ConsentRow, { tenant, id });
    if (found) return found;
    const pseudonym = this.vault.pseudonymOf(tenant, consent.subjectRef);
    const subject = await this.vault.subject(manager, tenant, pseudonym, at);
    const content: SealedConsent = { consent };
    const { identifiers } = await manager
      .createQueryBuilder()
      .insert()
      .into(ConsentRow)
      .values({
        id,
        tenant,
        subjectId: subject.id,
        modalities: [...consent.modalities],
        noticeVersion: storable(consent.noticeVersion),
        grantedAt: new Date(consent.grantedAt),
        expiresAt: consent.expiresAt === undefined ? null : new Date(consent.expiresAt),
        receivedAt: at,
        withdrawn: {},
        sealed: this.vault.seal(subject.dataKey, placeOf('consents', tenant, id), content),
      })
      .orIgnore()
      .returning('id')
      .execute();
    if (identifiers.some(Boolean)) {
      const { modalities, noticeVersion, grantedAt } = consent;
      const body = {
        consentId: id,
        subjectId: subject.id,
        modalities,
        noticeVersion: storable(noticeVersion),
        grantedAt,
      };
      await this.ledger.append(manager, [{ tenant, kind: 'consent.given', body }], at);
    }
    return manager.findOneByOrFail(ConsentRow, { tenant, id });
  }

  private async isErased(manager: EntityManager, { tenant, subjectId }: ConsentRow): Promise<boolean> {
    try {
      await this.vault.dataKey(manager, tenant, subjectId, { lock: true });
      return false;
    } catch (error) {
      if (error instanceof ErasedError) return true;
      throw error;
    }
  }

  private async opened(manager: EntityManager, row: ConsentRow): Promise<ConsentRecord> {
    if (!row.sealed) return recordOf(row);
    try {
      const dataKey = await this.vault.dataKey(manager, row.tenant, row.subjectId);
      const { consent } = this.vault.open(
        dataKey,
        placeOf('consents', row.tenant, row.id),
        row.sealed,
      ) as SealedConsent;
      return { ...recordOf(row), consent };
    } catch (error) {
      if (error instanceof ErasedError) return recordOf(row);
      throw error;
    }
  }
}

function recordOf({ id, tenant, receivedAt, withdrawn }: ConsentRow): ConsentRecord {
  return { id, tenant, receivedAt: receivedAt.toISOString(), withdrawn };
}

/** Text of a client as a database takes it: no NUL, no half of a character. */
export function storable(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8').replaceAll('\0', '\uFFFD');
}
