import { Body, Controller, Get, HttpCode, Inject, Post, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Access, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { parse } from '../gateway/wire-error.js';
import {
  PurgeReportSchema,
  RetentionAnswerSchema,
  RetentionSchema,
  type PurgeAnswer,
  type RetentionAnswer,
} from './records-api.js';
import { Documented } from './documented.js';
import { RetentionService } from './retention.service.js';

@ApiTags('retention')
@Access('admin')
@Controller('v1/retention')
export class RetentionController {
  constructor(@Inject(RetentionService) private readonly retention: RetentionService) {}

  @Get()
  @Documented({ summary: 'How long sessions and words are kept', answer: RetentionAnswerSchema })
  read(@CurrentCaller() caller: Caller): Promise<RetentionAnswer> {
    return this.retention.read(caller);
  }

  @Put()
  @Documented({ summary: 'Sets it; applied every hour', body: RetentionSchema, answer: RetentionAnswerSchema })
  write(@CurrentCaller() caller: Caller, @Body() body: unknown): Promise<RetentionAnswer> {
    return this.retention.write(caller, parse(RetentionSchema, body ?? {}));
  }

  @Post('purge')
  @HttpCode(200)
  @Documented({ summary: 'Does what is due now, and reports it', answer: PurgeReportSchema })
  purge(@CurrentCaller() { tenant, keyId }: Caller): Promise<PurgeAnswer> {
    return this.retention.purge(tenant, keyId);
  }
}
