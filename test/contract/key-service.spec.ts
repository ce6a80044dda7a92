import { writeFile } from 'node:fs/promises';
import { startFakeTransit, type FakeTransit } from '../support/fake-transit.js';
import { newDataKey, TamperedError } from '../../src/privacy/envelope.js';
import { LocalKeys, MissingMasterKeyError, rewrap, type KeyService } from '../../src/privacy/master-keys.js';
import { KeysAwayError, TransitKeys } from '../../src/privacy/transit-keys.js';

let transit: FakeTransit;
beforeEach(async () => {
  transit = await startFakeTransit();
});
afterEach(() => {
  transit.close();
});

/** What every keeper of master keys does. */
describe.each<[string, () => Promise<KeyService>]>([
  ['local', () => Promise.resolve(new LocalKeys(newDataKey()))],
  ['transit', () => TransitKeys.open(transit.options)],
])('%s master keys', (_, make) => {
  it('[PV9] give back what they wrapped, to the same owner alone', async () => {
    const keys = await make();
    const dataKey = newDataKey();
    const wrapped = await keys.wrap(dataKey, 's1');
    expect(wrapped.masterKeyId).toBe(keys.currentId);
    expect(keys.has(keys.currentId)).toBe(true);
    expect(await keys.unwrap(wrapped, 's1')).toEqual(dataKey);
    expect(Buffer.from(wrapped.bytes).includes(dataKey)).toBe(false);
    await expect(keys.unwrap(wrapped, 's2')).rejects.toThrow(TamperedError);
  });

  it('[PV8] tell what was changed, and what is of another keeper', async () => {
    const keys = await make();
    const { masterKeyId, bytes } = await keys.wrap(newDataKey(), 's1');
    for (const at of [0, 7, bytes.length - 20]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      await expect(keys.unwrap({ masterKeyId, bytes: changed }, 's1')).rejects.toThrow(TamperedError);
    }
    expect(keys.has('0123456789abcdef')).toBe(false);
    const elsewhere = { masterKeyId: '0123456789abcdef', bytes };
    await expect(keys.unwrap(elsewhere, 's1')).rejects.toThrow(MissingMasterKeyError);
  });
});

describe('transit master keys', () => {
  it('[PV9] move to a new version by being wrapped again, and from local keys likewise', async () => {
    const local = new LocalKeys(newDataKey());
    const dataKey = newDataKey();
    const before = await local.wrap(dataKey, 's1');
    const first = await TransitKeys.open(transit.options, local);
    expect(await first.unwrap(before, 's1')).toEqual(dataKey);
    const moved = await rewrap(first, before, 's1');
    expect(moved?.masterKeyId).toBe('transit:transit/undertone:v1');
    transit.rotate();
    // A server that runs meanwhile wraps under the new version, and still opens.
    expect((await first.wrap(dataKey, 's1')).masterKeyId).toBe('transit:transit/undertone:v2');
    const later = await TransitKeys.open(transit.options);
    const again = await rewrap(later, moved!, 's1');
    expect(again?.masterKeyId).toBe(later.currentId);
    expect(await rewrap(later, again!, 's1')).toBeUndefined();
    transit.minDecryptionVersion = 2;
    expect(await later.unwrap(again!, 's1')).toEqual(dataKey);
    await expect(later.unwrap(moved!, 's1')).rejects.toThrow(MissingMasterKeyError);
  });

  it('[PV9] that cannot be reached, or are not ours to use, are said to be so, and are asked again later', async () => {
    const keys = await TransitKeys.open(transit.options);
    const wrapped = await keys.wrap(newDataKey(), 's1');
    transit.mood = 'sealed';
    await expect(keys.unwrap(wrapped, 's1')).rejects.toThrow('answered 503 (Vault is sealed)');
    await expect(keys.unwrap(wrapped, 's1')).rejects.toThrow(KeysAwayError);
    transit.mood = 'serve';
    expect(await keys.unwrap(wrapped, 's1')).toHaveLength(32);
    await expect(TransitKeys.open({ ...transit.options, key: 'other' })).rejects.toThrow(
      'there is no key transit/keys/other',
    );
    await writeFile(transit.options.tokenFile, 'hvs.wrong');
    await expect(keys.wrap(newDataKey(), 's1')).rejects.toThrow(`the token of ${transit.options.tokenFile}`);
    transit.close();
    await expect(keys.wrap(newDataKey(), 's1')).rejects.toThrow('cannot be reached now');
  });
});
