import { io, type Socket } from 'socket.io-client';
import type {
  Ack,
  ClientEvents,
  SessionInfo,
  StampedEvents,
  STREAM_NAMESPACE,
  WireErrorBody,
} from '../../src/gateway/protocol.js';
import type { Modality } from '../../src/emotion/evidence.js';
import type { ConsentReceipt } from '../../src/privacy/consent-receipt.js';
import type { Api } from './api.js';
import { CreditWindow } from './credit-window.js';

// Only the type is imported: the protocol page's schemas stay on the server.
const NAMESPACE: typeof STREAM_NAMESPACE = '/v1/stream';
const ACK_TIMEOUT_MS = 15_000;

export type ConnectionState = 'connecting' | 'connected' | 'lost' | 'refused';
type StartRequest = Parameters<ClientEvents['session.start']>[0];

/** An error the server acknowledged a request with. */
export class ServerError extends Error {
  constructor(readonly body: WireErrorBody) {
    super(body.message);
  }
}

interface Running {
  readonly credit: CreditWindow;
  readonly sampleRate: number;
  seq: number;
}

/** A connection to the server with one session on it at a time. Every connect, the first and each later, brings a token that is good. */
export class StreamClient {
  private readonly socket: Socket<StampedEvents, ClientEvents>;
  private running: Running | undefined;
  /** What the server has not answered yet. */
  private readonly asked = new Set<Promise<unknown>>();
  private secondTry = false;
  /** Over when the connection is one that carried no session yet, or none could be had. */
  private renewed = Promise.resolve();

  constructor(
    private readonly api: Api,
    /** `refused`: the server does not take our token, even a fresh one. `hadSession`: it ended with the connection. */
    private readonly onState: (state: ConnectionState, hadSession: boolean, message: string) => void,
  ) {
    this.socket = io(NAMESPACE, {
      autoConnect: false,
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
    this.socket.on('connect', () => {
      this.secondTry = false;
      this.onState('connected', false, '');
    });
    this.socket.on('disconnect', (reason) => {
      const hadSession = this.running !== undefined;
      this.running = undefined;
      if (reason !== 'io client disconnect') this.onState('lost', hadSession, reason);
      if (reason === 'io server disconnect') this.socket.connect();
    });
    this.socket.on('connect_error', (error) => {
      this.connectFailed(error.message);
    });
    this.listen({
      'audio.ack': (ack) => this.running?.credit.acked(ack),
      'session.closed': () => {
        this.running = undefined;
        this.renewed = this.renew();
      },
    });
  }

  /** Does a session run, as far as the page knows? */
  get inSession(): boolean {
    return this.running !== undefined;
  }

  connect(): void {
    this.onState('connecting', false, '');
    this.socket.connect();
  }

  close(): void {
    this.socket.disconnect();
  }

  listen(handlers: Partial<StampedEvents>): void {
    for (const [event, handler] of Object.entries(handlers)) this.socket.on(event as 'warning', handler as never);
  }

  /** Starts a session; right after another, as soon as there is a new connection for it. */
  async start(request: StartRequest): Promise<{ session: SessionInfo; receipt: ConsentReceipt }> {
    await this.renewed;
    const { session, receipt } = await this.ask<{ session: SessionInfo; receipt: ConsentReceipt }>(
      'session.start',
      request,
    );
    this.running = {
      credit: new CreditWindow(session.limits.creditMs),
      sampleRate: request.audio?.sampleRate ?? 16_000,
      seq: 0,
    };
    return { session, receipt };
  }

  /** Sends one frame at once; without a session it goes nowhere. */
  sendFrame(pcm: Int16Array<ArrayBuffer>): void {
    const { running } = this;
    if (!running || !this.socket.connected) return;
    const seq = running.seq++;
    running.credit.sent(seq, (pcm.length * 1000) / running.sampleRate);
    this.socket.emit('audio.frame', { seq }, pcm);
  }

  /** Waits until the server's credit allows `ms` more. Rejects when the session is over. */
  async room(ms: number, signal: AbortSignal): Promise<void> {
    if (!this.running) throw new Error('The session is over.');
    await this.running.credit.room(ms, signal);
  }

  async sendText(text: string, ref: string): Promise<void> {
    await this.ask('text.input', { text, ref });
  }

  async forceEnd(): Promise<void> {
    await this.ask('utterance.forceEnd', {});
  }

  /** Resolves, once it took effect, with what may still be read. */
  async withdraw(what: { modality?: Modality; erase?: boolean } = {}): Promise<readonly Modality[]> {
    const { remaining } = await this.ask<{ remaining: Modality[] }>('consent.withdraw', what);
    return remaining;
  }

  async end(): Promise<void> {
    await this.ask('session.end', {});
  }

  private async ask<T extends object>(
    event: Exclude<keyof ClientEvents, 'audio.frame'>,
    payload: object,
  ): Promise<{ ok: true } & T> {
    if (!this.socket.connected) throw new Error('There is no connection to the server.');
    const asked = this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck(event, payload) as Promise<Ack<T>>;
    this.asked.add(asked);
    let answer: Ack<T>;
    try {
      answer = await asked;
    } catch {
      throw new Error('The server did not answer.');
    } finally {
      this.asked.delete(asked);
    }
    if (!answer.ok) throw new ServerError(answer.error);
    return answer;
  }

  /**
   * A connection carries one session: the next one needs a new connection. The old one is left when all that was asked is
   * answered: an erasure is, after its session is closed.
   */
  private async renew(): Promise<void> {
    this.onState('connecting', false, '');
    const { id } = this.socket;
    await Promise.allSettled(this.asked);
    if (this.socket.id !== id) return;
    await new Promise<void>((resolve) => {
      const tried = (): void => {
        this.socket.off('connect', tried).off('connect_error', tried);
        resolve();
      };
      this.socket.on('connect', tried).on('connect_error', tried);
      this.socket.disconnect().connect();
    });
  }

  /** A lost line is tried again by socket.io itself; a refusal is not, so a fresh token is tried once. */
  private connectFailed(message: string): void {
    if (this.socket.active) {
      this.onState('lost', false, message);
    } else if (!this.secondTry) {
      this.secondTry = true;
      this.socket.connect();
    } else {
      this.secondTry = false;
      this.onState('refused', false, message);
    }
  }
}
