import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import type { Config } from '../common/config.js';
import type { Notice } from '../privacy/notice.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { Public } from './access.guard.js';
import { CONFIG } from './config.token.js';
import { SERVED_NOTICE } from './consents.service.js';

@Public()
@ApiTags('service')
@Controller()
export class HealthController {
  constructor(
    private readonly pipeline: PipelineService,
    @Inject(SERVED_NOTICE) private readonly served: Notice,
    @Inject(CONFIG) private readonly config: Config,
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
  @ApiOkResponse({ schema: { example: { version: '3', text: '…', accepts: [], audioKeepDays: 0 } } })
  notice(): Notice & { readonly audioKeepDays: number } {
    const { STORAGE, AUDIO_KEEP_DAYS } = this.config;
    // 0: a consent to `keepAudio` would be of no effect, and should not be asked for.
    return { ...this.served, audioKeepDays: STORAGE === 'on' ? AUDIO_KEEP_DAYS : 0 };
  }
}
