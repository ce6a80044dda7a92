import { Controller, Delete, Get, HttpCode, Inject, Param, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Access, CurrentCaller } from '../gateway/access.guard.js';
import type { Caller } from '../gateway/auth.js';
import { ErasureSchema, type ErasureAnswer } from './records-api.js';
import { Documented } from './documented.js';
import { download } from './download.js';
import { Subjects } from './subjects.service.js';

const REF = { ref: '`consent.subjectRef` as the client sends it, percent-encoded' };
const NOBODY = { 404: 'nothing is stored of such a subject' };
const ArchiveSchema = z.object({
  exportedAt: z.string(),
  subjectRef: z.string(),
  knownSince: z.string(),
  consents: z.array(z.record(z.string(), z.unknown())),
  readBy: z.array(z.record(z.string(), z.unknown())),
  sessions: z.array(z.record(z.string(), z.unknown())),
  /** Sound that was kept: wav, base64. */
  audio: z.array(z.object({ sessionId: z.string(), utteranceId: z.string(), wav: z.string() })),
});

/** What a person may ask for: answered by whoever runs the service. */
@ApiTags('subjects')
@Access('admin')
@Controller('v1/subjects')
export class SubjectsController {
  constructor(@Inject(Subjects) private readonly subjects: Subjects) {}

  @Get(':ref/archive')
  @Documented({
    summary:
      'Everything stored of one person in one document: consents, words, every version of every answer, who read them',
    params: REF,
    answer: ArchiveSchema,
    problems: NOBODY,
  })
  async archive(@CurrentCaller() caller: Caller, @Param('ref') ref: string): Promise<StreamableFile> {
    return download(await this.subjects.archive(caller, ref), 'application/json', 'subject.json');
  }

  @Delete(':ref')
  @HttpCode(200)
  @Documented({
    summary: 'Erases a person: ends their sessions, destroys their key, and answers with the proof',
    params: REF,
    answer: ErasureSchema,
    problems: NOBODY,
  })
  erase(@CurrentCaller() caller: Caller, @Param('ref') ref: string): Promise<ErasureAnswer> {
    return this.subjects.erase(caller, ref);
  }
}
