import { Body, Controller, HttpCode, Inject, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { ApiBody, ApiConsumes, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { LOCALES } from '../emotion/fused.js';
import { openConsent } from '../privacy/consent.js';
import type { FileAnalysis } from '../pipeline/analyze-file.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { Access } from './access.guard.js';
import { CONFIG } from './config.token.js';
import { SessionStartSchema } from './protocol.js';
import { parse } from './wire-error.js';

/** Multipart fields are strings; `consent`, `context` and `modalities` hold JSON. */
const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

const FormSchema = z.strictObject({
  text: z.string().optional(),
  language: SessionStartSchema.shape.language,
  locale: SessionStartSchema.shape.locale,
  modalities: json.default(['voice', 'text']).pipe(SessionStartSchema.shape.modalities),
  consent: json.optional(),
  context: json.optional(),
});

@ApiTags('analysis')
@Controller('v1/analyses')
export class AnalysesController {
  constructor(
    private readonly pipeline: PipelineService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post()
  @Access('client')
  @HttpCode(200)
  @UseInterceptors(FileInterceptor('audio'))
  @ApiOperation({ summary: 'A recording and/or a text, answered with what a stream would have been told' })
  @ApiConsumes('multipart/form-data')
  @ApiBody({
    schema: {
      type: 'object',
      required: ['consent', 'context'],
      properties: {
        audio: { type: 'string', format: 'binary', description: 'wav, mp3, flac, m4a, ogg or webm' },
        text: { type: 'string', description: 'a message; with audio: the words of the whole recording' },
        language: { type: 'string', default: 'auto' },
        locale: { type: 'string', enum: [...LOCALES], default: 'en', description: 'the language of explanations' },
        modalities: { type: 'string', default: '["voice","text"]', description: 'JSON array' },
        consent: { type: 'string', description: 'the consent record, JSON' },
        context: { type: 'string', description: '{ "purpose": …, "setting": … }, JSON' },
      },
    },
  })
  async analyze(@Body() body: unknown, @UploadedFile() audio?: { buffer: Buffer }): Promise<FileAnalysis> {
    const { text, language, locale = 'en', ...request } = parse(FormSchema, body);
    const { modalities } = openConsent(request, new Date());
    if (!audio && text === undefined)
      throw new WireError('configInvalid', 'Send `audio`, `text`, or both.', { param: 'audio' });
    if (text !== undefined && text.length > this.config.MAX_TEXT_CHARS) {
      throw new WireError('messageTooLarge', `A text may have ${this.config.MAX_TEXT_CHARS} characters.`, {
        param: 'text',
      });
    }
    return this.pipeline.analyze({
      modalities,
      language,
      locale,
      ...(audio ? { audio: audio.buffer } : {}),
      ...(text === undefined ? {} : { text }),
    });
  }
}
