import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Response } from 'express';
import { ERRORS, WireError, type ErrorCode } from '../common/errors.js';
import { wireErrorBody } from './wire-error.js';

const CODE_BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'configInvalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  413: 'messageTooLarge',
  429: 'rateLimited',
};

/** REST errors are problem+json (RFC 9457) with the codes of the socket. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { message, retryable, retryAfterMs, ...rest } = wireErrorBody(asWireError(error));
    const { status, title } = ERRORS[rest.code];
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1_000));
    response
      .status(status)
      .contentType('application/problem+json')
      .send(
        JSON.stringify({
          type: `urn:undertone:error:${rest.code}`,
          title,
          status,
          detail: message,
          retryable,
          ...rest,
        }),
      );
  }
}

function asWireError(error: unknown): unknown {
  if (!(error instanceof HttpException)) return error;
  const code = CODE_BY_STATUS[error.getStatus()];
  // Nest's own texts name the route or the limit, never the payload.
  return code ? new WireError(code, error.message) : error;
}
