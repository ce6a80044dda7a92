import { io, type Socket } from 'socket.io-client';
import type { Ack, ServerEvents } from '../../../src/gateway/protocol.js';
import type { REVIEW_NAMESPACE, ReviewEvents } from '../../../src/review/api.js';
import type { Api } from '../api.js';

// Only the type is imported: the schemas stay on the server.
const NAMESPACE: typeof REVIEW_NAMESPACE = '/v1/review';
const ACK_TIMEOUT_MS = 10_000;

type Told = { [E in keyof ReviewEvents]: ReviewEvents[E] } & {
  [E in keyof ServerEvents]: ServerEvents[E] & { readonly sessionId: string };
};
type Handlers = { readonly [E in keyof Told]?: (told: Told[E]) => void };
export type WatchState = 'connected' | 'lost' | 'refused';

/** What changes while the page is open: every session of the tenant in short, and one of them as it is spoken. */
export class WatchClient {
  private readonly socket: Socket;
  private watched: string | undefined;
  private secondTry = false;

  constructor(
    api: Api,
    /** After `connected` something may have been missed. */
    private readonly onState: (state: WatchState) => void,
    handlers: Handlers,
  ) {
    this.socket = io(NAMESPACE, {
      transports: ['websocket', 'polling'],
      tryAllTransports: true,
      auth: (give) => {
        api.token().then(
          (token) => {
            give({ token });
          },
          () => {
            give({});
          },
        );
      },
    });
    for (const [event, handler] of Object.entries(handlers)) this.socket.on(event, handler as (told: unknown) => void);
    this.socket.on('connect', () => {
      this.secondTry = false;
      if (this.watched) void this.ask('session.watch', this.watched);
      this.onState('connected');
    });
    this.socket.on('disconnect', (reason) => {
      if (reason === 'io client disconnect') return;
      this.onState('lost');
      if (reason === 'io server disconnect') this.socket.connect();
    });
    this.socket.on('connect_error', () => {
      this.failed();
    });
  }

  /** Follows this session and no other. */
  watch(sessionId: string | undefined): void {
    if (this.watched === sessionId) return;
    if (this.watched) void this.ask('session.unwatch', this.watched);
    this.watched = sessionId;
    if (sessionId) void this.ask('session.watch', sessionId);
  }

  close(): void {
    this.socket.disconnect();
  }

  /** A session that is over has nothing to follow: then the server says so, and what is stored is all there is. */
  private async ask(event: string, sessionId: string): Promise<void> {
    if (!this.socket.connected) return;
    await (this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, { sessionId }) as Promise<Ack>).catch(
      () => undefined,
    );
  }

  /** A lost line is tried again by socket.io itself; a refusal is not, so a fresh token is tried once. */
  private failed(): void {
    if (this.socket.active) {
      this.onState('lost');
    } else if (this.secondTry) {
      this.onState('refused');
    } else {
      this.secondTry = true;
      this.socket.connect();
    }
  }
}
