import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Server, type Socket } from 'socket.io';
import type { Api } from './api.js';
import { StreamClient } from './stream-client.js';

type Answer = (answer: object) => void;

const api = { token: () => Promise.resolve('token') } as Api;
const limits = { creditMs: 20_000, textChars: 5_000 };

describe('the connection of the live page', () => {
  let io: Server;
  let client: StreamClient;
  let states: string[];
  /** Each connection that was made, in order. */
  let connections: Socket[];
  let erasure: (socket: Socket, answer: Answer) => Promise<void>;
  const closedThenAnswered: typeof erasure = async (socket, answer) => {
    socket.emit('session.closed', { reason: 'consentWithdrawn', totals: {} });
    await wait(100);
    answer({ ok: true, remaining: [], recorded: true, erased: true });
  };
  const start = (): Promise<unknown> =>
    client.start({ modalities: ['text'], consent: {}, context: { purpose: 'test', setting: 'personal' } });

  beforeEach(async () => {
    const http = createServer();
    io = new Server(http, { serveClient: false });
    [states, connections] = [[], []];
    io.of('/v1/stream').on('connection', (socket) => {
      connections.push(socket);
      let carried = false;
      socket.on('session.start', (_payload: unknown, answer: Answer) => {
        if (carried) answer({ ok: false, error: { message: 'This connection already had its session.' } });
        else answer({ ok: true, session: { sessionId: 's', limits }, receipt: {} });
        carried = true;
      });
      socket.on('consent.withdraw', (_payload: unknown, answer: Answer) => void erasure(socket, answer));
    });
    await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
    // What a page finds its server by.
    const host = `127.0.0.1:${(http.address() as AddressInfo).port}`;
    Object.assign(globalThis, { location: { protocol: 'http:', host, hostname: '127.0.0.1' } });
    client = new StreamClient(api, (state) => states.push(state));
    client.connect();
    await until(() => states.includes('connected'));
    await start();
  });
  afterEach(async () => {
    client.close();
    await io.close();
    Reflect.deleteProperty(globalThis, 'location');
  });

  it('[LP2] waits for the answer to an erasure, which comes after its session is closed, and then connects anew', async () => {
    erasure = closedThenAnswered;
    expect(client.inSession).toBe(true);
    await expect(client.withdraw({ erase: true })).resolves.toEqual([]);
    expect(client.inSession).toBe(false);
    await until(() => connections.length === 2);
    expect(connections[0]?.connected).toBe(false);
    expect(states.filter((state) => state === 'lost')).toEqual([]);
  });

  it('[LP2] tells that an erasure is not confirmed where the connection is lost before, and connects anew once', async () => {
    erasure = async (socket) => {
      socket.emit('session.closed', { reason: 'consentWithdrawn', totals: {} });
      await wait(100);
      socket.disconnect(true);
    };
    await expect(client.withdraw({ erase: true })).rejects.toThrow('The server did not answer.');
    await until(() => connections.length === 2);
    await wait(100);
    expect(connections.map(({ connected }) => connected)).toEqual([false, true]);
  });

  it('[LP6] starts the next session on a new connection, also while the old one still waits for an answer', async () => {
    erasure = closedThenAnswered;
    const withdrawn = client.withdraw({ erase: true });
    await until(() => !client.inSession);
    expect(states.at(-1)).toBe('connecting');
    await start();
    expect(client.inSession).toBe(true);
    expect(connections).toHaveLength(2);
    await withdrawn;
  });

  it('[LP6] connects anew at once where nothing waits for an answer', async () => {
    connections[0]?.emit('session.closed', { reason: 'idle', totals: {} });
    await until(() => connections.length === 2);
    expect(client.inSession).toBe(false);
  });
});

async function until(come: () => boolean): Promise<void> {
  while (!come()) await wait(5);
}
