import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PROJECT_ROOT } from '../../src/common/config.js';
import { readManifest } from '../../src/common/model-manifest.js';
import type { Utterance } from '../../src/emotion/utterance.js';
import { TextService, type TextServiceOptions } from '../../src/text/text.service.js';
import { startFakeHub, type FakeHub } from '../support/fake-hub.js';
import { OWN_WHISPER } from '../support/said.js';

const ID = 'someone/whisper';

const modelsDir = join(PROJECT_ROOT, 'models');
const manifest = await readManifest(modelsDir);
const shipped = Object.entries(manifest.models).find(([, entry]) => entry.kind === 'text' && !entry.hub)?.[0] ?? 'none';

const cacheDir = mkdtempSync(join(tmpdir(), 'undertone-text-'));
let hub: FakeHub;
let service: TextService;

beforeAll(async () => {
  hub = await startFakeHub(ID, OWN_WHISPER, 'empty');
});
afterEach(async () => {
  await service.close();
});
afterAll(async () => {
  await hub.close();
  rmSync(cacheDir, { recursive: true });
});

async function start(rest: Partial<TextServiceOptions> = {}): Promise<TextService> {
  service = new TextService({
    modelsDir,
    model: shipped,
    threads: 1,
    hub: { cacheDir, allowDownload: true, remoteHost: hub.url, headMs: 500 },
    whisper: { id: ID, dtype: 'q8', threads: 1 },
    transcribeTimeoutMs: 20_000,
    ...rest,
  });
  await service.start();
  return service;
}

const utterance = (rest: Partial<Utterance>): Utterance => ({
  id: 'u1',
  startMs: 0,
  endMs: 1000,
  endReason: 'silence',
  ...rest,
});
const said = (text: string) => ({ text, language: 'en', confidence: 1, source: 'client' as const });
const auto = { language: 'auto' };

describe('TextService', () => {
  it('[TX5] starts without Whisper, says how to install it, and goes on with client text', async () => {
    await start();
    await service.whisperReady();
    expect(service.whisperStatus()).toMatchObject({ status: 'unavailable', model: ID });
    expect(JSON.stringify(service.info().whisper)).toContain('MODEL_DOWNLOAD');
    const samples = new Float32Array(16_000);
    expect(await service.transcribe(utterance({ samples }), auto)).toMatchObject({ reason: 'modelUnavailable' });
    const words = await service.transcribe(utterance({ samples, clientText: { text: 'This is awful.' } }), auto);
    if ('status' in words) throw new Error(words.reason);
    expect(await service.read(words)).toMatchObject({ status: 'available', quality: { asrConfidence: 1 } });
  });

  it('[TX5] does not wait for a hub that never answers', async () => {
    hub.mood = 'silent';
    const before = performance.now();
    await start();
    const outcome = await service.transcribe(utterance({ samples: new Float32Array(16_000) }), auto);
    hub.mood = 'empty';
    expect(outcome).toMatchObject({ reason: 'modelUnavailable' });
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  it('[TX9] [TX13] hands other languages to the model that reads them, where it is installed, and never pulls it', async () => {
    const chinese = { ...said('我今天很难过。'), language: 'zh' };
    const asked = hub.requests.length;
    const alone = await start({ whisper: undefined, otherLanguages: 'someone/polyglot' });
    expect(await alone.read(chinese)).toMatchObject({ reason: 'unsupportedLanguage' });
    expect(hub.requests).toHaveLength(asked);
    await alone.close();

    // The shipped weights under another name and with another claim: which model is asked does not depend on what it says.
    const polyglot = join(cacheDir, 'polyglot');
    cpSync(join(modelsDir, shipped), polyglot, { recursive: true });
    const config = JSON.parse(readFileSync(join(polyglot, 'config.json'), 'utf8')) as { undertone: object };
    const names = ['1 star', '2 stars', '3 stars', '4 stars', '5 stars', 'LABEL_5', 'very positive'];
    const claim = { ...config, id2label: Object.fromEntries(names.entries()), undertone: { languages: ['*'] } };
    writeFileSync(join(polyglot, 'config.json'), JSON.stringify(claim));
    const text = await start({ whisper: undefined, otherLanguages: polyglot, labels: { LABEL_5: 'negative' } });
    const [other, own] = [await text.read(chinese), await text.read(said('This is awful.'))];
    expect([other, own]).toMatchObject([{ model: { name: 'polyglot' } }, { model: { name: shipped } }]);
    expect(Object.keys(other.status === 'available' ? other.scores : {})).not.toContain('surprised');
  });

  it('[TX8] names what an utterance lacks', async () => {
    const text = await start({ whisper: undefined });
    expect(text.whisperStatus()).toMatchObject({ status: 'unavailable', model: 'off' });
    expect(await text.transcribe(utterance({}), auto)).toMatchObject({ reason: 'notProvided' });
    expect(await text.transcribe(utterance({ samples: new Float32Array(0) }), auto)).toMatchObject({ reason: 'empty' });
    expect(await text.transcribe(utterance({ clientText: { text: '…' } }), auto)).toMatchObject({ reason: 'empty' });
  });

  it('[TX2] reads the same transcript the same way, on any thread', async () => {
    const text = await start({ threads: 2 });
    const all = await Promise.all(Array.from({ length: 8 }, () => text.read(said('What an awful, lonely day.'))));
    for (const evidence of all) expect(evidence).toEqual(all[0]);
  });

  it('[TX8] answers timeout when its queue is full, when it is late, and when the caller gives up', async () => {
    const text = await start({ maxQueue: 1 });
    const long = 'I hate this so much. '.repeat(200);
    const flood = await Promise.all(Array.from({ length: 6 }, () => text.read(said(long))));
    expect(flood.map(({ status }) => status)).toContain('available');
    expect(flood).toContainEqual({ modality: 'text', status: 'unavailable', reason: 'timeout' });
    expect(await text.read(said('fine'), AbortSignal.abort())).toMatchObject({ reason: 'timeout' });
    expect(await text.read(said('fine'))).toMatchObject({ status: 'available' });
  });

  it('[TX8] answers timeout for work that takes too long, and works again afterwards', async () => {
    const text = await start({ readTimeoutMs: 100 });
    expect(await text.read(said('I hate this so much. '.repeat(900)))).toMatchObject({ reason: 'timeout' });
    // The abandoned reading holds the thread until it ends: what comes meanwhile is late too.
    let { status } = await text.read(said('fine'));
    for (let tries = 0; status !== 'available' && tries < 300; tries++) ({ status } = await text.read(said('fine')));
    expect(status).toBe('available');
  });

  it('[TX8] refuses to start with a text model that is not there', async () => {
    service = new TextService({
      modelsDir,
      model: 'nobody/nothing',
      threads: 1,
      hub: { cacheDir, allowDownload: false, remoteHost: hub.url },
      transcribeTimeoutMs: 1000,
    });
    await expect(service.start()).rejects.toThrow('not installed');
    await service.start().catch(() => undefined);
    expect(await service.read(said('fine'))).toMatchObject({ status: 'unavailable', reason: 'failed' });
  });
});

describe('TextService with Whisper', () => {
  it('[TX10] pulls Whisper in the background, reports progress, and then listens', async () => {
    hub.mood = 'serve';
    await start();
    expect(['loading', 'ready']).toContain(service.whisperStatus().status);
    await service.whisperReady();
    hub.mood = 'empty';
    expect(service.whisperStatus()).toMatchObject({ status: 'ready', ref: { name: ID } });
    const hum = Float32Array.from({ length: 32_000 }, (_, i) => 0.1 * Math.sin(i / 20));
    const heard = await service.transcribe(utterance({ samples: hum.subarray(8_000) }), auto);
    expect('status' in heard ? heard.modality : heard.source).toMatch(/text|whisper/);
  });
});
