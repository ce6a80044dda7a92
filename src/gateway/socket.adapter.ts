import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import type { Config } from '../common/config.js';

/** A socket that has joined no namespace, because it has shown no valid token, is cut after this long, ms. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Where a socket has shown a token. */
const NAMESPACES = ['/v1/stream', '/v1/review'];

/** Socket.IO with bounds set before anybody is trusted (PR7). */
export class SocketAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly config: Config,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const { config } = this;
    const server: Server = super.createIOServer(port, {
      ...options,
      // Our own limit answers first, with an error; Socket.IO's would cut the line silently.
      maxHttpBufferSize: config.MAX_FRAME_BYTES * 4,
      connectTimeout: CONNECT_TIMEOUT_MS,
      cors: { origin: config.CORS_ORIGINS.length > 0 ? config.CORS_ORIGINS : false },
      serveClient: false,
      // Asked of new connections only: a request of an existing one is known by its id.
      allowRequest: (_request: IncomingMessage, decide: (error: string | null, allow: boolean) => void) => {
        const known = NAMESPACES.flatMap((name) => [...server.of(name).sockets.values()].map(({ conn }) => conn));
        const strangers = server.engine.clientsCount - new Set(known).size;
        decide(null, strangers < config.MAX_UNAUTHENTICATED);
      },
    } as ServerOptions);
    return server;
  }
}
