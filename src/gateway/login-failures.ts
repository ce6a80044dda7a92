import type { LoginFailure } from './auth.js';

/** How many different addresses are told apart in one report. */
const MAX_ADDRESSES = 1_000;

/** Everybody who was not let in during a while, as one entry for the ledger: a flood of them fills no disk. */
export interface LoginReport {
  /** ISO 8601 */
  readonly since: string;
  readonly until: string;
  readonly count: number;
  readonly reasons: Readonly<Partial<Record<LoginFailure | 'tooMany', number>>>;
  /** From how many addresses, up to a thousand; the addresses themselves are personal data and are not kept. */
  readonly addresses: number;
}

/** Counts log-ins that failed until somebody takes the report. Time is passed in. */
export class LoginFailures {
  private since: Date | undefined;
  private readonly reasons = new Map<LoginFailure | 'tooMany', number>();
  private readonly addresses = new Set<string>();

  add(reason: LoginFailure | 'tooMany', address: string, at: Date): void {
    this.since ??= at;
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
    if (this.addresses.size < MAX_ADDRESSES) this.addresses.add(address);
  }

  /** What was counted since the last report; undefined where nothing was. */
  take(at: Date): LoginReport | undefined {
    if (!this.since) return undefined;
    const report = {
      since: this.since.toISOString(),
      until: at.toISOString(),
      count: [...this.reasons.values()].reduce((sum, n) => sum + n, 0),
      reasons: Object.fromEntries(this.reasons),
      addresses: this.addresses.size,
    };
    this.since = undefined;
    this.reasons.clear();
    this.addresses.clear();
    return report;
  }
}
