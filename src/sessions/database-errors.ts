/** Nothing can be read or written now; it is tried again. */
export class DatabaseAwayError extends Error {
  constructor(cause?: unknown) {
    super('The database cannot be reached now.', { cause });
    this.name = 'DatabaseAwayError';
  }
}

const LOST_CODES = /^(ECONN|EPIPE|ENOENT|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET|08|57P0|53300)/;
const LOST_MESSAGES = /connection terminated|connection error|timeout exceeded|read timeout|not queryable|pool after/i;
/** Classes of SQLSTATE that pass by themselves: transaction rollback, resources, operator intervention, system error. */
const PASSING = /^(40|53|57|58|25006)/;

/** Is the connection gone? Then it is made anew. */
export function isConnectionLost(error: unknown): boolean {
  if (error instanceof DatabaseAwayError) return true;
  return LOST_CODES.test(codeOf(error)) || LOST_MESSAGES.test(error instanceof Error ? error.message : '');
}

/** May the same statement succeed later: a lost connection, a full disk, a deadlock? */
export function isPassing(error: unknown): boolean {
  return isConnectionLost(error) || PASSING.test(codeOf(error));
}

/** Refused for who we are or what we ask for: no waiting helps, somebody has to change the settings. */
export function isRefused(error: unknown): boolean {
  return /^(28|3D)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'driverError' in error ? codeOf(error.driverError) : '';
}
