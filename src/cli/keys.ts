import { isRole, isTenant, newApiKey, ROLES, TENANT_RULE } from '../common/api-keys.js';

export interface CreateKeyOptions {
  readonly tenant: string;
  readonly role: string;
  readonly json?: boolean;
}

/** Makes an API key and prints it, once. Nothing is written down: what the server is given is its hash. */
export function createKey({ tenant, role, json }: CreateKeyOptions): boolean {
  if (!isTenant(tenant)) return failed(`--tenant: a tenant's name has ${TENANT_RULE}`);
  if (!isRole(role)) return failed(`--role: a role is one of ${ROLES.join(', ')}`);
  const { key, entry } = newApiKey(tenant, role);
  if (json) console.log(JSON.stringify({ key, entry, tenant, role }));
  else {
    console.log(`Key, shown this once; give it to whoever will use it:

  ${key}

Entry for API_KEYS (comma-separated, an environment variable or a line of .env), then restart the server:

  ${entry}

To take the key back, remove the entry: its tokens end with it.`);
  }
  return true;
}

function failed(message: string): false {
  console.error(`undertone: ${message}`);
  return false;
}
