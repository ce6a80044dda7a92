import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { Access, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { CONFIG } from '../gateway/config.token.js';
import { parse } from '../gateway/wire-error.js';
import { CheckpointSchema, signCheckpoint, type Checkpoint } from '../sessions/checkpoint.js';
import { LedgerAudit, type Audit } from '../sessions/ledger-audit.repository.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import { signingKey } from '../sessions/signing-key.js';
import {
  LedgerCheckSchema,
  LedgerPageSchema,
  LedgerQuerySchema,
  type LedgerCheckAnswer,
  type LedgerPage,
} from './records-api.js';
import { cursorOf, placeOf } from './cursor.js';
import { Documented } from './documented.js';
import { ReviewStorage } from './storage.service.js';

const PlaceSchema = z.tuple([z.int().min(1)]);

@ApiTags('ledger')
@Access('admin')
@Controller('v1/ledger')
export class LedgerController {
  constructor(
    @Inject(ReviewStorage) private readonly storage: ReviewStorage,
    @Inject(LedgerRepository) private readonly ledger: LedgerRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get()
  @Documented({
    summary: 'Entries of the tenant, the newest first',
    query: LedgerQuerySchema,
    answer: LedgerPageSchema,
  })
  async list(@CurrentCaller() { tenant }: Caller, @Query() query: unknown): Promise<LedgerPage> {
    const { limit, cursor, kind } = parse(LedgerQuerySchema, query);
    const [before] = cursor === undefined ? [] : placeOf(PlaceSchema, cursor);
    const rows = await this.storage.run((manager) => this.ledger.list(manager, limit + 1, { tenant, kind, before }));
    const items = rows.slice(0, limit).map(({ seq, at, kind, body, previous, hash }) => {
      return { seq, at: at.toISOString(), kind, body, previous, hash };
    });
    const last = items.at(-1);
    return { items, nextCursor: last && rows.length > limit ? cursorOf([last.seq]) : null };
  }

  @Get('verify')
  @Documented({
    summary: 'Is the chain intact, and what it attests, or which entry is the first that is not?',
    answer: LedgerCheckSchema,
  })
  async verify(): Promise<LedgerCheckAnswer> {
    const { head, fault } = await this.audit();
    return {
      intact: fault === undefined,
      head: { ...head, at: head.at.toISOString() },
      ...(fault && { fault: { seq: fault.seq, reason: fault.reason } }),
    };
  }

  @Get('checkpoint')
  @Documented({
    summary: 'A signed statement of how far the chain goes, to be kept elsewhere; `undertone ledger verify` takes it',
    answer: CheckpointSchema,
    problems: { 500: 'the ledger is broken, and nothing is signed' },
  })
  async checkpoint(): Promise<Checkpoint> {
    const { head, fault } = await this.audit();
    if (fault) {
      const told = `Nothing was signed: the ledger is broken at entry ${fault.seq}: ${fault.reason}.`;
      throw new WireError('tampered', told);
    }
    return signCheckpoint(head, await signingKey(this.config.DATA_DIR), new Date());
  }

  private audit(): Promise<Audit> {
    return this.storage.run((manager) => new LedgerAudit(this.ledger).verify(manager));
  }
}
