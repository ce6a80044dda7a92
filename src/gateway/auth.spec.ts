import { jest } from '@jest/globals';
import { SignJWT } from 'jose';
import { newApiKey, parseApiKey } from '../common/api-keys.js';
import type { WireError } from '../common/errors.js';
import { Auth, LoginError, type LoginFailure } from './auth.js';
import { LoginFailures } from './login-failures.js';

const SECRET = 'a secret of more than thirty-two characters';
const [acme, other] = [newApiKey('acme', 'analyst'), newApiKey('other', 'client')];
const keys = [parseApiKey(acme.entry), parseApiKey(other.entry)];
const auth = new Auth(keys, SECRET, 60);

afterEach(() => {
  jest.useRealTimers();
});

async function failureOf(work: () => unknown): Promise<LoginFailure> {
  try {
    await work();
  } catch (error) {
    if (error instanceof LoginError) return error.failure;
  }
  throw new Error('a LoginError was expected');
}

describe('a key', () => {
  it('[AC1] says whose it is and what it may do', () => {
    expect(auth.checkKey(acme.key)).toMatchObject({ tenant: 'acme', role: 'analyst' });
    expect(auth.checkKey(other.key)).toMatchObject({ tenant: 'other', role: 'client' });
  });

  it('[AC1] that is none is refused: missing, unknown, or the hash itself', async () => {
    expect(await failureOf(() => auth.checkKey(undefined))).toBe('missing');
    expect(await failureOf(() => auth.checkKey('ut_guess'))).toBe('unknownKey');
    expect(await failureOf(() => auth.checkKey(acme.entry.split('=')[1]))).toBe('unknownKey');
  });
});

describe('a token', () => {
  it('[AC3] carries tenant and role, at most the key’s', async () => {
    const caller = auth.checkKey(acme.key);
    const { token } = await auth.issue(caller);
    expect(await auth.checkToken(token)).toEqual({
      ...caller,
      tokenId: expect.stringMatching(/^[\da-f-]{36}$/),
      expiresAt: expect.any(Date),
    });
    expect(await auth.checkBearer(token)).toMatchObject({ tenant: 'acme', role: 'analyst' });
    const lower = await auth.issue(caller, { role: 'client' });
    expect(await auth.checkToken(lower.token)).toMatchObject({ tenant: 'acme', role: 'client' });
    await expect(auth.issue(caller, { role: 'admin' })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('[AC3] gives no other token: it would never end', async () => {
    const { token } = await auth.issue(auth.checkKey(acme.key));
    for (const caller of [await auth.checkBearer(token), await auth.checkToken(token)]) {
      await expect(auth.issue(caller, { role: 'client' })).rejects.toMatchObject({
        code: 'forbidden',
        details: { param: 'Authorization' },
      });
    }
  });

  it('[AC4] that has expired is refused', async () => {
    jest.useFakeTimers({ now: Date.now(), doNotFake: ['nextTick', 'setImmediate'] });
    const { token } = await auth.issue(auth.checkKey(acme.key));
    jest.setSystemTime(Date.now() + 59_000);
    await auth.checkToken(token);
    jest.setSystemTime(Date.now() + 2_000);
    expect(await failureOf(() => auth.checkToken(token))).toBe('expiredToken');
  });

  it('[AC4] that was forged is refused: another secret, no signature, a raised role, another issuer, no claims', async () => {
    const signed = (issuer: string, secret: string, claims = {}) =>
      new SignJWT({ tenant: 'acme', role: 'analyst', ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .setIssuer(issuer)
        .setSubject(keys[0]!.id)
        .setJti('x')
        .setExpirationTime('1m')
        .sign(new TextEncoder().encode(secret));
    const { token } = await auth.issue(auth.checkKey(acme.key));
    const [head = '', payload = '', signature = ''] = token.split('.');
    const raised = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      await signed('undertone', `${SECRET}!`),
      await signed('somebody', SECRET),
      await signed('undertone', SECRET, { role: 'god' }),
      `${head}.${encode({ ...raised, role: 'admin' })}.${signature}`,
      `${encode({ alg: 'none' })}.${payload}.`,
      'nonsense',
    ];
    for (const one of forged) expect(await failureOf(() => auth.checkToken(one))).toBe('forgedToken');
    expect(await failureOf(() => auth.checkToken(undefined))).toBe('missing');
    expect(await failureOf(() => auth.checkToken({ token }))).toBe('missing');
    expect(await auth.checkToken(await signed('undertone', SECRET))).toMatchObject({ tenant: 'acme' });
  });

  it('[AC4] for one connection is refused when it is replayed, and for REST', async () => {
    const { token } = await auth.issue(auth.checkKey(acme.key), { once: true });
    expect(await failureOf(() => auth.checkBearer(token))).toBe('replayedToken');
    expect(await auth.checkToken(token)).toMatchObject({ tenant: 'acme' });
    expect(await failureOf(() => auth.checkToken(token))).toBe('replayedToken');
  });

  it('[AC4] ends with its key, and with a change of what the key may do', async () => {
    const { token } = await auth.issue(auth.checkKey(acme.key));
    const hash = acme.entry.split(':')[2] ?? '';
    const without = new Auth([parseApiKey(other.entry)], SECRET, 60);
    const lowered = new Auth([parseApiKey(`acme:client:${hash}`)], SECRET, 60);
    const moved = new Auth([parseApiKey(`other:analyst:${hash}`)], SECRET, 60);
    for (const one of [without, lowered, moved]) {
      expect(await failureOf(() => one.checkToken(token))).toBe('unknownKey');
    }
  });

  it('[AC4] is refused with the same words whatever was wrong', async () => {
    const told = async (token: unknown): Promise<string> =>
      auth.checkToken(token).then(
        () => '',
        (error: unknown) => (error as WireError).message,
      );
    const { token } = await new Auth(keys, `${SECRET}!`, 60).issue(auth.checkKey(acme.key));
    expect(new Set([await told('x'), await told(undefined), await told(token)]).size).toBe(1);
  });
});

describe('failed log-ins', () => {
  it('[AC6] become one report, however many they were', () => {
    const failures = new LoginFailures();
    expect(failures.take(new Date(0))).toBeUndefined();
    for (let i = 0; i < 5_000; i++) failures.add('unknownKey', `10.0.${i >> 8}.${i & 255}`, new Date(i));
    failures.add('replayedToken', '10.0.0.1', new Date(5_000));
    const report = failures.take(new Date(60_000));
    expect(report).toEqual({
      since: '1970-01-01T00:00:00.000Z',
      until: '1970-01-01T00:01:00.000Z',
      count: 5_001,
      reasons: { unknownKey: 5_000, replayedToken: 1 },
      addresses: 1_000,
    });
    expect(JSON.stringify(report)).not.toContain('10.0.');
    expect(failures.take(new Date(60_001))).toBeUndefined();
  });
});
