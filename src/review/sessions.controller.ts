import {
  Body,
  Controller,
  createParamDecorator,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Query,
  Res,
  StreamableFile,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { WireError } from '../common/errors.js';
import { Access, callerOf, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { parse } from '../gateway/wire-error.js';
import {
  AcknowledgeSchema,
  AlertSchema,
  EventsPageSchema,
  EventsQuerySchema,
  OverrideSchema,
  RestoreSchema,
  ResultPageSchema,
  ResultQuerySchema,
  RevokeSchema,
  SessionDetailSchema,
  SessionsPageSchema,
  SessionsQuerySchema,
  TimelinePageSchema,
  TimelineQuerySchema,
  type EventsPage,
  type ResultPage,
  type SessionDetail,
  type SessionsPage,
  type StoredAlert,
  type TimelinePage,
} from './api.js';
import { Documented } from './documented.js';
import { Labels, type Decided } from './labels.service.js';
import { ReviewSessions } from './sessions.service.js';

const SESSION = { id: 'of the session' };
const UTTERANCE = { ...SESSION, utteranceId: 'such as u3' };
const GONE = { 404: 'this tenant has no such session' };
const CORRECTING = {
  404: 'no such utterance',
  409: 'another version stands meanwhile',
  410: 'what it was made from is gone',
};

/** What a correction names: who asks, which utterance, and by If-Match the version that was seen. */
interface Asked {
  readonly caller: Caller;
  readonly session: string;
  readonly utterance: string;
  readonly body: unknown;
  readonly match: string | undefined;
}

const Correction = createParamDecorator((_: unknown, context: ExecutionContext): Asked => {
  const request = context.switchToHttp().getRequest<Request<{ id: string; utteranceId: string }>>();
  const { id: session, utteranceId: utterance } = request.params;
  return { caller: callerOf(context), session, utterance, body: request.body ?? {}, match: request.get('if-match') };
});

@ApiTags('review')
@Access('analyst')
@Controller('v1/sessions')
export class SessionsController {
  constructor(
    @Inject(ReviewSessions) private readonly sessions: ReviewSessions,
    @Inject(Labels) private readonly labels: Labels,
  ) {}

  @Get()
  @Documented({
    summary: 'Sessions, the newest first or what is worth an ear',
    query: SessionsQuerySchema,
    answer: SessionsPageSchema,
  })
  list(@CurrentCaller() caller: Caller, @Query() query: unknown): Promise<SessionsPage> {
    return this.sessions.list(caller, parse(SessionsQuerySchema, query));
  }

  @Get(':id')
  @Documented({
    summary: 'One session, with its consent and alerts',
    params: SESSION,
    answer: SessionDetailSchema,
    problems: GONE,
  })
  detail(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<SessionDetail> {
    return this.sessions.detail(caller, id);
  }

  @Delete(':id')
  @Access('admin')
  @HttpCode(204)
  @Documented({
    summary: 'Deletes a session that has ended; its consent and the ledger stay',
    params: SESSION,
    problems: { ...GONE, 409: 'it is still open' },
  })
  remove(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    return this.sessions.remove(caller, id);
  }

  @Get(':id/timeline')
  @Documented({
    summary: 'Its utterances: words, what stands, both modalities, trajectory; and its alerts',
    params: SESSION,
    query: TimelineQuerySchema,
    answer: TimelinePageSchema,
    problems: GONE,
  })
  timeline(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() query: unknown): Promise<TimelinePage> {
    return this.sessions.timeline(caller, id, parse(TimelineQuerySchema, query));
  }

  @Get(':id/events')
  @Documented({
    summary: 'What a client would have been told, from what is stored',
    params: SESSION,
    query: EventsQuerySchema,
    answer: EventsPageSchema,
    problems: GONE,
  })
  events(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() query: unknown): Promise<EventsPage> {
    return this.sessions.events(caller, id, parse(EventsQuerySchema, query));
  }

  @Get(':id/results/:resultId')
  @Documented({
    summary: 'An answer with its whole explanation, and every version of its utterance; ETag: the version that stands',
    params: { ...SESSION, resultId: 'such as u3r1' },
    query: ResultQuerySchema,
    answer: ResultPageSchema,
    problems: GONE,
  })
  async result(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('resultId') resultId: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ResultPage> {
    return tagged(response, await this.sessions.result(caller, id, resultId, parse(ResultQuerySchema, query)));
  }

  @Get(':id/utterances/:utteranceId/audio')
  @Documented({
    summary: 'The sound of an utterance whose consent lets it be kept, as wav; who listens is written down',
    params: UTTERANCE,
    answer: z.string().meta({ format: 'binary' }),
    produces: ['audio/wav'],
    problems: { 404: 'its sound is not kept' },
  })
  async listen(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('utteranceId') utterance: string,
  ): Promise<StreamableFile> {
    const wav = await this.sessions.listen(caller, id, utterance);
    return new StreamableFile(wav, { type: 'audio/wav', length: wav.byteLength });
  }

  @Post(':id/alerts/:alertId/acknowledge')
  @HttpCode(200)
  @Documented({
    summary: 'Somebody has seen to an alert: it is no longer open. Asked again, who was first stays',
    params: { ...SESSION, alertId: '`id` of the alert' },
    body: AcknowledgeSchema,
    answer: AlertSchema,
    problems: { 404: 'no such alert', 410: 'a note about somebody who was erased' },
  })
  acknowledge(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Param('alertId') alert: string,
    @Body() body: unknown,
  ): Promise<StoredAlert> {
    return this.sessions.acknowledge(caller, id, alert, parse(AcknowledgeSchema, body ?? {}));
  }

  @Post(':id/utterances/:utteranceId/label/override')
  @HttpCode(200)
  @Documented({
    summary: 'A person says which emotion it is',
    params: UTTERANCE,
    body: OverrideSchema,
    answer: ResultPageSchema,
    problems: CORRECTING,
  })
  override(@Correction() asked: Asked, @Res({ passthrough: true }) response: Response): Promise<ResultPage> {
    const { label, ...why } = parse(OverrideSchema, asked.body);
    return this.decide(asked, { action: 'overridden', label }, why, response);
  }

  @Post(':id/utterances/:utteranceId/label/revoke')
  @HttpCode(200)
  @Documented({
    summary: 'A person says that the label must not stand',
    params: UTTERANCE,
    body: RevokeSchema,
    answer: ResultPageSchema,
    problems: CORRECTING,
  })
  revoke(@Correction() asked: Asked, @Res({ passthrough: true }) response: Response): Promise<ResultPage> {
    return this.decide(asked, { action: 'revoked' }, parse(RevokeSchema, asked.body), response);
  }

  @Post(':id/utterances/:utteranceId/label/restore')
  @HttpCode(200)
  @Documented({
    summary: 'An earlier version stands again; without `to` the last step is undone',
    params: UTTERANCE,
    body: RestoreSchema,
    answer: ResultPageSchema,
    problems: CORRECTING,
  })
  restore(@Correction() asked: Asked, @Res({ passthrough: true }) response: Response): Promise<ResultPage> {
    const { to, ...why } = parse(RestoreSchema, asked.body);
    return this.decide(asked, { action: 'restored', to }, why, response);
  }

  private async decide(
    { caller, session, utterance, match }: Asked,
    decided: Decided,
    { reason, version = versionOf(match) }: { readonly reason: string; readonly version?: number | undefined },
    response: Response,
  ): Promise<ResultPage> {
    return tagged(response, await this.labels.decide(caller, { session, utterance }, decided, { reason, version }));
  }
}

function tagged(response: Response, page: ResultPage): ResultPage {
  response.setHeader('ETag', `"${page.currentVersion}"`);
  return page;
}

/** Nobody corrects what they have not seen. */
function versionOf(match: string | undefined): number {
  const version = /^(?:W\/)?"(\d{1,9})"$/.exec(match?.trim() ?? '')?.[1];
  if (version !== undefined) return Number(version);
  throw new WireError(
    'configInvalid',
    'Say which version you saw: `version`, or If-Match with the ETag of the result.',
    {
      param: 'version',
    },
  );
}
