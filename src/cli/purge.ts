import { loadConfig } from '../common/config.js';
import { ErasureRepository } from '../sessions/erasure.repository.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { RetentionService, retentionOf } from '../review/retention.service.js';
import { ReviewStorage } from '../review/storage.service.js';
import { withStorage } from './storage.js';
import { plainTable } from './table.js';

export interface PurgeOptions {
  readonly json?: true;
}

/** Does what the retention of every tenant asks for, and reports it. */
export async function purge({ json }: PurgeOptions): Promise<boolean> {
  const options = retentionOf(loadConfig());
  const reports = await withStorage(({ database, vault }) => {
    const ledger = new LedgerRepository();
    const erasure = new ErasureRepository(vault, ledger);
    return new RetentionService(new ReviewStorage(database), erasure, ledger, options).purgeAll('undertone purge');
  });
  if (json) console.log(JSON.stringify(reports));
  else if (reports.length === 0) console.log('No tenant has a retention: everything is kept (PUT /v1/retention).');
  else {
    const table = plainTable(['tenant', 'sessions deleted', 'sessions without words', 'sound deleted']);
    for (const { tenant, deletedSessions, blankedSessions, deletedAudio } of reports)
      table.push([tenant, `${deletedSessions}`, `${blankedSessions}`, `${deletedAudio}`]);
    console.log(table.toString());
  }
  return true;
}
