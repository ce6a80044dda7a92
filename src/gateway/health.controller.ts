import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Notice } from '../privacy/notice.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { Public } from './access.guard.js';
import { SERVED_NOTICE } from './consents.service.js';

@Public()
@ApiTags('service')
@Controller()
export class HealthController {
  constructor(
    private readonly pipeline: PipelineService,
    @Inject(SERVED_NOTICE) private readonly served: Notice,
  ) {}

  @Get('healthz')
  @ApiOperation({ summary: 'Is the process alive?' })
  @ApiOkResponse({ schema: { example: { status: 'alive' } } })
  healthz(): { status: 'alive' } {
    return { status: 'alive' };
  }

  /** Ready means: a session will be answered. Transcription is allowed to be missing, and says so. */
  @Get('readyz')
  @ApiOperation({ summary: 'Can it answer sessions, and with which models?' })
  readyz(@Res({ passthrough: true }) response: Response): object {
    response.setHeader('Cache-Control', 'no-store');
    const transcription = this.pipeline.transcription();
    return {
      status: 'ready',
      models: this.pipeline.models(),
      transcription,
      ...(transcription === 'unavailable'
        ? { code: 'transcriptionUnavailable', howTo: this.pipeline.transcriptionAdvice() }
        : {}),
    };
  }

  @Get('v1/notice')
  @ApiOperation({ summary: 'The notice a person must be shown before consenting, with its version' })
  notice(): Notice {
    return this.served;
  }
}
