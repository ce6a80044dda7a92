const KEY = 'undertone.key';

export interface Notice {
  readonly version: string;
  readonly text: string;
  /** Days for which the sound of a voice may be kept, where the person agrees to it; 0: it is not. */
  readonly audioKeepDays: number;
}

/** What a key may do; each role may also do what those before it may. */
export type Role = 'client' | 'analyst' | 'admin';

export interface Lease {
  readonly token: string;
  /** ISO 8601 */
  readonly expiresAt: string;
  readonly role: Role;
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
    /** No more than the page needs; `own`: whatever the key may. */
    private readonly role: 'client' | 'analyst' | 'own' = 'client',
  ) {}

  /** A token for one connection. */
  async token(): Promise<string> {
    return (await this.issue({ once: true })).token;
  }

  /** A token for requests, as long as it lasts. */
  async lease(): Promise<Lease> {
    return this.issue({});
  }

  async notice(): Promise<Notice> {
    return read<Notice>(await fetch('v1/notice'));
  }

  private async issue(more: object): Promise<Lease> {
    const request = this.role === 'own' ? more : { role: this.role, ...more };
    const headers = { 'X-API-Key': this.key, 'Content-Type': 'application/json' };
    return read<Lease>(await fetch('v1/tokens', { method: 'POST', headers, body: JSON.stringify(request) }));
  }
}

/** What was answered. @throws Refused; whatever reading throws where an answer breaks off, or is no longer wanted */
export async function read<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const { detail, title } = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
  throw new Refused(response.status, detail ?? title ?? `The server answered ${response.status}.`);
}
