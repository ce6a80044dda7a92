import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { loadConfig } from '../common/config.js';
import type { LiveSession } from '../pipeline/live-session.js';
import type { PipelineService } from '../pipeline/pipeline.service.js';
import { MemoryConsents } from '../privacy/memory-consents.js';
import { NOTICE } from '../privacy/notice.js';
import type { Admission } from './admission.service.js';
import { Consents } from './consents.service.js';
import { LiveSessions } from './live-sessions.js';
import { Places } from './places.service.js';
import type { Ack } from './protocol.js';
import { StreamGateway } from './stream.gateway.js';

type GatewaySocket = Parameters<StreamGateway['handleConnection']>[0];
interface Told {
  readonly event: string;
  readonly data: Record<string, unknown>;
}

const START = {
  audio: { encoding: 'pcm_s16le', sampleRate: 16_000, channels: 1 },
  modalities: ['voice'],
  consent: {
    subjectRef: 'someone',
    purposes: ['test'],
    modalities: ['voice'],
    noticeVersion: NOTICE.version,
    acknowledged: true,
    grantedAt: new Date().toISOString(),
  },
  context: { purpose: 'test', setting: 'personal' },
};

/** A promise that is kept when it is told to. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

interface Slow {
  /** What a session waits for before it opens. */
  readonly looked?: () => Promise<void>;
  /** What it waits for before it ends. */
  readonly drained?: Promise<void>;
}

/** A gateway without a network; `heard` is what its sessions were given. */
function house({ looked = () => Promise.resolve(), drained = Promise.resolve() }: Slow = {}) {
  const config = loadConfig({ NODE_ENV: 'test', STORAGE: 'off' });
  const heard: Uint8Array[] = [];
  const session = {
    get receivedMs() {
      return heard.length * 20;
    },
    bufferedMs: 0,
    utterances: 0,
    pushAudio: (bytes: Uint8Array) => heard.push(bytes),
    end: () => drained,
    abort: () => undefined,
    withdraw: () => undefined,
  };
  const pipeline = {
    maxUtteranceMs: 30_000,
    choose: () => ({}),
    open: () => Promise.resolve(session as unknown as LiveSession),
    models: () => ({}),
    transcription: () => 'ready',
    adviseTranscription: () => undefined,
  } as unknown as PipelineService;
  const store = new MemoryConsents();
  const keep = store.keep.bind(store);
  store.keep = async (...asked) => {
    await looked();
    return keep(...asked);
  };
  const consents = new Consents(NOTICE, store, undefined);
  const gateway = new StreamGateway(
    config,
    {} as Admission,
    new Places(config),
    pipeline,
    consents,
    new LiveSessions(),
  );
  const connect = () => {
    const told: Told[] = [];
    const socket = {
      data: { caller: { tenant: 'default', role: 'client', keyId: 'key', tokenId: 'token' } },
      conn: new EventEmitter(),
      onAny: () => undefined,
      emit: (event: string, data: Told['data']) => told.push({ event, data }),
      disconnect: () => undefined,
    } as unknown as GatewaySocket;
    gateway.handleConnection(socket);
    const of = (event: string): Told['data'][] => told.filter((one) => one.event === event).map(({ data }) => data);
    /** Resolves when the acknowledgement is with the client. */
    const start = (acked: () => unknown = () => undefined): Promise<Ack> =>
      new Promise((resolve) => {
        gateway.onStart(socket, START, (ack) => {
          acked();
          setImmediate(resolve, ack);
        });
      });
    const frame = (seq: number, bytes = new Uint8Array(640)): void => {
      gateway.onFrame(socket, [{ seq }, bytes], undefined);
    };
    const end = async (): Promise<Told['data'] | undefined> => {
      gateway.onEnd(socket, undefined);
      while (of('session.closed').length === 0) await turn();
      return of('session.closed')[0];
    };
    const leave = (): void => {
      gateway.handleDisconnect(socket);
    };
    return { socket, of, start, frame, end, leave };
  };
  return { gateway, heard, connect };
}

beforeAll(() => {
  Logger.overrideLogger(false);
});

describe('a server that stops', () => {
  it.each([
    ['its client is gone', 'disconnected'],
    ['its client ended', 'ended'],
  ])('[PR9] waits for a session that still drains because %s', async (_why, reason) => {
    const drain = gate();
    const { gateway, connect } = house({ drained: drain.opened });
    const client = connect();
    expect(await client.start()).toMatchObject({ ok: true });
    if (reason === 'ended') gateway.onEnd(client.socket, undefined);
    else client.leave();
    let stopped = false;
    const stop = gateway.beforeApplicationShutdown().then(() => (stopped = true));
    for (let i = 0; i < 10; i++) await turn();
    expect(stopped).toBe(false);
    drain.open();
    await stop;
    expect(client.of('session.closed')).toMatchObject([{ reason }]);
    client.leave();
  });
});

describe('while a session opens', () => {
  const SMALL = 640;

  it('[PR3] what comes meanwhile is handled in its order, after the session was acknowledged', async () => {
    const look = gate();
    const { gateway, heard, connect } = house({ looked: () => look.opened });
    const client = connect();
    const answers: string[] = [];
    const started = client.start(() => answers.push('start'));
    for (let seq = 0; seq < 3; seq++) client.frame(seq, new Uint8Array(SMALL).fill(seq));
    gateway.onForceEnd(client.socket, () => answers.push('forceEnd'));
    expect(heard).toEqual([]);
    look.open();
    await started;
    expect(await client.end()).toMatchObject({ totals: { frames: 3, droppedFrames: 0 } });
    expect(heard.map(([first]) => first)).toEqual([0, 1, 2]);
    expect(answers).toEqual(['start', 'forceEnd']);
    client.leave();
  });

  it.each([
    ['messages', 1_000, SMALL],
    ['bytes', 7, 262_144],
  ])(
    '[PR6] [PR7] no more than so many %s wait; the others are refused by name, and it goes on',
    async (_what, fit, size) => {
      const look = gate();
      const { gateway, heard, connect } = house({ looked: () => look.opened });
      const client = connect();
      const started = client.start();
      for (let seq = 0; seq < fit + 5; seq++) client.frame(seq, new Uint8Array(size));
      expect(client.of('error')).toHaveLength(5);
      expect(client.of('error')[0]).toMatchObject({
        code: 'rateLimited',
        param: `seq ${fit}`,
        retryable: true,
        retryAfterMs: expect.any(Number),
      });
      const answers: Ack[] = [];
      gateway.onText(client.socket, { text: 'x'.repeat(size) }, (ack) => answers.push(ack));
      expect(answers).toMatchObject([{ ok: false, error: { code: 'rateLimited', retryAfterMs: expect.any(Number) } }]);
      look.open();
      expect(await started).toMatchObject({ ok: true });
      expect(await client.end()).toMatchObject({ totals: { frames: fit, droppedFrames: 5 } });
      expect(heard).toHaveLength(fit);
      client.leave();
    },
  );

  it('[PR7] a payload weighs what it holds, however it is nested', async () => {
    const look = gate();
    const { gateway, connect } = house({ looked: () => look.opened });
    const client = connect();
    const started = client.start();
    const deep: unknown[] = [];
    for (let i = 0, at = deep; i < 500_000; i++) {
      const inner: unknown[] = [];
      at.push(inner);
      at = inner;
    }
    for (const body of [deep, Array(500_000).fill(0), { text: new Uint8Array(3_000_000) }]) {
      const answers: Ack[] = [];
      gateway.onText(client.socket, body, (ack) => answers.push(ack));
      expect(answers).toMatchObject([{ ok: false, error: { code: 'rateLimited' } }]);
    }
    look.open();
    await started;
    await client.end();
    client.leave();
  });

  it('[PR3] one that failed lets the next begin, and what came after that waits for it', async () => {
    let looks = 0;
    const looked = async (): Promise<void> => {
      await turn();
      if (looks++ === 0) throw new Error('the database is away');
    };
    const { heard, connect } = house({ looked });
    const client = connect();
    const [first, second] = [client.start(), client.start()];
    for (let seq = 0; seq < 3; seq++) client.frame(seq);
    expect(await first).toMatchObject({ ok: false, error: { code: 'overloaded' } });
    expect(await second).toMatchObject({ ok: true });
    expect(await client.end()).toMatchObject({ totals: { frames: 3 } });
    expect(heard).toHaveLength(3);
    expect(client.of('error')).toEqual([]);
    client.leave();
  });
});
