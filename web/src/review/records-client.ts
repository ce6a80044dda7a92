import type {
  Aggregates,
  AggregatesQuery,
  ErasureAnswer,
  LedgerCheckAnswer,
  LedgerPage,
  PurgeAnswer,
  RetentionAnswer,
  RetentionPolicy,
} from '../../../src/review/records-api.js';
import type { Rest } from './rest.js';
import { queryOf } from './review-client.js';

/** The routes beyond single sessions; all but the first are an administrator's. */
export class RecordsClient {
  constructor(private readonly rest: Rest) {}

  aggregates({ by, from, to }: AggregatesQuery): Promise<Aggregates> {
    return this.rest.get(`v1/aggregates${queryOf({ by, from, to })}`);
  }

  ledger(page: { limit: number; cursor?: string }): Promise<LedgerPage> {
    return this.rest.get(`v1/ledger${queryOf(page)}`);
  }

  verify(): Promise<LedgerCheckAnswer> {
    return this.rest.get('v1/ledger/verify');
  }

  /** As it is to be kept: what it says is for `undertone ledger verify`. */
  checkpoint(): Promise<{ readonly seq: number }> {
    return this.rest.get('v1/ledger/checkpoint');
  }

  retention(): Promise<RetentionAnswer> {
    return this.rest.get('v1/retention');
  }

  keep(policy: RetentionPolicy): Promise<RetentionAnswer> {
    return this.rest.put('v1/retention', policy);
  }

  purge(): Promise<PurgeAnswer> {
    return this.rest.post('v1/retention/purge', {});
  }

  archive(ref: string): Promise<Blob> {
    return this.rest.file(`${subjectPath(ref)}/archive`);
  }

  erase(ref: string): Promise<ErasureAnswer> {
    return this.rest.delete(subjectPath(ref));
  }
}

function subjectPath(ref: string): string {
  return `v1/subjects/${encodeURIComponent(ref)}`;
}
