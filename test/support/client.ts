import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import type { Ack, ClientEvents, ServerEvents, SessionInfo, Stamp } from '../../src/gateway/protocol.js';
import { NOTICE } from '../../src/privacy/notice.js';
import { CLIPS } from './clips.js';
import type { TestServer } from './server.js';

type EventName = keyof ServerEvents;
/** One event as it came over the wire. */
export type Told = { [E in EventName]: { readonly event: E; readonly data: ServerEvents[E] & Stamp } }[EventName];
export type StartPayload = Parameters<ClientEvents['session.start']>[0];

export { CLIPS };
export const clip = (name: string): Buffer => readFileSync(join(CLIPS, name));

/** The samples of a 16-bit mono wav with a plain header, as the bytes a microphone client would send. */
export function pcmOf(wav: Buffer): { bytes: Buffer; sampleRate: number } {
  const data = wav.indexOf('data');
  return { bytes: wav.subarray(data + 8, data + 8 + wav.readUInt32LE(data + 4)), sampleRate: wav.readUInt32LE(24) };
}

export function consent(modalities: readonly string[] = ['voice', 'text']): object {
  return {
    subjectRef: 'test-subject',
    purposes: ['test'],
    modalities,
    noticeVersion: NOTICE.version,
    acknowledged: true,
    grantedAt: new Date().toISOString(),
  };
}

export function startPayload(over: Partial<StartPayload> = {}): StartPayload {
  return {
    audio: { encoding: 'pcm_s16le', sampleRate: 16_000, channels: 1 },
    modalities: ['voice', 'text'],
    consent: consent(),
    context: { purpose: 'test', setting: 'personal' },
    ...over,
  };
}

export async function tokenOf(server: TestServer): Promise<string> {
  const response = await fetch(`${server.url}/v1/tokens`, { method: 'POST', headers: { 'X-API-Key': server.apiKey } });
  return ((await response.json()) as { token: string }).token;
}

/** A real client: remembers everything it was told, in order. */
export class TestClient {
  readonly told: Told[] = [];
  private readonly waiters = new Set<() => void>();
  private seq = 0;

  private constructor(readonly socket: Socket) {
    socket.onAny((event: EventName, data: unknown) => {
      this.told.push({ event, data } as Told);
      this.wake();
    });
    socket.on('disconnect', () => {
      this.wake();
    });
  }

  static async connect(server: TestServer, token?: string): Promise<TestClient> {
    const auth = { token: token ?? (await tokenOf(server)) };
    const socket = io(`${server.url}/v1/stream`, {
      auth,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return client;
  }

  /** Connects and starts a session. @throws what the server refused it with */
  static async open(server: TestServer, over: Partial<StartPayload> = {}): Promise<TestClient> {
    const client = await TestClient.connect(server);
    await client.start(over);
    return client;
  }

  async start(over: Partial<StartPayload> = {}): Promise<SessionInfo> {
    const ack = (await this.ask('session.start', startPayload(over))) as Ack<{ session: SessionInfo }>;
    if (!ack.ok) throw Object.assign(new Error(ack.error.message), ack.error);
    return ack.session;
  }

  ask(event: keyof ClientEvents, payload: unknown = {}): Promise<Ack> {
    return this.socket.timeout(20_000).emitWithAck(event, payload) as Promise<Ack>;
  }

  frame(bytes: Uint8Array, seq = this.seq): void {
    this.seq = seq + 1;
    this.socket.emit('audio.frame', { seq }, bytes);
  }

  /** Sends audio in frames of so many bytes, never further ahead than the credit. */
  async play(bytes: Uint8Array, frameBytes: number, bytesPerMs = 32, creditMs = 15_000): Promise<void> {
    let sentMs = 0;
    for (let at = 0; at < bytes.length; at += frameBytes) {
      const part = bytes.subarray(at, at + frameBytes);
      this.frame(part);
      sentMs += part.length / bytesPerMs;
      while (sentMs - this.doneMs() > creditMs) await this.change();
    }
  }

  /** Ends the session and waits until everything was told. */
  async end(): Promise<Told[]> {
    await this.ask('session.end');
    await this.until((told) => told.event === 'session.closed');
    this.socket.disconnect();
    return this.told;
  }

  of<E extends EventName>(event: E): (ServerEvents[E] & Stamp)[] {
    const mine: readonly { event: EventName; data: unknown }[] = this.told.filter((one) => one.event === event);
    return mine.map(({ data }) => data as ServerEvents[E] & Stamp);
  }

  /** Waits for an event that has come or will come. */
  async until(match: (told: Told) => boolean, timeoutMs = 30_000): Promise<Told> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const found = this.told.find(match);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`never told; only: ${this.told.map((one) => one.event).join(' ')}`);
      await this.change();
    }
  }

  private doneMs(): number {
    const ack = this.of('audio.ack').at(-1);
    return ack ? ack.receivedMs - ack.bufferedMs : 0;
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.waiters.delete(done);
        resolve();
      };
      const timer = setTimeout(done, 200);
      this.waiters.add(done);
    });
  }

  private wake(): void {
    for (const waiter of this.waiters) waiter();
  }
}

/** What must be the same however audio was cut: everything told of utterances, without stamps, acks and interim results. */
export function essence(told: readonly Told[]): object[] {
  return told
    .filter(
      ({ event, data }) =>
        event !== 'audio.ack' &&
        event !== 'session.closed' &&
        event !== 'transcript.partial' &&
        !(event === 'emotion.voice' && !data.isFinal),
    )
    .map(({ event, data }) => {
      const { sessionId: _session, eventSeq: _seq, at: _at, ...rest } = data;
      return { event, ...rest };
    })
    .sort((a, b) => key(a).localeCompare(key(b)));
}

/** Events of different utterances may interleave differently; within one, the order is a rule of its own (PR4). */
const key = (one: { event: string; utteranceId?: string }): string => `${one.utteranceId ?? ''} ${one.event}`;
