import { once } from 'node:events';
import { request } from 'node:http';
import { io, Manager } from 'socket.io-client';
import { clip, consent, pcmOf, startPayload, TestClient } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';

const SPEECH = pcmOf(clip('two-sentences.wav')).bytes;
const SECRET = 'correct-horse-battery-staple';

let server: TestServer;
beforeAll(async () => {
  server = await startServer({
    CREDIT_MS: '3000',
    IDLE_TIMEOUT_S: '2',
    MAX_SESSIONS_PER_TOKEN: '3',
    MAX_UNAUTHENTICATED: '5',
    MAX_UPLOAD_MB: '1',
    MAX_TEXT_CHARS: '1000',
  });
});
afterAll(async () => {
  expect(server.log()).not.toContain(SECRET);
  await server.stop();
});

/** After every attack a decent client must be served as if nothing had happened. */
afterEach(async () => {
  const client = await TestClient.open(server);
  await client.play(SPEECH, 6_400, 32, 2_000);
  await client.end();
  expect(client.of('fusion.result')).toHaveLength(2);
  expect(client.of('error')).toEqual([]);
});

async function post(fields: Record<string, string | Blob>): Promise<Response> {
  const form = new FormData();
  const all = { consent: JSON.stringify(consent()), context: '{"purpose":"test","setting":"personal"}', ...fields };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  return fetch(`${server.url}/v1/analyses`, { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body: form });
}
const blob = (bytes: Uint8Array): Blob => new Blob([new Uint8Array(bytes)]);

describe('frames', () => {
  it('[PR2] before session.start are refused', async () => {
    const client = await TestClient.connect(server);
    client.frame(SPEECH.subarray(0, 640));
    expect((await client.until((one) => one.event === 'error')).data).toMatchObject({ code: 'consentRequired' });
    client.socket.disconnect();
  });

  it('[PR3] gaps and repeats are named, and nothing stops', async () => {
    const client = await TestClient.open(server);
    client.frame(SPEECH.subarray(0, 640), 0);
    client.frame(SPEECH.subarray(640, 1_280), 5);
    client.frame(SPEECH.subarray(1_280, 1_920), 5);
    client.frame(SPEECH.subarray(1_280, 1_920), 6);
    await client.end();
    expect(client.of('error').map(({ code, param }) => [code, param])).toEqual([
      ['sequenceGap', 'seq 1'],
      ['sequenceGap', 'seq 5'],
    ]);
    expect(client.of('session.closed')[0]).toMatchObject({ totals: { frames: 3 } });
  });

  it('[PR6] beyond the credit are dropped by name, and the session goes on', async () => {
    const client = await TestClient.open(server);
    for (let i = 0; i < 80; i++) client.frame(Buffer.concat([SPEECH, SPEECH]).subarray(0, 32 * 2_000));
    await client.until((one) => one.event === 'error');
    await client.end();
    const dropped = client.of('error');
    expect(new Set(dropped.map(({ code }) => code))).toEqual(new Set(['rateLimited']));
    expect(dropped[0]).toMatchObject({
      retryable: true,
      retryAfterMs: expect.any(Number),
      param: expect.stringMatching(/^seq \d+$/),
    });
    const { totals } = client.of('session.closed')[0]!;
    expect(totals.droppedFrames).toBe(dropped.length);
    expect(totals.frames + totals.droppedFrames).toBe(80);
  });

  it('[PR7] over the limit get an error instead of a cut line', async () => {
    const client = await TestClient.open(server);
    client.frame(Buffer.alloc(300_000));
    expect((await client.until((one) => one.event === 'error')).data).toMatchObject({
      code: 'messageTooLarge',
      fatal: false,
    });
    expect(client.socket.connected).toBe(true);
    await client.end();
  });

  it('[PR8] of odd length, of text and with NaN are bad but not fatal', async () => {
    const client = await TestClient.open(server);
    client.frame(SPEECH.subarray(0, 641));
    client.socket.emit('audio.frame', { seq: 1 }, SECRET);
    client.socket.emit('audio.frame', { seq: -1 }, SPEECH.subarray(0, 640));
    client.socket.emit('audio.frame', SECRET);
    client.socket.emit('audio.frame');
    await client.end();
    const errors = client.of('error');
    expect(errors.map(({ code }) => code)).toEqual([
      'invalidAudioFrame',
      'invalidAudioFrame',
      'configInvalid',
      'configInvalid',
      'configInvalid',
    ]);
    expect(JSON.stringify(errors)).not.toContain(SECRET);
    const floats = await TestClient.open(server, { audio: { encoding: 'pcm_f32le', sampleRate: 16_000 } });
    floats.frame(new Uint8Array(new Float32Array(16_000).fill(NaN).buffer));
    await floats.end();
    expect(floats.of('warning').map(({ code }) => code)).toContain('invalidSamples');
  });

  it('of a wrongly declared rate or container end in a result or an error, never in silence', async () => {
    const wrong = await TestClient.open(server, { audio: { encoding: 'pcm_s16le', sampleRate: 48_000 } });
    await wrong.play(SPEECH, 6_400, 96, 2_000);
    await wrong.end();
    expect(wrong.of('session.closed')).toHaveLength(1);
    const garbage = await TestClient.open(server, { audio: { encoding: 'webm_opus', sampleRate: 48_000 } });
    for (let i = 0; i < 8; i++) garbage.frame(clip('not-audio.bin').subarray(0, 60_000));
    garbage.frame(SPEECH.subarray(0, 60_000));
    garbage.frame(Buffer.alloc(200_000, 7));
    garbage.frame(Buffer.alloc(200_000, 9));
    await garbage.end();
    expect(garbage.of('error').map(({ code }) => code)).toContain('invalidAudioFrame');
  });
});

describe('sessions', () => {
  it('need fields that are right, and say which is not', async () => {
    const bad: [object, string][] = [
      [{ audio: { encoding: 'mp5', sampleRate: 16_000 } }, 'audio.encoding'],
      [{ audio: { encoding: 'pcm_s16le', sampleRate: 4_000 } }, 'audio.sampleRate'],
      [{ modalities: [] }, 'modalities'],
      [{ language: '??' }, 'language'],
      [{ interimIntervalMs: 5 }, 'interimIntervalMs'],
    ];
    for (const [over, param] of bad) {
      const client = await TestClient.connect(server);
      const ack = await client.ask('session.start', { ...startPayload(), ...over });
      expect(ack).toMatchObject({ ok: false, error: { code: 'configInvalid', param } });
      client.socket.disconnect();
    }
  });

  it('start once, and lock the audio format', async () => {
    const client = await TestClient.open(server);
    expect(await client.ask('session.start', startPayload())).toMatchObject({
      ok: false,
      error: { code: 'configLocked' },
    });
    const update = await client.ask('session.update', { audio: { encoding: 'mulaw', sampleRate: 8_000 } });
    expect(update).toMatchObject({ ok: false, error: { code: 'configLocked', param: 'audio' } });
    expect(await client.ask('session.update', { interimIntervalMs: 500 })).toEqual({ ok: true });
    await client.end();
  });

  it('[PR7] one token has its number of sessions and no more', async () => {
    const first = await TestClient.open(server);
    const token = (first.socket.auth as { token: string }).token;
    const others = await Promise.all([TestClient.connect(server, token), TestClient.connect(server, token)]);
    for (const other of others) await other.start();
    const fourth = await TestClient.connect(server, token);
    await expect(fourth.start()).rejects.toMatchObject({ code: 'rateLimited' });
    await others[0].end();
    await fourth.start();
    for (const client of [first, others[1], fourth]) await client.end();
  });

  it('[PR7] that say nothing are closed after the idle time', async () => {
    const client = await TestClient.open(server);
    const closed = await client.until((one) => one.event === 'session.closed', 6_000);
    expect(closed.data).toMatchObject({ reason: 'idle' });
    const silent = await TestClient.connect(server);
    await new Promise((resolve) => silent.socket.once('disconnect', resolve));
  });

  it('unknown events are named', async () => {
    const client = await TestClient.open(server);
    client.socket.emit('session.explode', SECRET);
    expect((await client.until((one) => one.event === 'error')).data).toMatchObject({
      code: 'configInvalid',
      param: 'event',
    });
    await client.end();
  });

  it('[PR9] of a client that vanishes mid-word leave nothing behind', async () => {
    const { url } = server;
    for (let i = 0; i < 5; i++) {
      const client = await TestClient.open(server);
      await client.play(SPEECH.subarray(0, 32 * 900), 640);
      client.socket.io.engine.close();
    }
    // Their places are free again: a token's limit would refuse the fourth otherwise.
    const client = await TestClient.open(server);
    await client.end();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});

describe('text', () => {
  it('empty, emoji only, of no known language, control characters: each has a result', async () => {
    const client = await TestClient.open(server);
    const texts = [
      '',
      '   ',
      '😀',
      '😭😭',
      'ありがとうございます',
      'xqzv brrk plomf',
      '\u0000\u0007',
      'a'.repeat(1_000),
    ];
    for (const text of texts) expect(await client.ask('text.input', { text })).toEqual({ ok: true });
    await client.end();
    const results = client.of('fusion.result');
    expect(results).toHaveLength(texts.length);
    expect(results[0]).toMatchObject({
      decision: { label: null, abstainReason: 'noEvidence' },
      modalities: { text: { reason: 'empty' } },
    });
    expect(results[4]?.modalities.text).toMatchObject({ reason: 'unsupportedLanguage' });
    for (const { scores } of results) expect(Object.values(scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  });

  it('[PR7] over the limit, 1 MB and more, is refused', async () => {
    const client = await TestClient.open(server);
    const large = await client.ask('text.input', { text: 'x'.repeat(1_000_000) });
    expect(large).toMatchObject({ ok: false, error: { code: 'messageTooLarge', param: 'text' } });
    await client.end();
    const response = await post({ text: 'y'.repeat(5_000) });
    expect(response.status).toBe(413);
  });

  it('a flood of messages is told to slow down', async () => {
    const client = await TestClient.open(server);
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, i) => client.ask('text.input', { text: `message ${i}` })),
    );
    const refused = answers.filter((one) => !one.ok);
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused) expect(one).toMatchObject({ error: { code: 'rateLimited', retryable: true } });
    await client.end();
    expect(client.of('fusion.result')).toHaveLength(200 - refused.length);
  });
});

describe('strangers', () => {
  it('[PR1] without a token are refused in the handshake, whatever they send', async () => {
    const socket = io(`${server.url}/v1/stream`, { transports: ['websocket'], reconnection: false, forceNew: true });
    socket.emit('session.start', startPayload());
    const error = await new Promise<Error & { data?: { code: string } }>((resolve) =>
      socket.once('connect_error', resolve),
    );
    expect(error.data?.code).toBe('unauthorized');
    socket.disconnect();
    const root = io(server.url, { transports: ['websocket'], reconnection: false, forceNew: true });
    const refused = await new Promise<Error & { data?: { code: string } }>((resolve) =>
      root.once('connect_error', resolve),
    );
    expect(refused.data?.code).toBe('notFound');
    root.disconnect();
  });

  it('[PR7] in numbers are turned away, and those who wait are cut', async () => {
    // A connection without a namespace: nobody has asked for a token yet. Some look like a known one.
    const knock = (_: unknown, i: number): Promise<Manager | undefined> =>
      new Promise((resolve) => {
        const options = { transports: ['websocket'], reconnection: false, autoConnect: false };
        const manager = new Manager(server.url, { ...options, query: i % 2 === 0 ? {} : { xsid: '1' } });
        manager.open((error) => {
          resolve(error ? undefined : manager);
        });
      });
    const strangers = await Promise.all(Array.from({ length: 30 }, knock));
    const inside = strangers.filter((one) => one !== undefined);
    expect(inside.length).toBeLessThanOrEqual(5);
    await Promise.all(inside.map((one) => new Promise((resolve) => one.once('close', resolve))));
  }, 30_000);
});

describe('files by REST', () => {
  it.each(['corrupt.flac', 'truncated.m4a', 'not-audio.bin'])('%s is an error without its content', async (name) => {
    const response = await post({ audio: blob(clip(name)) });
    expect(response.status).toBe(422);
    expect(response.headers.get('content-type')).toMatch(/problem\+json/);
    expect(await response.json()).toMatchObject({ code: 'invalidAudioFrame', param: 'audio' });
  });

  it.each(['silence.wav', 'noise.wav'])('%s has no utterance', async (name) => {
    const response = await post({ audio: blob(clip(name)) });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ utterances: [] });
  });

  it('one millisecond of audio with words is one utterance whose voice says nothing', async () => {
    const wav = clip('two-sentences.wav').subarray(0, 44 + 32);
    const response = await post({ audio: blob(wav), text: 'What a wonderful day!' });
    expect(response.status).toBe(200);
    const { utterances } = (await response.json()) as { utterances: { result: { modalities: { voice: object } } }[] };
    expect(utterances[0]?.result.modalities.voice).toMatchObject({ status: 'unavailable' });
  });

  it('[PR7] have places like sessions: held from their first byte, given back when it is over', async () => {
    const uploads = Array.from({ length: 4 }, () => {
      const headers = { 'X-API-Key': server.apiKey, 'content-type': 'multipart/form-data; boundary=x' };
      const upload = request(`${server.url}/v1/analyses`, { method: 'POST', headers });
      upload.on('error', () => undefined);
      upload.write('--x\r\ncontent-disposition: form-data; name="text"\r\n\r\nunending');
      return upload;
    });
    try {
      // Three go on and on; whichever is the fourth is answered at once.
      const [refused] = await Promise.race(uploads.map((upload) => once(upload, 'response')));
      expect(refused).toMatchObject({ statusCode: 429, headers: { 'retry-after': expect.any(String) } });
      const response = await post({ text: 'hello' });
      expect(await response.json()).toMatchObject({ code: 'rateLimited', param: 'sessionsPerToken' });
    } finally {
      for (const upload of uploads) upload.destroy();
    }
    let { status } = await post({ text: 'hello' });
    for (const deadline = Date.now() + 20_000; status === 429 && Date.now() < deadline;) {
      ({ status } = await post({ text: 'hello' }));
    }
    expect(status).toBe(200);
  });

  it('over the upload limit, without fields, without key: named errors', async () => {
    expect((await post({ audio: blob(Buffer.alloc(2_000_000)) })).status).toBe(413);
    expect(await (await post({})).json()).toMatchObject({ code: 'configInvalid', param: 'audio' });
    expect(await (await post({ consent: '{' })).json()).toMatchObject({ code: 'configInvalid', param: 'consent' });
    const anonymous = await fetch(`${server.url}/v1/analyses`, { method: 'POST', body: new FormData() });
    expect(anonymous.status).toBe(401);
    expect((await fetch(`${server.url}/v1/nowhere`)).status).toBe(404);
  });
});
