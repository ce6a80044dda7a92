import { hashOf, mayActAs, newApiKey, parseApiKey, ROLES } from './api-keys.js';

describe('an API key', () => {
  it('[AC1] is made once and known by its hash alone', () => {
    const { key, entry } = newApiKey('acme', 'analyst');
    expect(entry).not.toContain(key);
    expect(parseApiKey(entry)).toMatchObject({ tenant: 'acme', role: 'analyst', hash: hashOf(key), plain: false });
    expect(newApiKey('acme', 'analyst').key).not.toBe(key);
  });

  it('[AC1] that is plain is an admin’s of the default tenant', () => {
    expect(parseApiKey('secret')).toMatchObject({
      tenant: 'default',
      role: 'admin',
      hash: hashOf('secret'),
      plain: true,
    });
  });

  it.each([
    'a:b',
    'acme:client:sha256=12',
    'acme:boss:sha256=' + 'a'.repeat(64),
    'Acme:client:sha256=' + 'a'.repeat(64),
    '-x:client:sha256=' + 'a'.repeat(64),
  ])('[AC1] cannot be %s, and is not repeated', (entry) => {
    expect(() => parseApiKey(entry)).toThrow(/tenant|role/i);
    expect(() => parseApiKey(entry)).not.toThrow(entry);
  });

  it('[AC2] of a role may do what those below it may', () => {
    expect(ROLES.map((needed) => mayActAs('analyst', needed))).toEqual([true, true, false]);
    expect(ROLES.map((needed) => mayActAs('client', needed))).toEqual([true, false, false]);
    expect(ROLES.every((needed) => mayActAs('admin', needed))).toBe(true);
  });
});
