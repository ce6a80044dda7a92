import { io } from 'socket.io-client';
import { newApiKey, ROLES, type Role } from '../../src/common/api-keys.js';
import { consent, TestClient } from '../support/client.js';
import { undertone } from '../support/cli.js';
import { startServer, type TestServer } from '../support/server.js';

const made = ROLES.map((role) => newApiKey('acme', role));
const KEYS = Object.fromEntries(ROLES.map((role, i) => [role, made[i]!.key])) as Record<Role, string>;
const API_KEYS = made.map(({ entry }) => entry).join(',');

let server: TestServer;
beforeAll(async () => {
  server = await startServer({ API_KEYS, NODE_ENV: 'production', TOKEN_SECRET: 'x'.repeat(32) });
});
afterAll(async () => {
  await server.stop();
  for (const key of Object.values(KEYS)) expect(server.log()).not.toContain(key);
});

interface Issued {
  token: string;
  tenant: string;
  role: Role;
}
const ask = (path: string, headers: Record<string, string>, body?: object, to = server): Promise<Response> =>
  fetch(`${to.url}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
const tokenWith = (key: string, body: object = {}, to = server): Promise<Response> =>
  ask('/v1/tokens', { 'X-API-Key': key }, body, to);
const refusalOf = (token: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = io(`${server.url}/v1/stream`, {
      auth: { token },
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
    });
    socket.once('connect_error', (error: Error & { data?: { code: string } }) => {
      socket.disconnect();
      resolve(error.data?.code);
    });
  });

describe('keys', () => {
  it('[AC1] configured as hashes open their tenant in their role', async () => {
    for (const role of ROLES) {
      const issued = (await (await tokenWith(KEYS[role])).json()) as Issued;
      expect(issued).toMatchObject({ tenant: 'acme', role });
    }
    expect((await tokenWith(made[0]!.entry.split('=')[1]!)).status).toBe(401);
  });

  it('[AC1] are made by the command line, which prints the entry to configure', async () => {
    const { out, code } = await undertone('keys', 'create', '--tenant', 'beta', '--role', 'client', '--json');
    expect(code).toBe(0);
    const { key, entry } = JSON.parse(out) as { key: string; entry: string };
    const own = await startServer({ API_KEYS: entry });
    try {
      expect(await (await tokenWith(key, {}, own)).json()).toMatchObject({ tenant: 'beta', role: 'client' });
    } finally {
      await own.stop();
    }
    const wrong = await undertone('keys', 'create', '--tenant', 'Beta!', '--role', 'client');
    expect(wrong.code).toBe(1);
    expect(wrong.err).toContain('--tenant');
  });
});

describe('tokens', () => {
  it('[AC3] never do more than their key', async () => {
    expect((await tokenWith(KEYS.client, { role: 'admin' })).status).toBe(403);
    const lower = (await (await tokenWith(KEYS.admin, { role: 'client' })).json()) as Issued;
    expect(lower.role).toBe('client');
    expect((await ask('/v1/tokens', { Authorization: `Bearer ${lower.token}` }, { role: 'analyst' })).status).toBe(403);
  });

  it('[AC3] are given for a key, and never for another token', async () => {
    const { token } = (await (await tokenWith(KEYS.client)).json()) as Issued;
    const refused = await ask('/v1/tokens', { Authorization: `Bearer ${token}` }, {});
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ code: 'forbidden', param: 'Authorization' });
  });

  it('[AC4] for one connection open one, and no REST', async () => {
    const { token } = (await (await tokenWith(KEYS.client, { once: true })).json()) as Issued;
    expect((await ask('/v1/tokens', { Authorization: `Bearer ${token}` }, {})).status).toBe(401);
    const client = await TestClient.connect(server, token);
    expect(await refusalOf(token)).toBe('unauthorized');
    client.socket.disconnect();
  });

  it('[AC4] that were changed are refused', async () => {
    const { token } = (await (await tokenWith(KEYS.client)).json()) as Issued;
    const [head = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const raised = Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url');
    expect(await refusalOf([head, raised, signature].join('.'))).toBe('unauthorized');
    expect((await ask('/v1/tokens', { Authorization: `Bearer ${head}.${raised}.${signature}` }, {})).status).toBe(401);
  });
});

describe('routes', () => {
  it('[AC2] all declare who may use them: without a key only what is public answers', async () => {
    const { paths } = (await (await ask('/docs-json', {})).json()) as {
      paths: Record<string, Record<string, { security?: object[] }>>;
    };
    const open = ['/healthz', '/readyz', '/v1/notice'];
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { security }] of Object.entries(methods)) {
        const response = await fetch(server.url + path.replace(/\{\w+\}/g, 'x'), { method: method.toUpperCase() });
        expect([path, method, response.status]).toEqual([path, method, open.includes(path) ? 200 : 401]);
        expect([path, security !== undefined]).toEqual([path, !open.includes(path)]);
        const byToken = security?.some((one) => 'token' in one) ?? false;
        expect([path, byToken]).toEqual([path, security !== undefined && path !== '/v1/tokens']);
      }
    }
  });

  it('[AC5] send what keeps a browser safe, and are not to be stored', async () => {
    const { headers } = await ask('/healthz', {});
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('permissions-policy')).toContain('camera=()');
    expect(headers.get('x-powered-by')).toBeNull();
    expect((await tokenWith(KEYS.client)).headers.get('cache-control')).toBe('no-store');
  });
});

describe('limits', () => {
  it('[AC5] of an address, of a key, and of failed log-ins: 429 and when to come back', async () => {
    const limited = await startServer({ API_KEYS, RATE_PER_KEY: '5', LOGIN_FAILURES_PER_ADDRESS: '3' });
    try {
      const statuses = async (key: string, n: number): Promise<number[]> => {
        const all: number[] = [];
        for (let i = 0; i < n; i++) all.push((await tokenWith(key, {}, limited)).status);
        return all;
      };
      expect(await statuses(KEYS.client, 6)).toEqual([201, 201, 201, 201, 201, 429]);
      expect(await statuses('xyzzy-key', 4)).toEqual([401, 401, 401, 429]);
      // Even the right key has to wait: whoever guesses learns nothing.
      const refused = await tokenWith(KEYS.admin, {}, limited);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await refused.json()).toMatchObject({ code: 'rateLimited', retryable: true });
    } finally {
      await limited.stop();
    }
    // The report of failures is written when the server stops, without the keys that were tried.
    expect(limited.log()).toMatch(/log-ins failed/);
    expect(limited.log()).not.toContain('xyzzy');
  });

  it('[AC5] of an address hold for connections too', async () => {
    const limited = await startServer({ API_KEYS, RATE_PER_ADDRESS: '4' });
    try {
      const { token } = (await (await tokenWith(KEYS.client, {}, limited)).json()) as Issued;
      const knock = (): Promise<string> =>
        TestClient.connect(limited, token).then(
          (client) => (client.socket.disconnect(), 'in'),
          (error: unknown) => (error as { data: { code: string } }).data.code,
        );
      expect([await knock(), await knock(), await knock(), await knock()]).toEqual(['in', 'in', 'in', 'rateLimited']);
    } finally {
      await limited.stop();
    }
  });
});

it('[AC2] a client’s token streams', async () => {
  const { token } = (await (await tokenWith(KEYS.client)).json()) as Issued;
  const client = await TestClient.connect(server, token);
  const session = await client.start({ modalities: ['text'], consent: consent(['text']) });
  expect(session.sessionId).toMatch(/^[\da-f-]{36}$/);
  await client.end();
});
