import { newDataKey, open, seal, TamperedError, unwrapKey, wrapKey } from './envelope.js';
import { pseudonymOf } from './pseudonym.js';

const AAD = 'utterance:u1:transcript';
const SECRET = 'I am fine, 真的, 🙂';

describe('a sealed value', () => {
  it('[PV7] opens to what was sealed: text, bytes, and nothing at all', () => {
    const key = newDataKey();
    expect(open(key, seal(key, SECRET, AAD), AAD).toString()).toBe(SECRET);
    const bytes = Buffer.from([0, 255, 1]);
    expect(open(key, seal(key, bytes, AAD), AAD)).toEqual(bytes);
    expect(open(key, seal(key, '', AAD), AAD)).toHaveLength(0);
  });

  it('[PV7] never looks the same twice and shows nothing of the text', () => {
    const key = newDataKey();
    const [a, b] = [seal(key, SECRET, AAD), seal(key, SECRET, AAD)];
    expect(a.equals(b)).toBe(false);
    expect(a.includes('fine')).toBe(false);
  });

  it('[PV8] with any bit of it changed is an error, never garbage', () => {
    const key = newDataKey();
    const sealed = seal(key, SECRET, AAD);
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => open(key, changed, AAD)).toThrow(TamperedError);
    }
  });

  it('[PV8] cut anywhere, or made longer, is an error', () => {
    const key = newDataKey();
    const sealed = seal(key, SECRET, AAD);
    for (let end = 0; end < sealed.length; end++) {
      expect(() => open(key, sealed.subarray(0, end), AAD)).toThrow(TamperedError);
    }
    expect(() => open(key, Buffer.concat([sealed, Buffer.of(0)]), AAD)).toThrow(TamperedError);
  });

  it('[PV8] opens under no other key and in no other place', () => {
    const key = newDataKey();
    const sealed = seal(key, SECRET, AAD);
    expect(() => open(newDataKey(), sealed, AAD)).toThrow(TamperedError);
    expect(() => open(key, sealed, 'utterance:u2:transcript')).toThrow(TamperedError);
  });
});

describe('a wrapped data key', () => {
  it('[PV7] comes back under the master key it was wrapped with, for its owner only', () => {
    const [master, dataKey] = [newDataKey(), newDataKey()];
    const wrapped = wrapKey(master, dataKey, 'subject-1');
    expect(unwrapKey(master, wrapped, 'subject-1')).toEqual(dataKey);
    expect(() => unwrapKey(master, wrapped, 'subject-2')).toThrow(TamperedError);
    expect(() => unwrapKey(newDataKey(), wrapped, 'subject-1')).toThrow(TamperedError);
    // A key is no value: what was wrapped cannot be had by opening it.
    expect(() => open(master, wrapped, 'subject-1')).toThrow(TamperedError);
  });
});

describe('a pseudonym', () => {
  it('[PV10] is the same for the same subject, and nobody else’s', () => {
    const key = newDataKey();
    const mine = pseudonymOf(key, 'acme', 'jane');
    expect(mine).toMatch(/^[\w-]{43}$/);
    expect(pseudonymOf(key, 'acme', 'jane')).toBe(mine);
    const others = [
      pseudonymOf(key, 'acme', 'Jane'),
      pseudonymOf(key, 'other', 'jane'),
      pseudonymOf(key, 'acmej', 'ane'),
      pseudonymOf(newDataKey(), 'acme', 'jane'),
    ];
    expect(others).not.toContain(mine);
    expect(new Set(others).size).toBe(4);
  });

  it('[PV10] does not depend on how accents were typed', () => {
    const key = newDataKey();
    expect(pseudonymOf(key, 't', 'Zoë')).toBe(pseudonymOf(key, 't', 'Zoe\u0308'));
  });
});
