const KEY = 'undertone.key';

export interface Notice {
  readonly version: string;
  readonly text: string;
}

export interface Lease {
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
}

/** The server answered, and the answer is no. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The API key: from the address's fragment, which a browser never sends, or from this tab's memory. Takes it out of the
 * address bar so that a copied link does not give it away.
 */
export function takeKey(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get('key');
  if (given) {
    keepKey(given);
    history.replaceState(null, '', location.pathname + location.search);
  }
  return sessionStorage.getItem(KEY);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(KEY, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(KEY);
}

/** The HTTP side of the server: short-lived tokens against the key, and the consent notice. */
export class Api {
  constructor(
    private readonly key: string,
    /** No more than the page needs. */
    private readonly role: 'client' | 'analyst' = 'client',
  ) {}

  /** A token for one connection. */
  async token(): Promise<string> {
    return (await this.issue({ role: this.role, once: true })).token;
  }

  /** A token for requests, as long as it lasts. */
  async lease(): Promise<Lease> {
    return this.issue({ role: this.role });
  }

  async notice(): Promise<Notice> {
    return read<Notice>(await fetch('v1/notice'));
  }

  private async issue(request: object): Promise<Lease> {
    const headers = { 'X-API-Key': this.key, 'Content-Type': 'application/json' };
    return read<Lease>(await fetch('v1/tokens', { method: 'POST', headers, body: JSON.stringify(request) }));
  }
}

/** What was answered. @throws Refused */
export async function read<T>(response: Response): Promise<T> {
  const body = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
  if (response.ok) return body as T;
  throw new Refused(response.status, body.detail ?? body.title ?? `The server answered ${response.status}.`);
}
