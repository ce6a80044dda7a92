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

/** A gateway without a network. Sessions take `drained` to end; `heard` is what they were given. */
function house({ drained = Promise.resolve() }: { readonly drained?: Promise<void> } = {}) {
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
  const consents = new Consents(NOTICE, new MemoryConsents(), undefined);
  const gateway = new StreamGateway(config, {} as Admission, pipeline, consents, new LiveSessions());
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
    const start = (): Promise<Ack> =>
      new Promise((resolve) => {
        gateway.onStart(socket, START, resolve);
      });
    const leave = (): void => {
      gateway.handleDisconnect(socket);
    };
    return { socket, of, start, leave };
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
