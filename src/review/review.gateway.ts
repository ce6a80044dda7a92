import { Inject, UseFilters } from '@nestjs/common';
import {
  Ack,
  ConnectedSocket,
  MessageBody,
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayInit,
} from '@nestjs/websockets';
import type { Namespace, Socket } from 'socket.io';
import { addressOf } from '../common/address.js';
import { mayActAs } from '../common/api-keys.js';
import type { Config } from '../common/config.js';
import { WireError } from '../common/errors.js';
import { Admission } from '../gateway/admission.service.js';
import type { Caller } from '../gateway/auth.js';
import { CONFIG } from '../gateway/config.token.js';
import { LiveSessions } from '../gateway/live-sessions.js';
import type { Ack as Answer } from '../gateway/protocol.js';
import { parse, wireErrorBody } from '../gateway/wire-error.js';
import { WsExceptionFilter } from '../gateway/ws-exception.filter.js';
import type { NodeMessage } from '../sessions/node-messages.js';
import { Nodes } from '../sessions/nodes.service.js';
import { AccessesRepository } from './accesses.repository.js';
import { REVIEW_NAMESPACE, WatchSchema } from './api.js';
import { ReviewChanges, type Change, type Teller } from './changes.js';
import { SessionsReader } from './sessions.reader.js';
import { ReviewStorage } from './storage.service.js';

type ReviewSocket = Omit<Socket, 'data'> & { data: { caller: Caller } };
type ElseChanged = Extract<NodeMessage, { kind: 'session' }>;
type AckFn = ((answer: Answer<{ live?: boolean }>) => void) | undefined;

/** Sessions that one connection may watch at a time. */
const MAX_WATCHED = 50;
/** Between a client and the server alone. */
const PRIVATE = new Set(['audio.ack', 'error', 'session.opened']);
const CHANGE_BY_EVENT: Readonly<Record<string, Change['change']>> = {
  'session.opened': 'opened',
  'session.closed': 'closed',
  'fusion.result': 'result',
  'fusion.revised': 'revised',
  alert: 'alert',
};

const tenantRoom = (tenant: string): string => `tenant ${tenant}`;
const sessionRoom = (tenant: string, id: string): string => `session ${tenant} ${id}`;

/** `/v1/review`: analysts hear what the client of a session hears, from the moment they ask, and what changes elsewhere. */
@WebSocketGateway({ namespace: REVIEW_NAMESPACE })
@UseFilters(WsExceptionFilter)
export class ReviewGateway implements OnGatewayInit<Namespace>, Teller {
  private namespace: Namespace | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Admission) private readonly admission: Admission,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Inject(ReviewStorage) private readonly storage: ReviewStorage,
    @Inject(SessionsReader) private readonly reader: SessionsReader,
    @Inject(AccessesRepository) private readonly accesses: AccessesRepository,
    @Inject(ReviewChanges) private readonly changes: ReviewChanges,
    @Inject(Nodes) private readonly nodes: Nodes,
  ) {}

  afterInit(namespace: Namespace): void {
    this.namespace = namespace;
    namespace.use((socket, next) => {
      this.enter(socket).then(
        (caller) => {
          (socket.data as Partial<ReviewSocket['data']>).caller = caller;
          void socket.join(tenantRoom(caller.tenant));
          endsWithItsToken(socket, caller);
          next();
        },
        (error: unknown) => {
          const body = wireErrorBody(error);
          next(Object.assign(new Error(body.message), { data: body }));
        },
      );
    });
    this.nodes.listen({
      heard: (message) => {
        if (message.kind === 'session') void this.elsewhere(message).catch(() => undefined);
      },
      missed: () => undefined,
    });
    this.changes.attach(this);
    this.live.overhear(({ tenant, id }, event, data) => {
      if (!PRIVATE.has(event)) this.watched(tenant, id, event, data);
      const change = CHANGE_BY_EVENT[event];
      if (!change) return;
      const { utteranceId } = data as { utteranceId?: string };
      this.changed(tenant, { sessionId: id, change, ...(utteranceId === undefined ? {} : { utteranceId }) });
    });
  }

  @SubscribeMessage('session.watch')
  async onWatch(
    @ConnectedSocket() socket: ReviewSocket,
    @MessageBody() body: unknown,
    @Ack() ack: AckFn,
  ): Promise<void> {
    await answered(socket, ack, async () => {
      const { sessionId: id } = parse(WatchSchema, body);
      const { caller } = socket.data;
      if (socket.rooms.size > MAX_WATCHED) {
        throw new WireError('rateLimited', `A connection watches ${MAX_WATCHED} sessions at most; leave one first.`, {
          param: 'sessionId',
        });
      }
      const live = this.live.find(caller.tenant, id) !== undefined;
      await this.storage.run(async (manager) => {
        // One that has just begun may not be stored yet.
        if (!live) await this.reader.open(manager, caller.tenant, id);
        await this.accesses.session(manager, caller, id, 'session.watch', new Date());
      });
      await socket.join(sessionRoom(caller.tenant, id));
      return { live };
    });
  }

  @SubscribeMessage('session.unwatch')
  async onUnwatch(
    @ConnectedSocket() socket: ReviewSocket,
    @MessageBody() body: unknown,
    @Ack() ack: AckFn,
  ): Promise<void> {
    await answered(socket, ack, async () => {
      await socket.leave(sessionRoom(socket.data.caller.tenant, parse(WatchSchema, body).sessionId));
      return {};
    });
  }

  changed(tenant: string, change: Change): void {
    this.namespace?.to(tenantRoom(tenant)).emit('sessions.changed', change);
  }

  watched(tenant: string, sessionId: string, event: string, data: object): void {
    this.namespace?.to(sessionRoom(tenant, sessionId)).emit(event, data);
  }

  /** Of a session at another node: what is stored of it is told to those who watch it here, once it is stored. */
  private async elsewhere({ tenant, sessionId, change, utteranceId }: ElseChanged): Promise<void> {
    this.changed(tenant, { sessionId, change, ...(utteranceId === undefined ? {} : { utteranceId }) });
    if (sessionId === null || utteranceId === undefined || !this.hasWatchers(tenant, sessionId)) return;
    const events = await this.storage.run((manager) => this.reader.told(manager, tenant, sessionId, utteranceId));
    for (const { event, data } of events) this.watched(tenant, sessionId, event, { ...data, sessionId });
  }

  private hasWatchers(tenant: string, sessionId: string): boolean {
    return (this.namespace?.adapter.rooms.get(sessionRoom(tenant, sessionId))?.size ?? 0) > 0;
  }

  /** @throws WireError `unauthorized`, `forbidden` or `rateLimited` */
  private async enter(socket: Socket): Promise<Caller> {
    const address = addressOf(socket.request, this.config.TRUST_PROXY);
    this.admission.knock(address);
    const caller = await this.admission.bySocket(socket.handshake.auth['token'], address);
    if (!mayActAs(caller.role, 'analyst')) {
      throw new WireError('forbidden', `This needs the role analyst; this key has ${caller.role}.`);
    }
    return caller;
  }
}

/** By the acknowledgement where one is wanted, by an `error` event where none is. */
async function answered(socket: ReviewSocket, ack: AckFn, work: () => Promise<object>): Promise<void> {
  try {
    const reply = await work();
    if (typeof ack === 'function') ack({ ok: true, ...reply });
  } catch (error) {
    if (typeof ack === 'function') ack({ ok: false, error: wireErrorBody(error) });
    else socket.emit('error', wireErrorBody(error));
  }
}

/** Who may no longer listen does not go on listening; a page comes back with another token. */
function endsWithItsToken(socket: Socket, { expiresAt }: Caller): void {
  if (!expiresAt) return;
  const timer = setTimeout(() => {
    socket.emit('error', wireErrorBody(new WireError('unauthorized', 'The token has ended: connect with another.')));
    socket.disconnect(true);
  }, expiresAt.getTime() - Date.now());
  socket.once('disconnect', () => {
    clearTimeout(timer);
  });
}
