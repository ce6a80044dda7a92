import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Optional, Post, UploadedFile, UseInterceptors } from '@nestjs/common';
import { FileInterceptor } from '@nestjs/platform-express';
import { ApiBody, ApiConsumes, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { LOCALES } from '../emotion/fused.js';
import type { ConsentReceipt } from '../privacy/consent-receipt.js';
import type { FileAnalysis } from '../pipeline/analyze-file.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { Recorder, type Recording } from '../sessions/recorder.service.js';
import { Access, CurrentCaller } from './access.guard.js';
import type { Caller } from './auth.js';
import { CONFIG } from './config.token.js';
import { Consents, type Admitted } from './consents.service.js';
import { PlaceInterceptor } from './place.interceptor.js';
import { EvidenceInputSchema, SessionStartSchema, type StoredResult } from './protocol.js';
import { storedAlert } from './stored-alert.js';
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

/** Readings of the client's own models along one recording. */
const MAX_READINGS = 200;

const FormSchema = z.strictObject({
  text: z.string().optional(),
  language: SessionStartSchema.shape.language,
  locale: SessionStartSchema.shape.locale,
  labels: SessionStartSchema.shape.labels,
  alerts: SessionStartSchema.shape.alerts,
  modalities: json.default(['voice', 'text']).pipe(SessionStartSchema.shape.modalities),
  consent: json.optional(),
  context: json.optional(),
  evidence: json.pipe(z.array(EvidenceInputSchema).max(MAX_READINGS)).optional(),
});

/** How long an answer waits for its results to be stored, ms; those that are not listed then still wait for the database. */
const STORE_MS = 5_000;

type StoredAnalysis = FileAnalysis<string> & {
  readonly receipt: ConsentReceipt;
  /** Only with storage. */
  readonly sessionId?: string;
  readonly stored?: readonly StoredResult[];
};

@ApiTags('analysis')
@Controller('v1/analyses')
export class AnalysesController {
  constructor(
    private readonly pipeline: PipelineService,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(CONFIG) private readonly config: Config,
    @Optional() @Inject(Recorder) private readonly recorder?: Recorder,
  ) {}

  @Post()
  @Access('client')
  @HttpCode(200)
  @UseInterceptors(PlaceInterceptor, FileInterceptor('audio'))
  @ApiOperation({ summary: 'A recording and/or a text, answered with what a stream would have been told' })
  @ApiResponse({ status: 503, description: 'no room for another file; Retry-After says when' })
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
        labels: { type: 'string', description: 'a label profile of the server' },
        alerts: { type: 'string', description: 'alert rules of the server, or off' },
        modalities: { type: 'string', default: '["voice","text"]', description: 'JSON array' },
        consent: { type: 'string', description: 'the consent record, JSON' },
        evidence: {
          type: 'string',
          description: `what models of your own read along the recording: JSON array of at most ${MAX_READINGS} payloads of evidence.input`,
        },
        context: { type: 'string', description: '{ "purpose": …, "setting": … }, JSON' },
      },
    },
  })
  async analyze(
    @CurrentCaller() caller: Caller,
    @Body() body: unknown,
    @UploadedFile() audio?: { buffer: Buffer },
  ): Promise<StoredAnalysis> {
    const { text, language, locale = 'en', labels, alerts, evidence: readings, ...request } = parse(FormSchema, body);
    const chosen = this.pipeline.choose({ labels, alerts });
    if (!audio && text === undefined)
      throw new WireError('configInvalid', 'Send `audio`, `text`, or both.', { param: 'audio' });
    if (text !== undefined && text.length > this.config.MAX_TEXT_CHARS) {
      throw new WireError('messageTooLarge', `A text may have ${this.config.MAX_TEXT_CHARS} characters.`, {
        param: 'text',
      });
    }
    const withdrawn = new AbortController();
    let over: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (over = resolve));
    const admitted = await this.consents.admit(caller, request, {
      stop: (gone) => {
        if (request.modalities.some((modality) => gone.includes(modality))) withdrawn.abort();
      },
      over: () => ended,
    });
    try {
      const given = { ...(audio ? { audio: audio.buffer } : {}), ...(text === undefined ? {} : { text }) };
      const { modalities } = admitted;
      const stored: StoredResult[] = [];
      const recording = this.record(caller, admitted, language, (kept) => stored.push(kept));
      const request = { modalities, language, locale, ...chosen, ...given, ...(readings && { readings }) };
      const analysis = await this.pipeline
        .analyze(request, withdrawn.signal, recording?.result)
        .then((one) => {
          if (recording) for (const alert of one.alerts) recording.alert(storedAlert(recording.sessionId, alert));
          return one;
        })
        .finally(() => recording?.close('ended'));
      await recording?.settled(STORE_MS);
      const { receipt } = admitted;
      return { ...analysis, ...(recording ? { sessionId: recording.sessionId, stored } : {}), receipt };
    } finally {
      admitted.leave();
      over();
    }
  }

  private record(
    { tenant, keyId }: Caller,
    { consent, context, modalities }: Admitted,
    language: string,
    tell: (kept: StoredResult) => void,
  ): (Recording & { readonly sessionId: string }) | undefined {
    if (!this.recorder) return undefined;
    const id = randomUUID();
    const opened = {
      id,
      tenant,
      source: 'file',
      modalities,
      language,
      openedBy: keyId,
      startedAt: new Date(),
    } as const;
    return { ...this.recorder.open({ ...opened, consent, context }, tell), sessionId: id };
  }
}
