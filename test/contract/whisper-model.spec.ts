import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { writeManifestEntry, type ManifestEntry } from '../../src/common/model-manifest.js';
import { SAMPLE_RATE, type Word } from '../../src/emotion/utterance.js';
import type { HubSource, Progress } from '../../src/text/hub-source.js';
import { ModelUnavailable } from '../../src/text/hub.model.js';
import { judge } from '../../src/text/plausible.js';
import { loadWhisper, type WhisperModel } from '../../src/text/whisper.model.js';
import { areTimes } from '../../src/text/word-times.js';
import { startFakeHub, type FakeHub, type HubMood } from '../support/fake-hub.js';
import { pinsOf, writeSmallModel } from '../support/small-model.js';
import { haveCorpora } from '../support/held-out.js';
import { room, ROOM_NAMES } from '../support/rooms.js';
import { hitsOf, isOwn, OWN_WHISPER, report, saidByPeople, saidByVoices, WHISPER, type Said } from '../support/said.js';

const ID = 'someone/whisper-cremad';
const ENCODER = 'onnx/encoder_model_quantized.onnx';

let cacheDir: string;
let hub: FakeHub;

beforeEach(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'undertone-hub-'));
  hub = await startFakeHub(ID, OWN_WHISPER);
});
afterEach(async () => {
  await hub.close();
  rmSync(cacheDir, { recursive: true });
});

const source = (rest: Partial<HubSource> = {}): HubSource => ({
  id: ID,
  cacheDir,
  dtype: 'q8',
  allowDownload: true,
  remoteHost: hub.url,
  ...rest,
});
const failure = async (given: HubSource): Promise<ModelUnavailable> => {
  const error: unknown = await loadWhisper(given).catch((reason: unknown) => reason);
  if (error instanceof ModelUnavailable) return error;
  throw new Error('no ModelUnavailable', { cause: error });
};

describe('Whisper that is not installed', () => {
  it('[TX5] is refused at once, without asking the hub, when downloads are off', async () => {
    expect(await failure(source({ allowDownload: false }))).toMatchObject({ reason: 'notInstalled' });
    expect(hub.requests).toEqual([]);
  });

  it.each<HubMood>(['empty', 'silent'])('[TX5] is refused soon by a hub that is %s', async (mood) => {
    hub.mood = mood;
    const before = performance.now();
    expect(await failure(source({ headMs: 500 }))).toMatchObject({ reason: 'unreachable' });
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('[TX5] is refused soon where nobody listens', async () => {
    expect(await failure(source({ remoteHost: 'http://127.0.0.1:9' }))).toMatchObject({ reason: 'unreachable' });
  });

  it('[TX5] says what to do, and tells no path and no address in what may reach a client', async () => {
    hub.mood = 'empty';
    const { message, howTo, detail } = await failure(source());
    expect(message).toBe(`${ID}: its weights are not installed, and could not be pulled from the hub`);
    expect(howTo).toContain('onnx/*_quantized.onnx');
    for (const told of [message, howTo]) for (const secret of [cacheDir, hub.url]) expect(told).not.toContain(secret);
    expect(detail).toContain(hub.url);
  });

  it('[MS3] is refused by name of the file when the hub sends other bytes, or when a byte changes later', async () => {
    const origin = join(cacheDir, 'origin');
    writeSmallModel(origin);
    const modelsDir = join(cacheDir, 'models');
    const entry: ManifestEntry = {
      kind: 'whisper',
      licence: 'MIT',
      hub: { id: ID, revision: 'v1' },
      files: pinsOf(origin, [ENCODER]),
    };
    mkdirSync(modelsDir);
    await writeManifestEntry(modelsDir, ID, entry);
    const small = await startFakeHub(ID, origin, 'flipped', 'v1');
    const given = source({ modelsDir, remoteHost: small.url });
    const refused = { reason: 'mismatch', message: expect.stringContaining(ENCODER) };
    expect(await failure(given)).toMatchObject(refused);
    small.mood = 'serve';
    // All of it came, and it is no Whisper.
    expect(await failure(given)).toMatchObject({ reason: 'unusable' });
    appendFileSync(join(cacheDir, ID, ENCODER), ' ');
    small.requests.length = 0;
    expect(await failure(given)).toMatchObject(refused);
    expect(small.requests).toEqual([]);
    await small.close();
  });

  it('[TX5] names a folder that holds something else', async () => {
    writeFileSync(join(cacheDir, 'config.json'), '{"model_type":"bert"}');
    const error = await failure(source({ id: cacheDir }));
    expect(error.reason).toBe('unusable');
    expect(error.message).not.toContain(tmpdir());
  });
});

describe('Whisper from a hub', () => {
  it('[TX10] is pulled once, with progress, and then comes from the store', async () => {
    const seen: Progress[] = [];
    const first = await loadWhisper(source({ onProgress: (progress) => seen.push(progress) }));
    expect(first.ref).toMatchObject({ name: ID });
    expect(first.ref.sha256).toMatch(/^[0-9a-f]{12}$/);
    await first.release();
    expect(seen.map(({ file }) => file)).toContain('onnx/decoder_model_merged_quantized.onnx');
    expect(seen.at(-1)?.loadedBytes).toBe(seen.at(-1)?.totalBytes);
    expect(seen.at(-1)?.totalBytes).toBeGreaterThan(500_000);

    hub.requests.length = 0;
    const second = await loadWhisper(source());
    expect(second.ref).toEqual(first.ref);
    await second.release();
    expect(hub.requests).toEqual([]);
  });

  it('[TX10] completes a pull that broke off, and never loads half a file', async () => {
    hub.mood = 'broken';
    expect(await failure(source())).toMatchObject({ reason: 'unreachable' });
    hub.mood = 'serve';
    await (await loadWhisper(source())).release();
  });

  it('[TX10] comes from a local folder by its id before the hub is asked', async () => {
    cpSync(OWN_WHISPER, join(cacheDir, 'shelf', ID), { recursive: true });
    await (await loadWhisper(source({ localDirs: [join(cacheDir, 'shelf')] }))).release();
    expect(hub.requests).toEqual([]);
  });
});

describe('Whisper at work', () => {
  let model: WhisperModel;
  const [voices, people] = [saidByVoices(), haveCorpora ? 6 : 0];
  const said = (name: string): Promise<Float32Array> => {
    const clip = voices.find((one) => one.name.startsWith(name));
    if (!clip) throw new Error(`there is no clip ${name}`);
    return clip.samples();
  };
  beforeAll(async () => {
    model = await loadWhisper({ id: WHISPER, cacheDir: tmpdir(), dtype: 'q8', allowDownload: false, remoteHost: '' });
  });
  afterAll(async () => {
    await model.release();
  });

  async function judged(who: string, clips: readonly Said[]): Promise<void> {
    const pairs: [string, string][] = [];
    let silent = 0;
    for (const clip of clips) {
      const heard = await model.transcribe(await clip.samples(), { language: 'en' });
      pairs.push([clip.sentence, heard.text]);
      expect(heard).toMatchObject({ language: 'en' });
      expect(heard.confidence).toBeGreaterThan(0);
      expect(heard.confidence).toBeLessThanOrEqual(1);
      expect(heard.noSpeech).toBeGreaterThanOrEqual(0);
      if ((heard.noSpeech ?? 0) > 0.6) silent += 1;
    }
    const hits = hitsOf(pairs);
    expect(silent / clips.length).toBeLessThan(0.05);
    report(who, hits);
    if (isOwn) expect(hits.exact).toBeGreaterThanOrEqual(0.9);
    else expect(hits.wordErrorRate).toBeLessThan(0.5);
  }

  it('[TX14] writes what voices say that it never heard', async () => {
    await judged('voices of espeak-ng', voices);
  }, 240_000);

  (people ? it : it.skip)(
    '[TX14] writes what people say whom it never heard (needs UNDERTONE_DATA)',
    async () => {
      await judged('people', await saidByPeople(people));
    },
    240_000,
  );

  it('[TX7] gives the same words for the same audio', async () => {
    const samples = await said('f2_');
    expect(await model.transcribe(samples, { language: 'auto' })).toEqual(
      await model.transcribe(samples, { language: 'auto' }),
    );
  });

  it('[TX7] hears audio longer than its window to the end', async () => {
    const pairs: [string, string][] = [];
    for (const i of [0, 13, 26, 39]) {
      const [first, second] = [voices[i]!, voices[i + 9]!];
      const gap = new Float32Array(1.5 * SAMPLE_RATE);
      const samples = new Float32Array([...(await first.samples()), ...gap, ...(await second.samples())]);
      const { text, durationMs } = await model.transcribe(samples, { language: 'en' });
      expect(durationMs).toBeGreaterThan(5_000);
      pairs.push([`${first.sentence} ${second.sentence}`, text]);
    }
    // Whoever hears the first window alone misses half of the words.
    expect(hitsOf(pairs).wordErrorRate).toBeLessThan(0.35);
  }, 60_000);

  const timed = [0, 17, 34, 51];

  it('[TX15] says when each word was said: in order, inside the audio, and later by as much as the audio is', async () => {
    const shifts: number[] = [];
    for (const i of timed) {
      const samples = await voices[i]!.samples();
      const later = new Float32Array([...new Float32Array(SAMPLE_RATE), ...samples]);
      const [first, second] = [await whole(samples), await whole(later)];
      if (first.text !== second.text) continue;
      for (const [w, word] of first.words.entries()) shifts.push(second.words[w]!.endMs - word.endMs);
    }
    const near = shifts.filter((shift) => Math.abs(shift - 1000) <= 150);
    expect(near.length / shifts.length).toBeGreaterThan(0.8);
  }, 60_000);

  it('[TX15] gives no times to whom they are of no use', async () => {
    expect(await model.transcribe(await said('f2_'), { language: 'en' })).not.toHaveProperty('words');
  });

  /** What was heard, its words with times. */
  async function whole(samples: Float32Array): Promise<{ text: string; words: readonly Word[] }> {
    const { text, words = [] } = await model.transcribe(samples, { language: 'en', times: true });
    expect(words.map((word) => word.text).join(' ')).toBe(text);
    expect(areTimes(words)).toBe(true);
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual((1000 * samples.length) / SAMPLE_RATE);
    return { text, words };
  }

  it.each(ROOM_NAMES)('[TX6] %s is no words, even where nothing stands before Whisper', async (name) => {
    const heard = await model.transcribe(room(name, 9), { language: 'auto' });
    expect(judge(heard).plausible).toBe(false);
  });

  it.each([
    ['no sample', new Float32Array(0)],
    ['one sample', new Float32Array(1)],
    ['not numbers', new Float32Array(16_000).fill(NaN)],
    ['a clipped square', Float32Array.from({ length: 16_000 }, (_, i) => (i % 80 < 40 ? 1 : -1))],
  ])('[TX3] answers %s with finite numbers', async (_, samples) => {
    const { confidence, text } = await model.transcribe(samples, { language: 'xx-unknown' });
    expect(confidence).toBeGreaterThanOrEqual(0);
    expect(typeof text).toBe('string');
  });
});
