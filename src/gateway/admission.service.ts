import { Inject, Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { RateLimit } from '../common/rate-limit.js';
import { Auth, LoginError, type Caller } from './auth.js';
import { CONFIG } from './config.token.js';
import { LoginFailures, type LoginReport } from './login-failures.js';

const REPORT_EVERY_MS = 60_000;

/** Where reports of failed log-ins go: the ledger, where there is one. */
export const LOGIN_REPORTS = Symbol('LOGIN_REPORTS');
export type LoginReports = (report: LoginReport) => Promise<void>;

/** The door: limits by address before anything is checked, then the credentials, then the limit of the key. */
@Injectable()
export class Admission implements OnModuleDestroy {
  private readonly log = new Logger('Admission');
  private readonly perAddress: RateLimit;
  private readonly perKey: RateLimit;
  private readonly failing: RateLimit;
  private readonly failures = new LoginFailures();
  private readonly reporter: NodeJS.Timeout;

  constructor(
    @Inject(CONFIG) config: Config,
    @Inject(Auth) private readonly auth: Auth,
    @Inject(LOGIN_REPORTS) private readonly tell: LoginReports,
  ) {
    this.perAddress = new RateLimit(config.RATE_PER_ADDRESS);
    this.perKey = new RateLimit(config.RATE_PER_KEY);
    this.failing = new RateLimit(config.LOGIN_FAILURES_PER_ADDRESS);
    this.reporter = setInterval(() => void this.report(), REPORT_EVERY_MS).unref();
  }

  /** One request or connection of this address. @throws WireError `rateLimited` */
  knock(address: string): void {
    refuseFor(this.perAddress.take(address, Date.now()), 'from this address');
  }

  /** @throws WireError `unauthorized` or `rateLimited` */
  byKey(key: string | undefined, address: string): Promise<Caller> {
    return this.admit(address, () => this.auth.checkKey(key));
  }

  /** @throws WireError `unauthorized` or `rateLimited` */
  byBearer(token: string, address: string): Promise<Caller> {
    return this.admit(address, () => this.auth.checkBearer(token));
  }

  /** @throws WireError `unauthorized` or `rateLimited` */
  bySocket(token: unknown, address: string): Promise<Caller> {
    return this.admit(address, () => this.auth.checkToken(token));
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.reporter);
    await this.report();
  }

  private async admit(address: string, check: () => Caller | Promise<Caller>): Promise<Caller> {
    const wait = this.failing.wait(address, Date.now());
    if (wait > 0) this.failures.add('tooMany', address, new Date());
    refuseFor(wait, 'that failed to log in');
    let caller: Caller;
    try {
      caller = await check();
    } catch (error) {
      if (error instanceof LoginError) {
        this.failing.take(address, Date.now());
        this.failures.add(error.failure, address, new Date());
      }
      throw error;
    }
    refuseFor(this.perKey.take(caller.keyId, Date.now()), 'with this key');
    return caller;
  }

  private async report(): Promise<void> {
    const report = this.failures.take(new Date());
    if (!report) return;
    this.log.warn({ msg: 'log-ins failed', ...report });
    await this.tell(report).catch(() => {
      this.log.error('a report of failed log-ins could not be put into the ledger');
    });
  }
}

function refuseFor(waitMs: number, what: string): void {
  if (waitMs > 0)
    throw new WireError('rateLimited', `There were too many requests ${what}; wait a moment.`, {
      retryAfterMs: waitMs,
    });
}
