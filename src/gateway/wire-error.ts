import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import type { z } from 'zod';
import { ERRORS, WireError, type ErrorCode } from '../common/errors.js';
import type { WireErrorBody } from './protocol.js';

const log = new Logger('Error');

/** What a client is told of anything thrown. An unforeseen error is logged under the request id and told without detail. */
export function wireErrorBody(error: unknown): WireErrorBody {
  const requestId = randomUUID();
  if (!(error instanceof WireError)) {
    log.error({ msg: 'unforeseen error', requestId }, error instanceof Error ? error.stack : undefined);
    return body('internalError', 'The server failed; try again, and report the request id if it stays.', requestId);
  }
  return { ...body(error.code, error.message, requestId), ...error.details };
}

function body(code: ErrorCode, message: string, requestId: string): WireErrorBody {
  const { retryable, fatal } = ERRORS[code];
  return { code, message, requestId, retryable, fatal };
}

/** Reads a payload by its schema. @throws WireError `configInvalid` naming the field and the rule, never the value. */
export function parse<S extends z.ZodType>(schema: S, payload: unknown): z.infer<S> {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const param = issue?.path.join('.') ?? '';
  throw new WireError(
    'configInvalid',
    issue?.message ?? 'The payload is not of the expected form.',
    param ? { param } : {},
  );
}
