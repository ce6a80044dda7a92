import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startFakeHub, type FakeHub } from '../support/fake-hub.js';
import { started, undertone, type Ended } from '../support/cli.js';
import { pinsOf, SMALL_MODEL_FILES, writeSmallModel } from '../support/small-model.js';

const ID = 'someone/whisper-small-thing';
const NAME = 'whisper-small-thing';
const WEIGHTS = SMALL_MODEL_FILES.filter((file) => file.endsWith('.onnx'));
const [ENCODER] = WEIGHTS as [string];

let root: string;
let origin: string;
let hub: FakeHub;
let env: Record<string, string>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'undertone-models-'));
  origin = join(root, 'origin', ID);
  writeSmallModel(origin);
  hub = await startFakeHub(ID, origin, 'serve', 'v1');
  const files = pinsOf(origin, WEIGHTS);
  const models = {
    [ID]: { kind: 'whisper', licence: 'MIT', hub: { id: ID, revision: 'v1' }, files },
    'text/ours': { kind: 'text', licence: 'MIT', path: 'ours', files: pinsOf(origin, ['config.json']) },
  };
  mkdirSync(join(root, 'models', 'ours'), { recursive: true });
  cpSync(join(origin, 'config.json'), join(root, 'models', 'ours', 'config.json'));
  writeFileSync(join(root, 'models', 'manifest.json'), JSON.stringify({ models }));
  env = {
    MODELS_DIR: join(root, 'models'),
    CACHE_DIR: join(root, 'cache'),
    HUB_URL: hub.url,
    WHISPER_MODEL: ID,
    TEXT_MODEL: 'text/ours',
    TEXT_MODEL_OTHER_LANGUAGES: 'off',
  };
});
afterEach(async () => {
  await hub.close();
  rmSync(root, { recursive: true });
});

const models = (...args: string[]): Promise<Ended> => undertone(env, 'models', ...args);
const place = (): string => join(root, 'cache', ID);
const states = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await models('list', '--json')).out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { name: string; state: string })
      .map(({ name, state }) => [name, state]),
  );
const expectWhole = (): void => {
  for (const file of SMALL_MODEL_FILES)
    expect(readFileSync(join(place(), file))).toEqual(readFileSync(join(origin, file)));
};

describe('undertone models', () => {
  test('[MS1] pull brings a model once, verify and list find it right, remove takes it away once', async () => {
    expect(await states()).toEqual({ [ID]: 'not installed', 'text/ours': 'verified' });
    const pulled = await models('pull', NAME);
    expect(pulled).toMatchObject({ code: 0, err: '' });
    expect(pulled.out).toContain(`${ID}: pulled (7 files, 120 kB, in ${place()})`);
    expect(pulled.out).toContain('unpinned, trusted on first pull: config.json generation_config.json');
    expectWhole();
    expect((await models('pull', ID)).out).toContain(`${ID}: is there already`);
    expect(await states()).toEqual({ [ID]: 'installed', 'text/ours': 'verified' });
    const verified = await models('verify');
    expect(verified).toMatchObject({ code: 0, err: '' });
    expect(verified.out).toMatch(new RegExp(`^text/ours: verified\n${ID}: verified`));
    expect(await models('remove', NAME)).toEqual({ code: 0, out: `${ID}: removed\n`, err: '' });
    expect(await models('remove', NAME)).toEqual({ code: 0, out: `${ID}: is not there\n`, err: '' });
  });

  test('[MS3] verify names a file with one flipped byte, list calls the model broken, pull mends it', async () => {
    await models('pull', NAME);
    const bytes = readFileSync(join(place(), ENCODER));
    bytes[7]! ^= 1;
    writeFileSync(join(place(), ENCODER), bytes);
    expect(await models('verify', NAME)).toEqual({
      code: 1,
      out: '',
      err: `undertone: ${ID}: ${ENCODER} is not the file that is pinned\n`,
    });
    const listed = await models();
    expect(listed.code).toBe(1);
    expect(listed.out).toContain(`! ${ID}: ${ENCODER} is not the file that is pinned`);
    expect((await models('pull', NAME)).code).toBe(0);
    expect((await models('verify', NAME)).code).toBe(0);
  });

  test('[MS3] a hub that sends other bytes is refused, by name of the file', async () => {
    hub.mood = 'flipped';
    const { code, out, err } = await models('pull', NAME);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      new RegExp(`^undertone: ${ID}: ${ENCODER}: sha256 [0-9a-f]{64} came, [0-9a-f]{64} is pinned\n`),
    );
    expect(err).toContain('undertone models remove');
  });

  test('[MS2] a pull that was killed half-way is taken up again', async () => {
    hub.mood = 'stalling';
    const { kill, ended } = started(env, 'models', 'pull', NAME);
    const part = join(place(), `${ENCODER}.part`);
    while (statSync(part, { throwIfNoEntry: false })?.size !== 30_000) await pause(50);
    kill();
    expect((await ended).code).toBeNull();
    expect(await states()).toMatchObject({ [ID]: 'not installed' });
    hub.mood = 'serve';
    expect(await models('pull', NAME)).toMatchObject({ code: 0 });
    expect(hub.ranges).toEqual([`${ENCODER} bytes=30000-`]);
    expectWhole();
  });

  test('[MS4] a hub that cannot be reached is named, with what to do', async () => {
    const { code, err } = await undertone({ ...env, HUB_URL: 'http://127.0.0.1:9' }, 'models', 'pull', NAME);
    expect(code).toBe(1);
    expect(err).toContain(`undertone: ${ID}: config.json: http://127.0.0.1:9 cannot be reached: `);
    for (const word of ['HUB_URL', 'NODE_USE_ENV_PROXY', 'undertone models import']) expect(err).toContain(word);
  });

  test.each([
    ['a folder', () => origin, []],
    ['a shelf of folders', () => join(root, 'origin'), []],
    ['a folder of another name', () => moved('thing'), ['--name', ID]],
    ['a tar archive', () => archive('shelf.tar', join(root, 'origin'), '-cf'), []],
    ['a tar archive of its name', () => archive(`${NAME}.tar.gz`, origin, '-czf'), []],
  ])('[MS8] import brings %s without a network', async (_, from, more) => {
    env['HUB_URL'] = 'http://127.0.0.1:9';
    const { code, out, err } = await models('import', from(), ...more);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`${ID}: imported (7 files`);
    expectWhole();
    expect(readdirSync(join(root, 'cache'))).toEqual(['someone']);
    expect(await states()).toMatchObject({ [ID]: 'installed' });
  });

  test('[MS8] import says what it cannot take', async () => {
    expect(await models('import', moved('thing'))).toMatchObject({
      code: 1,
      err: expect.stringContaining('Give --name OWNER/NAME'),
    });
    expect((await models('import', join(root, 'models', 'manifest.json'))).code).toBe(1);
    expect((await models('import', join(root, 'nowhere'))).err).toContain('no such file');
    writeFileSync(join(origin, ENCODER), 'other');
    expect((await models('import', origin)).err).toContain(`${ID}: ${ENCODER}: is not the file that is pinned`);
    expect(await states()).toMatchObject({ [ID]: 'not installed' });
  });

  test('[CL5] names that nobody has, and shipped models, are told apart', async () => {
    const [strange, ours, out] = [
      await models('pull', 'nothing'),
      await models('remove', 'ours'),
      await models('pull', 'ours'),
    ];
    expect(strange).toMatchObject({
      code: 1,
      err: expect.stringContaining(`no model is called nothing; known: text/ours, ${ID}`),
    });
    expect(ours).toEqual({ code: 1, out: '', err: 'undertone: text/ours: is part of the project and stays\n' });
    expect(out).toEqual({ code: 0, out: 'text/ours: is part of the project\n', err: '' });
    expect(await models('remove', '../../etc')).toMatchObject({ code: 1 });
    expect(await models('pull')).toMatchObject({ code: 2, out: '' });
  });

  function moved(name: string): string {
    const folder = join(root, 'media', name);
    cpSync(origin, folder, { recursive: true });
    return folder;
  }

  function archive(name: string, folder: string, flags: string): string {
    const file = join(root, name);
    execFileSync('tar', ['-C', folder, flags, file, '.']);
    return file;
  }
});
