import { fingerprintOf, isSigned, parseCheckpoint, signCheckpoint, signingKeyOf } from './checkpoint.js';

const head = { seq: 7, hash: 'ab'.repeat(32), at: new Date('2030-01-01T00:00:00Z') };
const made = signCheckpoint(head, signingKeyOf(Buffer.alloc(32, 1)), new Date('2030-01-02T00:00:00Z'));

describe('a checkpoint', () => {
  it('[LG4] is read back as it was signed', () => {
    const read = parseCheckpoint(JSON.stringify(made));
    expect(read).toEqual(made);
    expect(isSigned(read)).toBe(true);
  });

  it.each([
    ['seq', { seq: 8 }],
    ['hash', { hash: 'cd'.repeat(32) }],
    ['time', { at: '2031-01-01T00:00:00.000Z' }],
    ['key', { publicKey: signCheckpoint(head, signingKeyOf(Buffer.alloc(32, 2)), new Date()).publicKey }],
    ['key that is none', { publicKey: 'AAAA' }],
    ['signature', { signature: Buffer.alloc(64).toString('base64') }],
  ])('[LG4] with another %s is not signed', (_, over) => {
    expect(isSigned({ ...made, ...over })).toBe(false);
  });

  it('[LG4] is deterministic for a key: the public key of RFC 8032, test 1', () => {
    const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
    const { publicKey } = signCheckpoint(head, signingKeyOf(seed), new Date());
    expect(Buffer.from(publicKey, 'base64').subarray(-32).toString('hex')).toBe(
      'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    );
    expect(fingerprintOf(publicKey)).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each(['', '{}', '[1]', JSON.stringify({ ...made, more: 1 })])('[LG4] anything else is refused: %s', (text) => {
    expect(() => parseCheckpoint(text)).toThrow('no checkpoint');
  });
});
