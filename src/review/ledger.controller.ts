import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { parse } from '../gateway/wire-error.js';
import { LedgerAudit } from '../sessions/ledger-audit.repository.js';
import { LedgerRepository } from '../sessions/ledger.repository.js';
import {
  LedgerCheckSchema,
  LedgerPageSchema,
  LedgerQuerySchema,
  type LedgerCheckAnswer,
  type LedgerPage,
} from './api.js';
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
  ) {}

  @Get()
  @Documented({
    summary: 'Entries of the tenant, the newest first',
    query: LedgerQuerySchema,
    answer: LedgerPageSchema,
  })
  async list(@CurrentCaller() { tenant }: Caller, @Query() query: unknown): Promise<LedgerPage> {
    const { limit, cursor } = parse(LedgerQuerySchema, query);
    const [before] = cursor === undefined ? [] : placeOf(PlaceSchema, cursor);
    const rows = await this.storage.run((manager) => this.ledger.list(manager, tenant, limit + 1, before));
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
    const audit = new LedgerAudit(this.ledger);
    const { head, fault } = await this.storage.run((manager) => audit.verify(manager));
    return {
      intact: fault === undefined,
      head: { ...head, at: head.at.toISOString() },
      ...(fault && { fault: { seq: fault.seq, reason: fault.reason } }),
    };
  }
}
