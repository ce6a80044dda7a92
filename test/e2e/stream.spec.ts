import { readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decodeFile } from '../../src/audio/decode.js';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import type { Ack } from '../../src/gateway/protocol.js';
import { clip, consent, essence, pcmOf, startPayload, TestClient, tokenOf } from '../support/client.js';
import { startServer, type TestServer } from '../support/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(async () => {
  await server.stop();
});

const TWO = pcmOf(clip('two-sentences.wav')).bytes;
const NOTHING = { purpose: 'test', setting: 'personal' };

async function stream(bytes: Uint8Array, frameBytes: number): Promise<object[]> {
  const client = await TestClient.open(server, { interimIntervalMs: 0 });
  await client.play(bytes, frameBytes);
  return essence(await client.end());
}

async function post(fields: Record<string, string>, audio?: Uint8Array): Promise<Response> {
  const form = new FormData();
  const all = { consent: JSON.stringify(consent()), context: JSON.stringify(NOTHING), ...fields };
  for (const [name, value] of Object.entries(all)) form.set(name, value);
  if (audio) form.set('audio', new Blob([new Uint8Array(audio)]), 'clip');
  return fetch(`${server.url}/v1/analyses`, { method: 'POST', headers: { 'X-API-Key': server.apiKey }, body: form });
}

interface Analysis {
  utterances: { utteranceId: string; startMs: number; endMs: number; result: object }[];
  warnings: { code: string }[];
}

describe('a session', () => {
  it('[PR4] tells start, one final result and end of every utterance, in this order', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO, 640);
    const told = await client.end();
    const ids = [...new Set(client.of('utterance.start').map((one) => one.utteranceId))];
    expect(ids).toEqual(['u1', 'u2']);
    for (const id of ids) {
      const names = told.filter(({ data }) => 'utteranceId' in data && data.utteranceId === id).map((one) => one.event);
      expect(names[0]).toBe('utterance.start');
      expect(names.at(-1)).toBe('utterance.end');
      expect(names.at(-2)).toBe('fusion.result');
      expect(names.filter((name) => name === 'fusion.result')).toHaveLength(1);
      expect(names.filter((name) => name === 'transcript.final').length).toBeLessThanOrEqual(1);
    }
    expect(client.of('session.closed')[0]).toMatchObject({
      reason: 'ended',
      totals: { utterances: 2, droppedFrames: 0 },
    });
  });

  it('stamps every event with the session and an unbroken eventSeq', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO, 3_200);
    const told = await client.end();
    expect(told.map(({ data }) => data.eventSeq)).toEqual(told.map((_, i) => i + 1));
    expect(new Set(told.map(({ data }) => data.sessionId)).size).toBe(1);
  });

  it('tells interim voice results while speech lasts, never after its end', async () => {
    const client = await TestClient.open(server, { interimIntervalMs: 200 });
    const bytes = TWO;
    for (let at = 0; at < bytes.length; at += 3_200) {
      client.frame(bytes.subarray(at, at + 3_200));
      await new Promise((done) => setTimeout(done, 40));
    }
    const told = await client.end();
    const voice = client.of('emotion.voice');
    expect(voice.filter((one) => !one.isFinal).length).toBeGreaterThan(0);
    for (const id of ['u1', 'u2']) {
      const flags = told.flatMap((one) =>
        one.event === 'emotion.voice' && one.data.utteranceId === id ? [one.data.isFinal] : [],
      );
      expect(flags.filter(Boolean)).toEqual([true]);
      expect(flags.at(-1)).toBe(true);
    }
  });

  it('[PR5] gives the same utterances and results for 20 ms frames, 1 s frames, odd frames and the file by REST', async () => {
    const small = await stream(TWO, 640);
    expect(await stream(TWO, 32_000)).toEqual(small);
    expect(await stream(TWO, 1_234)).toEqual(small);
    const response = await post({}, clip('two-sentences.wav'));
    expect(response.status).toBe(200);
    const { utterances } = (await response.json()) as Analysis;
    const results = small.filter((one) => 'event' in one && one.event === 'fusion.result');
    expect(utterances.map((one) => ({ event: 'fusion.result', ...one.result }))).toEqual(results);
  });

  it('[PR5] holds for a resampled rate and a container too', async () => {
    const { samples, sampleRate } = await decodeFile(clip('fine.44k1-stereo.wav'));
    const frames = async (bytes: number): Promise<object[]> => {
      const client = await TestClient.open(server, {
        interimIntervalMs: 0,
        audio: { encoding: 'pcm_f32le', sampleRate, channels: 1 },
      });
      await client.play(new Uint8Array(samples.buffer), bytes, (sampleRate * 4) / 1_000);
      return essence(await client.end());
    };
    const once = await frames(3_528);
    expect(once.length).toBeGreaterThan(0);
    expect(await frames(176_400)).toEqual(once);
    const webm = async (bytes: number): Promise<object[]> => {
      const client = await TestClient.open(server, {
        interimIntervalMs: 0,
        audio: { encoding: 'webm_opus', sampleRate: 48_000 },
      });
      for (let at = 0; at < clip('two-sentences.opus.webm').length; at += bytes) {
        client.frame(clip('two-sentences.opus.webm').subarray(at, at + bytes));
      }
      return essence(await client.end());
    };
    expect(await webm(100_000)).toEqual(await webm(777));
  });

  it('reads a typed message, and gives it a result without voice', async () => {
    const client = await TestClient.open(server);
    expect(await client.ask('text.input', { text: 'I hate this so much!', ref: 'm1' })).toEqual({ ok: true });
    await client.end();
    expect(client.of('utterance.start')[0]).toMatchObject({ ref: 'm1' });
    const [result] = client.of('fusion.result');
    expect(result?.modalities.voice).toMatchObject({ status: 'unavailable', reason: 'notProvided' });
    expect(result?.decision.label).toBe('angry');
    expect(result?.explanation.summary).toMatch(/\S/);
  });

  it('joins words with a time to the voice of that time, and revises when they come late', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO, 3_200);
    const first = await client.until((one) => one.event === 'utterance.end');
    const { utteranceId } = first.data as { utteranceId: string };
    const { startMs } = client.of('utterance.start').find((one) => one.utteranceId === utteranceId)!;
    const { endMs } = client.of('utterance.end')[0]!;
    await client.ask('text.input', {
      text: 'I am so sad about this',
      startMs: Math.round(startMs),
      endMs: Math.round(endMs),
    });
    const revised = await client.until((one) => one.event === 'fusion.revised');
    expect(revised.data).toMatchObject({
      utteranceId,
      revision: 2,
      supersedes: `${utteranceId}r1`,
      cause: 'transcriptRevised',
    });
    await client.end();
    expect(client.of('fusion.revised')[0]!.modalities.text.status).toBe('available');
    expect(client.of('fusion.result').filter((one) => one.utteranceId === utteranceId)).toHaveLength(1);
  });

  it('[FU1] contributions and log-prior sum to the log-scores, over the wire', async () => {
    const response = await post({ text: "I'm fine." }, clip('two-sentences.wav'));
    const { utterances } = (await response.json()) as Analysis;
    expect(utterances).toHaveLength(1);
    const result = utterances[0]!.result as ReturnType<TestClient['of']>[number] & {
      logPrior: Record<string, number>;
      logScores: Record<string, number>;
      modalities: Record<'voice' | 'text', { contribution: Record<string, number> }>;
      explanation: { counterfactual: { withoutVoice: unknown; withoutText: unknown } };
    };
    for (const e of EMOTIONS) {
      const { voice, text } = result.modalities;
      expect(result.logPrior[e] + voice.contribution[e] + text.contribution[e]).toBeCloseTo(result.logScores[e], 9);
    }
    expect(result.explanation.counterfactual.withoutVoice).toMatchObject({ label: expect.any(String) });
    expect(result.explanation.counterfactual.withoutText).toMatchObject({ label: expect.any(String) });
  });

  it('[PR9] gives words already spoken their result when the client ends in mid-word', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO.subarray(0, 32 * 900), 640);
    await client.end();
    expect(client.of('fusion.result')).toHaveLength(1);
    expect(client.of('utterance.end')[0]).toMatchObject({ reason: 'sessionEnd' });
  });

  it('ends an utterance when told to', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO.subarray(0, 32 * 900), 640);
    await client.ask('utterance.forceEnd');
    const end = await client.until((one) => one.event === 'utterance.end');
    expect(end.data).toMatchObject({ reason: 'forced' });
    await client.end();
  });

  it('[PR12] says once that transcription is unavailable, and how to install it', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO, 3_200);
    await client.end();
    const warnings = client.of('warning').filter((one) => one.code === 'transcriptionUnavailable');
    expect(warnings).toHaveLength(1);
    const ready = (await (await fetch(`${server.url}/readyz`)).json()) as Record<string, unknown>;
    expect(ready).toMatchObject({ status: 'ready', transcription: 'unavailable', code: 'transcriptionUnavailable' });
  });

  it('keeps twenty sessions apart', async () => {
    const alone = await stream(TWO, 3_200);
    const together = await Promise.all(Array.from({ length: 20 }, () => stream(TWO, 3_200)));
    for (const one of together) expect(one).toEqual(alone);
  });
});

describe('evidence of the client’s own models', () => {
  const MODALITIES = ['voice', 'text', 'face'] as const;
  const open = (): Promise<TestClient> =>
    TestClient.open(server, { modalities: [...MODALITIES], consent: consent(MODALITIES), interimIntervalMs: 0 });
  /** A face that says of the first utterance what nothing else says. */
  const faceOf = (startMs: number, endMs: number): object => ({
    modality: 'face',
    startMs,
    endMs,
    scores: { disgust: 0.94, neutral: 0.01, happy: 0.01, angry: 0.01, sad: 0.01, fearful: 0.01, surprised: 0.01 },
    reliability: 0.9,
    cues: [{ name: 'AU9', detail: 'the nose wrinkled', toward: 'disgust', weight: 1.5, audioMs: [startMs, endMs] }],
    model: 'acme/face-2',
  });
  type Result = ReturnType<typeof resultOf>;
  const resultOf = (client: TestClient, id: string) =>
    client.of('fusion.result').find((one) => one.utteranceId === id)!;

  it('[EI1] [EI2] [FU12] joins its utterance: it is in the sum, the answer, the explanation, and the same by REST', async () => {
    const [plain, client] = await Promise.all([TestClient.open(server, { interimIntervalMs: 0 }), open()]);
    await plain.play(TWO, 3_200);
    await plain.end();
    expect(await client.ask('evidence.input', faceOf(200, 1_200))).toEqual({ ok: true });
    await client.play(TWO, 3_200);
    await client.end();
    const [before, after] = [resultOf(plain, 'u1'), resultOf(client, 'u1')];
    expect(after.scores.disgust).toBeGreaterThan(before.scores.disgust * 1.5);
    expect(after.modalities.voice.contribution).toEqual(before.modalities.voice.contribution);
    expect(after.modalities.face).toMatchObject({ status: 'available', top: 'disgust', reliability: 0.45 });
    expect(after.models.face).toEqual({ name: 'client/acme/face-2', sha256: '' });
    for (const e of EMOTIONS) {
      const sum = after.logPrior[e] + after.modalities.voice.contribution[e] + after.modalities.face!.contribution[e];
      expect(sum + after.modalities.text.contribution[e]).toBeCloseTo(after.logScores[e], 9);
    }
    expect(after.explanation.summary).toContain('the face looks disgusted (the nose wrinkled)');
    expect(after.explanation.cues.find((cue) => cue.modality === 'face')).toMatchObject({ toward: 'disgust', audioMs: [200, 1_200] }); // prettier-ignore
    expect(after.explanation.counterfactual.withoutFace).toEqual({
      label: expect.any(String),
      confidence: expect.closeTo(Math.max(...Object.values(before.scores)), 9),
    });
    expect(client.of('emotion.further')).toMatchObject([{ utteranceId: 'u1', modality: 'face', evidence: { top: 'disgust' } }]); // prettier-ignore
    const without = ({ scores, modalities }: Result) => ({ scores, modalities });
    expect(without(resultOf(client, 'u2'))).toEqual(without(resultOf(plain, 'u2')));

    const fields = { modalities: JSON.stringify(MODALITIES), consent: JSON.stringify(consent(MODALITIES)) };
    const response = await post(
      { ...fields, evidence: JSON.stringify([faceOf(200, 1_200)]) },
      clip('two-sentences.wav'),
    );
    const { utterances } = (await response.json()) as Analysis;
    const essential = essence(client.told).filter((one) => 'event' in one && one.event === 'fusion.result');
    expect(utterances.map((one) => ({ event: 'fusion.result', ...one.result }))).toEqual(essential);
  });

  it('[EI2] revises the result of an utterance that is finished', async () => {
    const client = await open();
    await client.play(TWO, 3_200);
    await client.until((one) => one.event === 'utterance.end');
    const first = resultOf(client, 'u1');
    await client.ask('evidence.input', faceOf(200, 1_200));
    const { data } = await client.until((one) => one.event === 'fusion.revised');
    expect(data).toMatchObject({
      utteranceId: 'u1',
      revision: 2,
      supersedes: 'u1r1',
      cause: 'evidenceAdded',
      changed: expect.arrayContaining(['scores', 'face']),
      modalities: { face: { top: 'disgust' }, voice: { contribution: first.modalities.voice.contribution } },
    });
    await client.ask('evidence.input', faceOf(500_000, 501_000));
    await client.end();
    expect(first.modalities.face).toBeUndefined();
    expect(client.of('warning').filter(({ code }) => code === 'evidenceUnmatched')).toHaveLength(1);
  });

  it('[EI1] without consent it is refused, and nothing changes', async () => {
    const client = await TestClient.open(server, { interimIntervalMs: 0 });
    expect(await client.ask('evidence.input', faceOf(200, 1_200))).toMatchObject({
      ok: false,
      error: { code: 'consentRequired', param: 'modality', fatal: false },
    });
    await client.play(TWO, 3_200);
    expect(essence(await client.end())).toEqual(await stream(TWO, 3_200));
    const modalities = ['voice', 'face'] as const;
    await expect(TestClient.open(server, { modalities: [...modalities] })).rejects.toMatchObject({
      code: 'consentRequired',
      param: 'consent.modalities',
    });
    const alone = { modalities: ['face' as const], consent: consent(['face']) };
    await expect(TestClient.open(server, alone)).rejects.toMatchObject({ code: 'configInvalid', param: 'modalities' });
    const response = await post({ evidence: JSON.stringify([faceOf(0, 900)]) }, clip('two-sentences.wav'));
    expect(await response.json()).toMatchObject({ code: 'consentRequired' });
  });

  it('[EI4] [PV3] a withdrawal takes it out at once, and the rest goes on', async () => {
    const client = await open();
    await client.ask('evidence.input', faceOf(200, 1_200));
    expect(await client.ask('consent.withdraw', { modality: 'face' })).toMatchObject({ remaining: ['voice', 'text'] });
    expect(await client.ask('evidence.input', faceOf(200, 1_200))).toMatchObject({
      error: { code: 'consentRequired' },
    });
    await client.play(TWO, 3_200);
    await client.end();
    expect(client.of('consent.withdrawn')[0]).toMatchObject({ withdrawn: ['face'], remaining: ['voice', 'text'] });
    for (const { modalities } of client.of('fusion.result')) expect(modalities.face).toBeUndefined();
  });

  it('[EI6] says what is wrong with it, and repeats nothing of it', async () => {
    const client = await open();
    const good = faceOf(0, 900);
    const cue = { name: 'AU9', toward: 'disgust', weight: 1 };
    const bad: readonly (readonly [object, string])[] = [
      [{ modality: 'voice' }, 'modality'],
      [{ modality: 'gait' }, 'modality'],
      [{ startMs: 900, endMs: 100 }, 'endMs'],
      [{ startMs: -1 }, 'startMs'],
      [{ endMs: 1e12 }, 'endMs'],
      [{ scores: { sad: 0.4, happy: 0.4 } }, 'scores'],
      [{ scores: { sad: 1.5, happy: -0.5 } }, 'scores.sad'],
      [{ scores: { sad: 1 } }, 'scores'],
      [{ scores: { sad: 0.5, secret: 0.5 } }, 'scores'],
      [{ scores: { sad: NaN, happy: 1 } }, 'scores.sad'],
      [{ prior: { sad: 0.5, happy: 0.5 } }, 'prior'],
      [{ reliability: 2 }, 'reliability'],
      [{ reliability: undefined }, 'reliability'],
      [{ cues: Array.from({ length: 21 }, () => cue) }, 'cues'],
      [{ cues: [{ ...cue, name: 'x'.repeat(65) }] }, 'cues.0.name'],
      [{ cues: [{ ...cue, detail: 'secret\u0000' }] }, 'cues.0.detail'],
      [{ cues: [{ ...cue, weight: 1e9 }] }, 'cues.0.weight'],
      [{ cues: [{ ...cue, toward: 'secret' }] }, 'cues.0.toward'],
      [{ cues: [{ ...cue, audioMs: [5, 5] }] }, 'cues.0.audioMs'],
      [{ model: 'secret name' }, 'model'],
      [{ secret: 1 }, ''],
    ];
    for (const [over, param] of bad) {
      const answer = (await client.ask('evidence.input', { ...good, ...over })) as Extract<Ack, { ok: false }>;
      expect({ over, error: answer.error }).toMatchObject({ error: { code: 'configInvalid', fatal: false } });
      expect(answer.error.param ?? '').toBe(param);
      expect(answer.error.message).toMatch(/\S/);
      if (!('secret' in over)) expect(answer.error.message).not.toContain('secret');
    }
    expect(await client.ask('evidence.input', good)).toEqual({ ok: true });
    await client.end();
    const typing = await TestClient.connect(server);
    await typing.start({ modalities: ['text', 'face'], consent: consent(['text', 'face']), audio: undefined });
    expect(await typing.ask('evidence.input', good)).toMatchObject({
      error: { code: 'configInvalid', param: 'audio' },
    });
    await typing.end();
  });
});

describe('consent', () => {
  it('[PV1] nothing is processed without a record', async () => {
    await expect(TestClient.open(server, { consent: undefined })).rejects.toMatchObject({ code: 'consentRequired' });
    const response = await post({ consent: '{}', text: 'hello' });
    expect(response.headers.get('content-type')).toMatch(/problem\+json/);
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/consentRequired|configInvalid/) });
  });

  it('[PV2] refuses the workplace and the school', async () => {
    for (const setting of ['workplace', 'education']) {
      const context = { purpose: 'test', setting };
      await expect(TestClient.open(server, { context })).rejects.toMatchObject({ code: 'contextProhibited' });
    }
  });

  it('[PR2] refuses a modality that the record does not cover, and does not read what was not asked for', async () => {
    await expect(TestClient.open(server, { consent: consent(['text']) })).rejects.toMatchObject({
      code: 'consentRequired',
    });
    const client = await TestClient.open(server, { consent: consent(['text']), modalities: ['text'] });
    await client.play(TWO, 3_200);
    await client.end();
    expect(client.of('fusion.result')).toHaveLength(2);
    for (const one of client.of('fusion.result'))
      expect(one.modalities.voice).toMatchObject({ reason: 'notConsented' });
    expect(client.of('emotion.voice').filter((one) => one.evidence.status === 'available')).toEqual([]);
  });

  it('a withdrawal takes effect before the next frame and closes the session', async () => {
    const client = await TestClient.open(server);
    await client.play(TWO.subarray(0, 32 * 900), 640);
    await client.until((one) => one.event === 'utterance.start');
    expect(await client.ask('consent.withdraw')).toMatchObject({ ok: true, remaining: [] });
    await client.until((one) => one.event === 'session.closed');
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'consentWithdrawn' });
    for (const one of client.of('fusion.result'))
      expect(one.decision).toMatchObject({ label: null, abstainReason: 'noEvidence' });
    expect(client.of('utterance.end')).toHaveLength(client.of('utterance.start').length);
  });
});

const DATA = process.env['UNDERTONE_DATA'];
const real = DATA && existsSync(join(DATA, 'corpora/manifest.csv')) ? describe : describe.skip;

real('on people (UNDERTONE_DATA)', () => {
  it('[PR5] fifty clips of CREMA-D and RAVDESS: the same by 20 ms frames, 1 s frames and REST', async () => {
    const rows = readFileSync(join(DATA!, 'corpora/manifest.csv'), 'utf8').split('\n').slice(1);
    const of = (corpus: string): string[] => {
      const mine = rows.filter((row) => row.startsWith(`${corpus},`)).map((row) => row.split(',')[1]!);
      return mine.filter((_, i) => i % Math.floor(mine.length / 25) === 0).slice(0, 25);
    };
    const paths = [...of('cremad'), ...of('ravdess')];
    expect(paths).toHaveLength(50);
    for (const path of paths) {
      const file = readFileSync(join(DATA!, 'corpora', path));
      const { samples, sampleRate } = await decodeFile(file);
      const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
      const audio = { encoding: 'pcm_f32le', sampleRate, channels: 1 } as const;
      const [small, large] = await Promise.all(
        [20, 1_000].map(async (ms) => {
          const client = await TestClient.open(server, { ...startPayload(), audio, interimIntervalMs: 0 });
          const bytesPerMs = (sampleRate * 4) / 1_000;
          await client.play(bytes, ms * bytesPerMs, bytesPerMs);
          return essence(await client.end());
        }),
      );
      expect(large).toEqual(small);
      const { utterances } = (await (await post({}, file)).json()) as Analysis;
      const results = small!.filter((one) => 'event' in one && one.event === 'fusion.result');
      expect(utterances.map((one) => ({ event: 'fusion.result', ...one.result }))).toEqual(results);
    }
  }, 300_000);
});

it('[PR6] a clock that jumps back stops no session', async () => {
  const clock = pathToFileURL(join(PROJECT_ROOT, 'test', 'support', 'jumping-clock.mjs')).href;
  const own = await startServer({ NODE_OPTIONS: `--import=${clock}` });
  try {
    const client = await TestClient.open(own, { interimIntervalMs: 0 });
    // More than the credit: without acknowledgements it never gets through.
    const playing = client.play(Buffer.concat(Array.from({ length: 6 }, () => TWO)), 6_400);
    await client.until(({ event }) => event === 'audio.ack');
    const jumped = new Promise<void>((resolve) => {
      own.process.stdout!.on('data', (printed: Buffer) => {
        if (printed.includes('the clock jumped back')) resolve();
      });
    });
    own.process.kill('SIGUSR2');
    await jumped;
    await playing;
    await client.end();
    expect(client.of('session.closed')[0]).toMatchObject({ reason: 'ended', totals: { droppedFrames: 0 } });
  } finally {
    await own.stop();
  }
}, 120_000);

it('[PR1] tokens are short-lived and checked', async () => {
  const token = await tokenOf(server);
  await expect(TestClient.connect(server, token.slice(0, -2) + 'xx')).rejects.toMatchObject({
    data: { code: 'unauthorized' },
  });
  await expect(TestClient.connect(server, '')).rejects.toMatchObject({ data: { code: 'unauthorized' } });
  const refused = await fetch(`${server.url}/v1/tokens`, { method: 'POST', headers: { 'X-API-Key': 'wrong' } });
  expect(refused.status).toBe(401);
  expect(await refused.json()).toMatchObject({ code: 'unauthorized', param: 'X-API-Key' });
});
