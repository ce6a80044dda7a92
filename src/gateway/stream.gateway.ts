import { Inject, Logger, Optional, UseFilters, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { addressOf } from '../common/address.js';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { PipelineService } from '../pipeline/pipeline.service.js';
import { Recorder } from '../sessions/recorder.service.js';
import { Admission } from './admission.service.js';
import type { Caller } from './auth.js';
import { CONFIG } from './config.token.js';
import { Consents } from './consents.service.js';
import { LiveSessions } from './live-sessions.js';
import { Places } from './places.service.js';
import { STREAM_NAMESPACE, type Ack as Answer, type CloseReason, type SessionLimits } from './protocol.js';
import { StreamConnection } from './stream-connection.js';
import { NO_ROOM_MS } from './turns.js';
import { wireErrorBody } from './wire-error.js';
import { WsExceptionFilter } from './ws-exception.filter.js';

const CLIENT_EVENTS = new Set([
  'session.start',
  'audio.frame',
  'text.input',
  'evidence.input',
  'session.update',
  'utterance.forceEnd',
  'consent.withdraw',
  'session.end',
]);
/** How long sessions may drain when the server stops. */
const DRAIN_MS = 10_000;

interface SocketData {
  caller: Caller;
  connection: StreamConnection;
}
type StreamSocket = Omit<Socket, 'data'> & { data: SocketData };
type AckFn = ((answer: Answer) => void) | undefined;

/** `/v1/stream`: admits sockets, and hands each event to the socket's connection. */
@WebSocketGateway({ namespace: STREAM_NAMESPACE })
@UseFilters(WsExceptionFilter)
export class StreamGateway
  implements OnGatewayInit<Namespace>, OnGatewayConnection, OnGatewayDisconnect, BeforeApplicationShutdown
{
  private readonly log = new Logger(StreamGateway.name);
  private readonly connections = new Set<StreamConnection>();
  private readonly limits: SessionLimits;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(Places) private readonly places: Places,
    @Inject(PipelineService) private readonly pipeline: PipelineService,
    @Inject(Consents) private readonly consents: Consents,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Optional() @Inject(Recorder) private readonly recorder?: Recorder,
  ) {
    this.limits = {
      frameBytes: config.MAX_FRAME_BYTES,
      textChars: config.MAX_TEXT_CHARS,
      sessionMs: config.MAX_SESSION_S * 1_000,
      utteranceMs: pipeline.maxUtteranceMs,
      idleMs: config.IDLE_TIMEOUT_S * 1_000,
      sessionsPerToken: config.MAX_SESSIONS_PER_TOKEN,
      creditMs: config.CREDIT_MS,
    };
  }

  /** Authentication is Socket.IO middleware: Nest does not await an async handleConnection, so messages would come before it ended (PR1). */
  afterInit(namespace: Namespace): void {
    namespace.use((socket, next) => {
      this.enter(socket).then(
        (caller) => {
          (socket.data as Partial<SocketData>).caller = caller;
          next();
        },
        (error: unknown) => {
          next(refusal(error));
        },
      );
    });
    // Socket.IO always has a root namespace; nobody belongs there.
    namespace.server.of('/').use((_socket, next) => {
      next(refusal(new WireError('notFound', `Connect to ${STREAM_NAMESPACE}.`)));
    });
  }

  handleConnection(socket: StreamSocket): void {
    const { caller } = socket.data;
    const connection = new StreamConnection(socket as unknown as Socket, caller, {
      pipeline: this.pipeline,
      consents: this.consents,
      limits: this.limits,
      recorder: this.recorder,
      keepsAudio: this.config.AUDIO_KEEP_DAYS > 0,
      sessions: this.live,
      takePlace: () => this.takePlace(caller),
    });
    socket.data.connection = connection;
    this.connections.add(connection);
    socket.onAny((event: string) => {
      if (!CLIENT_EVENTS.has(event))
        connection.fail(new WireError('configInvalid', 'This event is not part of protocol 1.', { param: 'event' }));
    });
  }

  handleDisconnect(socket: StreamSocket): void {
    const { connection } = socket.data;
    // A server that stops waits for what still drains.
    void connection.close('disconnected').finally(() => this.connections.delete(connection));
  }

  @SubscribeMessage('session.start')
  onStart(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    answer(socket, ack, body, (connection) => connection.start(body));
  }

  @SubscribeMessage('audio.frame')
  onFrame(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    const [meta, bytes] = Array.isArray(body) ? (body as unknown[]) : [body, undefined];
    const take = (connection: StreamConnection): object => {
      connection.frame(meta, bytes);
      return {};
    };
    answer(socket, ack, body, take, (connection) => connection.drop(meta));
  }

  @SubscribeMessage('text.input')
  onText(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    answer(socket, ack, body, (connection) => connection.text(body));
  }

  @SubscribeMessage('evidence.input')
  onEvidence(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    answer(socket, ack, body, (connection) => connection.evidence(body));
  }

  @SubscribeMessage('session.update')
  onUpdate(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    answer(socket, ack, body, (connection) => connection.update(body));
  }

  @SubscribeMessage('utterance.forceEnd')
  onForceEnd(@ConnectedSocket() socket: StreamSocket, @Ack() ack: AckFn): void {
    answer(socket, ack, {}, (connection) => connection.forceEnd());
  }

  @SubscribeMessage('consent.withdraw')
  onWithdraw(@ConnectedSocket() socket: StreamSocket, @MessageBody() body: unknown, @Ack() ack: AckFn): void {
    answer(socket, ack, body, (connection) => connection.withdraw(body));
  }

  @SubscribeMessage('session.end')
  onEnd(@ConnectedSocket() socket: StreamSocket, @Ack() ack: AckFn): void {
    answer(socket, ack, {}, (connection) => connection.end());
  }

  /** Sessions drain before the pipeline's threads stop. */
  async beforeApplicationShutdown(): Promise<void> {
    const reason: CloseReason = 'serverShutdown';
    const drained = Promise.all([...this.connections].map((connection) => connection.close(reason)));
    await Promise.race([drained, new Promise((done) => setTimeout(done, DRAIN_MS).unref())]);
  }

  /** @throws WireError `unauthorized` or `rateLimited` */
  private async enter(socket: Socket): Promise<Caller> {
    const address = addressOf(socket.request, this.config.TRUST_PROXY);
    this.admission.knock(address);
    return this.admission.bySocket(socket.handshake.auth['token'], address);
  }

  /** @throws WireError `overloaded` or `rateLimited` */
  private takePlace({ tokenId }: Caller): () => void {
    const leave = this.places.take(tokenId);
    this.log.log('session opened');
    return () => {
      leave();
      this.log.log('session closed');
    };
  }
}

/**
 * Runs one handler in its turn and answers it: by the acknowledgement where the client wants one, by an `error` event
 * where it does not. `refuse` says what becomes of a message that cannot wait for its turn.
 */
function answer(
  socket: StreamSocket,
  ack: AckFn,
  payload: unknown,
  handle: (connection: StreamConnection) => object | Promise<object>,
  refuse: (connection: StreamConnection) => never = noRoom,
): void {
  const { connection } = socket.data;
  const succeed = (reply: object): void => {
    if (typeof ack === 'function') ack({ ok: true, ...reply });
  };
  const fail = (error: unknown): void => {
    if (typeof ack === 'function') ack({ ok: false, error: wireErrorBody(error) });
    else connection.fail(error);
  };
  const run = (work: typeof handle): void => {
    try {
      const reply = work(connection);
      if (reply instanceof Promise) reply.then(succeed, fail);
      else succeed(reply);
    } catch (error) {
      fail(error);
    }
  };
  const taken = connection.inOrder(payload, () => {
    run(handle);
  });
  if (!taken) run(refuse);
}

/** @throws WireError `rateLimited` */
function noRoom(): never {
  throw new WireError('rateLimited', 'Too much waits for the session to open; send on once it has.', {
    retryAfterMs: NO_ROOM_MS,
  });
}

/** What `connect_error` carries. */
function refusal(error: unknown): Error {
  const body = wireErrorBody(error);
  return Object.assign(new Error(body.message), { data: body });
}
