import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Config } from '../common/config.js';
import type { Caller } from '../gateway/auth.js';
import type { ErasureRepository, PurgeReport } from '../sessions/erasure.repository.js';
import { LedgerRow } from '../sessions/ledger.entity.js';
import type { LedgerRepository } from '../sessions/ledger.repository.js';
import { Tenant } from '../sessions/tenant.entity.js';
import type { PurgeAnswer, RetentionAnswer, RetentionPolicy } from './records-api.js';
import type { ReviewStorage } from './storage.service.js';

const DAY_MS = 86_400_000;
/** How often the server does what retention asks for, ms. */
const PURGE_EVERY_MS = 3_600_000;
const FIRST_PURGE_MS = 60_000;
const BY_ITSELF = 'retention';

export interface RetentionOptions {
  /** Days for which sound is kept at most, as people were told; a tenant may keep it for less. */
  readonly keepAudioDays: number;
  /** Age at which a session that nobody closed is taken to be lost, ms. */
  readonly lostAfterMs: number;
}

export function retentionOf({ AUDIO_KEEP_DAYS, MAX_SESSION_S }: Config): RetentionOptions {
  // Twice what a session may last: until then another node may still hold it.
  return { keepAudioDays: AUDIO_KEEP_DAYS, lostAfterMs: 2 * MAX_SESSION_S * 1_000 };
}

/** How long a tenant keeps what it has, and the job that takes the rest away. */
export class RetentionService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Retention');
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly storage: ReviewStorage,
    private readonly erasure: ErasureRepository,
    private readonly ledger: LedgerRepository,
    private readonly options: RetentionOptions,
  ) {}

  onApplicationBootstrap(): void {
    this.next(FIRST_PURGE_MS);
  }

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  read({ tenant }: Caller): Promise<RetentionAnswer> {
    return this.storage.run((manager) => this.policy(manager, tenant));
  }

  write({ tenant, keyId }: Caller, policy: RetentionPolicy): Promise<RetentionAnswer> {
    const changedAt = new Date();
    return this.storage.run(async (manager) => {
      await manager.upsert(Tenant, { id: tenant, ...policy, changedAt, changedBy: keyId }, ['id']);
      const body = { actor: keyId, ...policy };
      await this.ledger.append(manager, [{ tenant, kind: 'retention.changed', body }], changedAt);
      return this.policy(manager, tenant);
    });
  }

  /** Does everything that is due, piece by piece, and says what it did. */
  async purge(tenant: string, actor: string): Promise<PurgeAnswer> {
    let [deletedSessions, blankedSessions, deletedAudio] = [0, 0, 0];
    for (let more = true; more;) {
      const report: PurgeReport = await this.storage.run((manager) => this.piece(manager, tenant, actor));
      deletedSessions += report.deletedSessions;
      blankedSessions += report.blankedSessions;
      deletedAudio += report.deletedAudio;
      more = report.more;
    }
    return { deletedSessions, blankedSessions, deletedAudio };
  }

  /** For every tenant that has a policy, or sound. What was lost is ended first: only what has ended can be deleted. */
  async purgeAll(actor = BY_ITSELF): Promise<(PurgeAnswer & { readonly tenant: string })[]> {
    const tenants = await this.storage.run(async (manager) => {
      const now = new Date();
      await this.erasure.closeLost(manager, new Date(now.getTime() - this.options.lostAfterMs), now);
      return manager.query<{ id: string }[]>(
        'SELECT id FROM tenants UNION SELECT DISTINCT tenant FROM audio ORDER BY id',
      );
    });
    const reports = [];
    for (const { id: tenant } of tenants) reports.push({ tenant, ...(await this.purge(tenant, actor)) });
    return reports;
  }

  private async piece(manager: EntityManager, tenant: string, actor: string): Promise<PurgeReport> {
    const policy = await manager.findOneBy(Tenant, { id: tenant });
    const now = new Date();
    const before = (days: number | null | undefined): Date | undefined =>
      days ? new Date(now.getTime() - days * DAY_MS) : undefined;
    const [sessionsBefore, wordsBefore] = [before(policy?.keepSessionsDays), before(policy?.keepWordsDays)];
    const audioBefore = new Date(now.getTime() - this.audioDays(policy) * DAY_MS);
    const retention = {
      tenant,
      ...(sessionsBefore && { sessionsBefore }),
      ...(wordsBefore && { wordsBefore }),
      audioBefore,
    };
    return this.erasure.purge(manager, retention, actor, now);
  }

  /** How long sound is kept. 0: it no longer is, and what is there of former days goes. */
  private audioDays(policy: Tenant | null): number {
    const { keepAudioDays } = this.options;
    return Math.min(policy?.keepAudioDays ?? keepAudioDays, keepAudioDays);
  }

  private async policy(manager: EntityManager, tenant: string): Promise<RetentionAnswer> {
    const row = await manager.findOneBy(Tenant, { id: tenant });
    const last = await manager.findOne(LedgerRow, { where: { tenant, kind: 'data.purged' }, order: { seq: 'DESC' } });
    const count = (name: string): number => Number(last?.body[name] ?? 0);
    return {
      keepSessionsDays: row?.keepSessionsDays ?? null,
      keepWordsDays: row?.keepWordsDays ?? null,
      keepAudioDays: row?.keepAudioDays ?? null,
      audioDays: this.audioDays(row),
      changedAt: row?.changedAt.toISOString() ?? null,
      changedBy: row?.changedBy ?? null,
      lastPurge: last && {
        at: last.at.toISOString(),
        deletedSessions: count('deletedSessions'),
        blankedSessions: count('blankedSessions'),
        deletedAudio: count('deletedAudio'),
      },
    };
  }

  private next(delayMs: number): void {
    this.timer = setTimeout(() => void this.byItself(), delayMs).unref();
  }

  private async byItself(): Promise<void> {
    try {
      for (const report of await this.purgeAll()) {
        if (report.deletedSessions + report.blankedSessions + report.deletedAudio > 0)
          this.log.log({ msg: 'retention', ...report });
      }
    } catch {
      this.log.warn('retention could not be applied now; it is tried again in an hour');
    }
    this.next(PURGE_EVERY_MS);
  }
}
