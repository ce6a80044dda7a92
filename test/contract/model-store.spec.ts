import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HubModel } from '../../src/common/model-manifest.js';
import { identityOfFiles, ModelStore, ModelStoreError, type Progress } from '../../src/common/model-store.js';
import { filesOf } from '../../src/text/hub-source.js';
import { startFakeHub, type FakeHub, type HubMood } from '../support/fake-hub.js';
import { pinsOf, SMALL_MODEL_FILES, writeSmallModel } from '../support/small-model.js';

const ID = 'someone/whisper-small-thing';
const WEIGHTS = SMALL_MODEL_FILES.filter((file) => file.endsWith('.onnx'));
const [ENCODER, DECODER] = WEIGHTS as [string, string];

let root: string;
let origin: string;
let hub: FakeHub;
let store: ModelStore;
let model: HubModel;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'undertone-store-'));
  origin = join(root, 'origin');
  writeSmallModel(origin);
  hub = await startFakeHub(ID, origin, 'serve', 'v1');
  store = new ModelStore({
    cacheDir: join(root, 'cache'),
    remoteHost: `${hub.url}/`,
    filesOf: (config) => filesOf(config, () => 'q8'),
    headMs: 10_000,
    retryMs: 10,
  });
  model = { id: ID, revision: 'v1', pins: pinsOf(origin, WEIGHTS) };
});
afterEach(async () => {
  await hub.close();
  rmSync(root, { recursive: true });
});

const here = (file: string): string => join(store.folderOf(ID), file);
/** Changes one byte and nothing else, not even the time of change. */
function flip(path: string): void {
  const { atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes[100 % bytes.length]! ^= 1;
  writeFileSync(path, bytes);
  utimesSync(path, atime, mtime);
}
const failure = async (work: Promise<unknown>): Promise<ModelStoreError> => {
  const error: unknown = await work.catch((reason: unknown) => reason);
  if (error instanceof ModelStoreError) return error;
  throw new Error('no ModelStoreError', { cause: error });
};
const unlike = async (thorough = false): Promise<string[]> =>
  (await store.check(model, thorough)).flatMap(({ file, state }) => (state === 'verified' ? [] : [`${file} ${state}`]));
const expectWhole = (): void => {
  for (const file of SMALL_MODEL_FILES) expect(readFileSync(here(file))).toEqual(readFileSync(join(origin, file)));
  const left = readdirSync(store.folderOf(ID), { recursive: true }).filter((name) =>
    /\.(part|etag|import)$/.test(String(name)),
  );
  expect(left).toEqual([]);
};

describe('pull', () => {
  it('[MS1] brings the files that config.json tells, each once and of the revision, and says how far it is', async () => {
    const seen: Progress[] = [];
    expect(await store.pull(model, { onProgress: (progress) => seen.push(progress) })).toBe(true);
    expectWhole();
    expect(hub.requests).toEqual(SMALL_MODEL_FILES.map((file) => `/${ID}/resolve/v1/${file}`));
    const total = SMALL_MODEL_FILES.reduce((sum, file) => sum + statSync(here(file)).size, 0);
    expect(seen.at(-1)).toEqual({ file: DECODER, loadedBytes: total, totalBytes: total });
    expect(await store.verified(model)).toBe(store.folderOf(ID));
  });

  it('[MS1] asks for nothing when all is there', async () => {
    await store.pull(model);
    hub.requests.length = 0;
    expect(await store.pull(model)).toBe(false);
    expect(hub.requests).toEqual([]);
  });

  it('[MS2] takes a download up again where the connection broke', async () => {
    hub.mood = 'breaking';
    await store.pull(model);
    expectWhole();
    expect(hub.ranges).toContain(`${ENCODER} bytes=30000-`);
    expect(hub.ranges).toHaveLength(SMALL_MODEL_FILES.length);
  });

  it('[MS2] another process goes on later with what has come', async () => {
    await store.pull(model);
    rmSync(here(ENCODER));
    writeFileSync(`${here(ENCODER)}.part`, readFileSync(join(origin, ENCODER)).subarray(0, 12_345));
    await store.pull(model);
    expect(hub.ranges).toEqual([`${ENCODER} bytes=12345-`]);
    expectWhole();
  });

  it('[MS2] gives up when tries bring nothing new, and says how far it came', async () => {
    hub.mood = 'broken';
    const { kind, message } = await failure(store.pull(model));
    expect({ kind, message }).toEqual({
      kind: 'unreachable',
      message: expect.stringMatching(/config\.json: the download from http\S+ broke off/),
    });
  });

  it('[MS2] starts over where the hub knows no ranges', async () => {
    await store.pull(model);
    rmSync(here(ENCODER));
    writeFileSync(`${here(ENCODER)}.part`, readFileSync(join(origin, ENCODER)).subarray(0, 500));
    hub.mood = 'rangeless';
    await store.pull(model);
    expectWhole();
  });

  it('[MS2] starts over when the first half turns out to be of something else', async () => {
    await store.pull(model);
    for (const length of [500, statSync(here(ENCODER)).size, 999_999]) {
      rmSync(here(ENCODER));
      writeFileSync(`${here(ENCODER)}.part`, Buffer.alloc(length, 7));
      await store.pull(model);
      expectWhole();
    }
  });

  it('[MS2] never joins two halves of an unpinned file that changed in between', async () => {
    const open = { ...model, pins: {} };
    hub.mood = 'stalling';
    const stalled = store.pull(open).catch(() => undefined);
    const part = `${here(ENCODER)}.part`;
    while (!(statSync(part, { throwIfNoEntry: false })?.size === 30_000)) await new Promise((r) => setTimeout(r, 20));
    const whole = Buffer.alloc(60_000, 9);
    writeFileSync(join(origin, ENCODER), whole);
    hub.mood = 'serve';
    await hub.close();
    hub = await startFakeHub(ID, origin, 'serve', 'v1');
    await stalled;
    const next = new ModelStore({
      cacheDir: join(root, 'cache'),
      remoteHost: hub.url,
      filesOf: (config) => filesOf(config, () => 'q8'),
    });
    await next.pull(open);
    expect(readFileSync(here(ENCODER))).toEqual(whole);
  });

  it('[MS3] refuses by name what is not the pinned file, keeps nothing of it, and takes the right one later', async () => {
    hub.mood = 'flipped';
    const error = await failure(store.pull(model));
    expect(error).toMatchObject({ kind: 'mismatch', file: ENCODER });
    expect(error.message).toContain(`${ID}: ${ENCODER}: sha256`);
    expect(await unlike()).toEqual([`${ENCODER} missing`, `${DECODER} missing`]);
    hub.mood = 'serve';
    await store.pull(model);
    expectWhole();
  });

  it('[MS3] refuses a file of another length before it is downloaded', async () => {
    appendFileSync(join(origin, ENCODER), 'x');
    expect((await failure(store.pull(model))).message).toContain('60001 bytes are offered, 60000 are pinned');
  });

  it.each<[HubMood, string]>([
    ['empty', 'has no such file (404)'],
    ['silent', 'cannot be reached: no answer within 300 ms'],
  ])('[MS4] a hub that is %s is named, soon', async (mood, reason) => {
    hub.mood = mood;
    const hasty = new ModelStore({ cacheDir: root, remoteHost: hub.url, filesOf: () => [], headMs: 300 });
    const before = performance.now();
    expect((await failure(hasty.pull(model))).message).toBe(`${ID}: config.json: ${hub.url} ${reason}`);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it('[MS5] two pulls at once: one brings it, the other waits and finds it there', async () => {
    let waited = 0;
    const both = await Promise.all([
      store.pull(model, { onWait: () => waited++ }),
      store.pull(model, { onWait: () => waited++ }),
    ]);
    expect(both.sort()).toEqual([false, true]);
    expect(waited).toBe(1);
    expect(hub.requests).toHaveLength(SMALL_MODEL_FILES.length);
    expectWhole();
  });

  it('[MS5] a lock whose holder was killed is taken over', async () => {
    await store.pull(model);
    const lock = `${store.folderOf(ID)}.lock`;
    writeFileSync(lock, '');
    const old = new Date(Date.now() - 60_000);
    utimesSync(lock, old, old);
    rmSync(here(ENCODER));
    await store.pull(model);
    expectWhole();
  });
});

describe('check', () => {
  it('[MS6] of an absent model says that config.json is missing, and writes nothing', async () => {
    expect(await unlike()).toEqual(['config.json missing']);
    expect(readdirSync(root)).toEqual(['origin']);
    expect(await failure(store.verified(model))).toMatchObject({ kind: 'missing', file: 'config.json' });
  });

  it('[MS3] finds one flipped byte of a pinned and of an unpinned file, and pull mends both', async () => {
    await store.pull(model);
    for (const file of [ENCODER, 'tokenizer.json']) {
      flip(here(file));
      expect(await unlike(true)).toEqual([`${file} mismatch`]);
      utimesSync(here(file), new Date(), new Date());
      expect(await unlike()).toEqual([`${file} mismatch`]);
      expect(await failure(store.verified(model))).toMatchObject({ kind: 'mismatch', file });
      expect(await store.pull(model)).toBe(true);
      expectWhole();
    }
  });

  it('[MS7] an unpinned file is held to what came first', async () => {
    await store.pull(model);
    const held = Object.fromEntries((await store.check(model)).map(({ file, heldTo }) => [file, heldTo]));
    expect(held).toMatchObject({ 'tokenizer.json': 'first pull', [ENCODER]: 'manifest' });
    writeFileSync(join(origin, 'tokenizer.json'), '{}');
    rmSync(here('tokenizer.json'));
    expect(await failure(store.pull(model))).toMatchObject({ kind: 'mismatch', file: 'tokenizer.json' });
    expect(await store.remove(ID)).toBe(true);
    expect(await store.pull(model)).toBe(true);
    expectWhole();
  });

  it('[MS6] reads a file once: while size and time of change stay the same, its hash is not computed again', async () => {
    await store.pull(model);
    const wholeSecond = new Date(1_700_000_000_000);
    utimesSync(here(ENCODER), wholeSecond, wholeSecond);
    expect(await unlike()).toEqual([]);
    flip(here(ENCODER));
    expect(await unlike()).toEqual([]);
    expect(await unlike(true)).toEqual([`${ENCODER} mismatch`]);
  });

  it('[MS6] the identity of weights depends on their bytes alone', async () => {
    await store.pull(model);
    const there = await identityOfFiles(store.folderOf(ID), WEIGHTS);
    expect(there).toBe(await identityOfFiles(origin, [...WEIGHTS].reverse()));
    flip(join(origin, ENCODER));
    expect(there).not.toBe(await identityOfFiles(origin, WEIGHTS));
  });
});

describe('import', () => {
  it('[MS8] takes a model from a folder, without the hub', async () => {
    expect(await store.import(model, origin)).toBe(true);
    expectWhole();
    expect(await unlike(true)).toEqual([]);
    expect(await store.import(model, origin)).toBe(false);
    expect(hub.requests).toEqual([]);
  });

  it('[MS8] takes all or nothing', async () => {
    flip(join(origin, DECODER));
    expect(await failure(store.import(model, origin))).toMatchObject({ kind: 'mismatch', file: DECODER });
    rmSync(join(origin, DECODER));
    expect(await failure(store.import(model, origin))).toMatchObject({ kind: 'missing', file: DECODER });
    expect(readdirSync(store.folderOf(ID), { recursive: true })).toEqual(['onnx']);
  });
});

describe('remove', () => {
  it('[MS1] removes what is there, and says when nothing was', async () => {
    await store.pull(model);
    expect(await store.remove(ID)).toBe(true);
    expect(await store.remove(ID)).toBe(false);
    expect(await unlike()).toEqual(['config.json missing']);
  });
});

describe('filesOf', () => {
  it('[MS1] knows the parts of weights that are kept in files of their own', () => {
    const config = {
      model_type: 'whisper',
      'transformers.js_config': { use_external_data_format: { encoder_model: 2 } },
    };
    expect(filesOf(config, () => 'fp32')).toEqual([
      'generation_config.json',
      'preprocessor_config.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'onnx/encoder_model.onnx',
      'onnx/encoder_model.onnx_data',
      'onnx/encoder_model.onnx_data_1',
      'onnx/decoder_model_merged.onnx',
    ]);
    expect(filesOf({ model_type: 'bert' }, () => 'q8').at(-1)).toBe('onnx/model_quantized.onnx');
    expect(() => filesOf({}, () => 'q8')).toThrow();
  });
});
