import { forgetOldest } from '../common/forget-oldest.js';
import type { Modality } from '../emotion/evidence.js';
import { newDataKey } from './envelope.js';
import { consentId, type ConsentRecord, type ConsentStore } from './consent-record.js';
import type { Consent } from './consent.js';

/** Records remembered at a time. */
const MAX_RECORDS = 100_000;

/** Consent records of a server that stores nothing: in memory, until it stops. */
export class MemoryConsents implements ConsentStore {
  private readonly key = newDataKey();
  private readonly records = new Map<string, ConsentRecord>();

  constructor(private readonly max = MAX_RECORDS) {}

  keep(tenant: string, consent: Consent, at: Date): Promise<ConsentRecord> {
    const id = consentId(this.key, tenant, consent);
    const record = this.records.get(id) ?? { id, tenant, consent, receivedAt: at.toISOString(), withdrawn: {} };
    this.put(record);
    return Promise.resolve(record);
  }

  find(tenant: string, id: string): Promise<ConsentRecord | undefined> {
    const record = this.records.get(id);
    return Promise.resolve(record?.tenant === tenant ? record : undefined);
  }

  async withdraw(
    tenant: string,
    id: string,
    modalities: readonly Modality[],
    at: Date,
  ): Promise<ConsentRecord | undefined> {
    const record = await this.find(tenant, id);
    if (!record) return undefined;
    const now = Object.fromEntries(modalities.map((modality) => [modality, at.toISOString()]));
    const withdrawn = { ...record, withdrawn: { ...now, ...record.withdrawn } };
    this.put(withdrawn);
    return withdrawn;
  }

  /** The one used longest ago is forgotten first, one that was withdrawn only when nothing else is left. */
  private put(record: ConsentRecord): void {
    this.records.delete(record.id);
    this.records.set(record.id, record);
    if (this.records.size <= this.max) return;
    const given = [...this.records.values()].find((one) => Object.keys(one.withdrawn).length === 0);
    if (given) this.records.delete(given.id);
    forgetOldest(this.records, this.max);
  }
}
