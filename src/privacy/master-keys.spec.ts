import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addKey, KeyFileError, readKeyFolder } from '../common/key-folder.js';
import { newDataKey, TamperedError } from './envelope.js';
import { openKeys } from './key-source.js';
import { LocalKeys, masterKeyId, MissingMasterKeyError, parseMasterKey, rewrap } from './master-keys.js';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'keys-')), 'keys');
});
afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true });
});

describe('master keys', () => {
  it('[PV9] wrap under the current one and unwrap under every one', async () => {
    const [first, second, dataKey] = [newDataKey(), newDataKey(), newDataKey()];
    const old = await new LocalKeys(first).wrap(dataKey, 's1');
    const keys = new LocalKeys(second, [first]);
    expect(await keys.unwrap(old, 's1')).toEqual(dataKey);
    const moved = await rewrap(keys, old, 's1');
    expect(moved?.masterKeyId).toBe(masterKeyId(second));
    expect(await new LocalKeys(second).unwrap(moved!, 's1')).toEqual(dataKey);
    expect(await rewrap(keys, moved!, 's1')).toBeUndefined();
  });

  it('[PV9] that are not there are named; a wrong owner is tampering', async () => {
    const wrapped = await new LocalKeys(newDataKey()).wrap(newDataKey(), 's1');
    await expect(new LocalKeys(newDataKey()).unwrap(wrapped, 's1')).rejects.toThrow(wrapped.masterKeyId);
    const key = newDataKey();
    const mine = await new LocalKeys(key).wrap(newDataKey(), 's1');
    await expect(new LocalKeys(key).unwrap(mine, 's2')).rejects.toThrow(TamperedError);
  });

  it('[PV9] are given as hexadecimal or base64, of 32 bytes', () => {
    const key = newDataKey();
    for (const text of [
      key.toString('hex'),
      key.toString('base64'),
      key.toString('base64url'),
      ` ${key.toString('hex')}\n`,
    ]) {
      expect(parseMasterKey(text)).toEqual(key);
    }
    for (const text of ['', 'secret', key.toString('hex').slice(2), `${key.toString('hex')}00`]) {
      expect(parseMasterKey(text)).toBeUndefined();
    }
  });
});

describe('the key folder', () => {
  it('[PV9] is made at the first start, for its owner only, and kept from then on', async () => {
    const first = await openKeys({ folder }, []);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, `${first.currentId}.key`))).mode & 0o777).toBe(0o600);
    expect((await openKeys({ folder }, [])).currentId).toBe(first.currentId);
    expect((await openKeys({ folder }, [first.currentId])).currentId).toBe(first.currentId);
    expect((await readdir(folder)).sort()).toEqual([`${first.currentId}.key`, 'current'].sort());
  });

  it('[PV9] is given one first key by servers that start on it at once', async () => {
    const opened = await Promise.all(Array.from({ length: 6 }, () => openKeys({ folder }, [])));
    const [id, ...others] = new Set(opened.map(({ currentId }) => currentId));
    expect(others).toEqual([]);
    expect((await readdir(folder)).sort()).toEqual([`${id}.key`, 'current'].sort());
  });

  it('[PV9] that is empty while keys are needed gets no new key', async () => {
    const opening = openKeys({ folder }, ['0123456789abcdef']);
    await expect(opening).rejects.toThrow(MissingMasterKeyError);
    await expect(opening).rejects.toThrow('0123456789abcdef');
    await expect(readdir(folder)).rejects.toThrow('ENOENT');
  });

  it('[PV9] with another key than the needed one is refused', async () => {
    await openKeys({ folder }, []);
    await expect(openKeys({ folder }, ['0123456789abcdef'])).rejects.toThrow(MissingMasterKeyError);
  });

  it('[PV9] keeps former keys when a new one is added', async () => {
    const first = await openKeys({ folder }, []);
    const wrapped = await first.wrap(newDataKey(), 's1');
    const second = await addKey(folder, masterKeyId);
    const keys = await openKeys({ folder }, [first.currentId]);
    expect(keys.currentId).toBe(second);
    expect(await keys.unwrap(wrapped, 's1')).toHaveLength(32);
  });

  it('[PV9] only unwraps where the environment gives a key', async () => {
    const first = await openKeys({ folder }, []);
    const current = newDataKey();
    const keys = await openKeys({ folder, current }, [first.currentId]);
    expect(keys.currentId).toBe(masterKeyId(current));
    const elsewhere = await openKeys({ folder: `${folder}-none`, current: newDataKey(), previous: [current] }, [
      keys.currentId,
    ]);
    expect(elsewhere.has(keys.currentId)).toBe(true);
  });

  it('[PV9] with a broken key file is an error that names it and shows nothing of it', async () => {
    const { currentId } = await openKeys({ folder }, []);
    const file = join(folder, `${currentId}.key`);
    const content = await readFile(file, 'utf8');
    await writeFile(
      file,
      content.replace(/^./, (c) => (c === '0' ? '1' : '0')),
    );
    const opening = openKeys({ folder }, []);
    await expect(opening).rejects.toThrow(KeyFileError);
    await expect(opening).rejects.toThrow(file);
    await expect(opening).rejects.not.toThrow(content.slice(1, 30));
  });

  it('[PV9] stopped between a key and its naming uses the single key', async () => {
    const { currentId } = await openKeys({ folder }, []);
    await rm(join(folder, 'current'));
    expect((await readKeyFolder(folder, masterKeyId)).currentId).toBe(currentId);
    await addKey(folder, masterKeyId);
    await rm(join(folder, 'current'));
    await expect(readKeyFolder(folder, masterKeyId)).rejects.toThrow('write the id');
  });
});
