import { newApiKey, ROLES, type Role } from '../../src/common/api-keys.js';
import type { StartPayload } from './client.js';
import { consent, TestClient } from './client.js';
import type { TestServer } from './server.js';

const TENANTS = ['acme', 'globex'] as const;
export type TenantName = (typeof TENANTS)[number];

/** Keys of two tenants in all roles. */
export const REVIEW_KEYS = Object.fromEntries(
  TENANTS.map((tenant) => [tenant, Object.fromEntries(ROLES.map((role) => [role, newApiKey(tenant, role)]))]),
) as Record<TenantName, Record<Role, { readonly key: string; readonly entry: string }>>;

export const REVIEW_API_KEYS = TENANTS.flatMap((t) => ROLES.map((role) => REVIEW_KEYS[t][role].entry)).join(',');

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly headers: Headers;
  readonly text: string;
}

/** One REST request in somebody's name. */
export async function ask<T = Record<string, unknown>>(
  server: TestServer,
  who: { readonly tenant: TenantName; readonly role: Role },
  method: string,
  path: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer<T>> {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      'X-API-Key': REVIEW_KEYS[who.tenant][who.role].key,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson =
    /json/.test(response.headers.get('content-type') ?? '') &&
    !/ndjson/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    body: (isJson && text !== '' ? JSON.parse(text) : undefined) as T,
    headers: response.headers,
    text,
  };
}

export async function tokenFor(server: TestServer, tenant: TenantName, role: Role): Promise<string> {
  const { body } = await ask<{ token: string }>(server, { tenant, role }, 'POST', '/v1/tokens', { body: {} });
  return body.token;
}

/** A live session of typed messages, left open, with every result stored. */
export async function typed(
  server: TestServer,
  tenant: TenantName,
  texts: readonly string[],
  {
    subject = 'subject-1',
    purpose = 'test',
    alerts,
    notice,
  }: { readonly subject?: string; readonly purpose?: string; readonly alerts?: string; readonly notice?: string } = {},
): Promise<{ readonly client: TestClient; readonly id: string }> {
  const client = await TestClient.connect(server, await tokenFor(server, tenant, 'client'));
  const over: Partial<StartPayload> = {
    modalities: ['text'],
    language: 'en',
    consent: {
      ...consent(['text']),
      subjectRef: subject,
      purposes: [purpose],
      ...(notice === undefined ? {} : { noticeVersion: notice }),
    },
    context: { purpose, setting: 'personal' },
    ...(alerts === undefined ? {} : { alerts }),
  };
  const { sessionId } = await client.start(over);
  for (const text of texts) await client.ask('text.input', { text });
  await client.until(() => client.of('result.stored').length === texts.length);
  return { client, id: sessionId };
}
