import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Socket } from 'socket.io';
import { wireErrorBody } from './wire-error.js';

/** The last resort for socket handlers. Nest's own filter echoes the payload back to the client; this one never does. */
@Catch()
export class WsExceptionFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    host.switchToWs().getClient<Socket>().emit('error', wireErrorBody(error));
  }
}
