import { Controller, Get, Inject, Query, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { parse } from '../gateway/wire-error.js';
import { AggregatesRepository } from './aggregates.repository.js';
import { ExportQuerySchema, ExportSchema } from './api.js';
import { AggregatesQuerySchema, AggregatesSchema, type Aggregates } from './records-api.js';
import { Documented } from './documented.js';
import { download } from './download.js';
import { EXPORT_TYPES, Exports } from './exports.service.js';
import { ReviewStorage } from './storage.service.js';

@ApiTags('review')
@Access('analyst')
@Controller('v1')
export class ReportsController {
  constructor(
    @Inject(ReviewStorage) private readonly storage: ReviewStorage,
    @Inject(AggregatesRepository) private readonly numbers: AggregatesRepository,
    @Inject(Exports) private readonly exports: Exports,
  ) {}

  @Get('aggregates')
  @Documented({
    summary: 'Shares of labels and means of valence and arousal, only of groups of at least five people',
    query: AggregatesQuerySchema,
    answer: AggregatesSchema,
  })
  aggregates(@CurrentCaller() caller: Caller, @Query() query: unknown): Promise<Aggregates> {
    const asked = parse(AggregatesQuerySchema, query);
    return this.storage.run((manager) => this.numbers.of(manager, caller.tenant, asked));
  }

  @Get('exports')
  @Documented({
    summary: 'Utterances with what stands of them: JSON, JSON Lines (a record a line), or a table',
    query: ExportQuerySchema,
    answer: ExportSchema,
    produces: Object.values(EXPORT_TYPES),
  })
  async export(@CurrentCaller() caller: Caller, @Query() query: unknown): Promise<StreamableFile> {
    const asked = parse(ExportQuerySchema, query);
    return download(await this.exports.open(caller, asked), EXPORT_TYPES[asked.format], `undertone.${asked.format}`);
  }
}
