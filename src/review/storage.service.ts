import type { EntityManager } from 'typeorm';
import { WireError } from '../common/errors.js';
import { TamperedError } from '../privacy/envelope.js';
import { isPassing } from '../sessions/database-errors.js';
import type { Database } from '../sessions/database.service.js';

/** A database that is just being opened is waited for, ms. */
const READY_MS = 10_000;
const RETRY_MS = 2_000;

/** The database as REST sees it: what goes wrong with it is told with a code and what to do. */
export class ReviewStorage {
  constructor(private readonly database: Database) {}

  /** One transaction. @throws WireError `storageAway`, `tampered`, and whatever `work` throws */
  async run<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      await this.database.ready(READY_MS);
      return await this.database.transaction(work);
    } catch (error) {
      throw asTold(error);
    }
  }
}

function asTold(error: unknown): unknown {
  if (error instanceof TamperedError) {
    return new WireError(
      'tampered',
      'Something of this was changed outside of Undertone and is not shown; verify the ledger, and look at the backups.',
    );
  }
  if (!isPassing(error)) return error;
  return new WireError('storageAway', 'The database cannot be reached now; try again soon.', {
    retryAfterMs: RETRY_MS,
  });
}
