import { read, type Api, type Lease, type Role } from '../api.js';

/** A token this close to its end is renewed first. */
const RENEW_BEFORE_MS = 30_000;

/** Requests with a short-lived token; with a new one where the first is no longer taken (the server was restarted, perhaps). */
export class Rest {
  private lease: Lease | undefined;

  constructor(private readonly api: Api) {}

  /** Are we let in, and as what? @throws Refused */
  async enter(): Promise<Role> {
    this.lease = await this.api.lease();
    return this.lease.role;
  }

  async get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return read<T>(await this.send(path, signal ? { signal } : {}));
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.tell('POST', path, body);
  }

  put<T>(path: string, body: object): Promise<T> {
    return this.tell('PUT', path, body);
  }

  async delete<T>(path: string): Promise<T> {
    return read<T>(await this.send(path, { method: 'DELETE' }));
  }

  /** What the server gives to be kept as a file. */
  async file(path: string): Promise<Blob> {
    const response = await this.send(path, {});
    return response.ok ? response.blob() : read(response);
  }

  private async tell<T>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
    const headers = { 'Content-Type': 'application/json' };
    return read<T>(await this.send(path, { method, headers, body: JSON.stringify(body) }));
  }

  private async send(path: string, request: RequestInit): Promise<Response> {
    const first = await this.withToken(path, request);
    if (first.status !== 401) return first;
    this.lease = undefined;
    return this.withToken(path, request);
  }

  private async withToken(path: string, request: RequestInit): Promise<Response> {
    if (!this.lease || Date.parse(this.lease.expiresAt) - Date.now() < RENEW_BEFORE_MS)
      this.lease = await this.api.lease();
    const headers = new Headers(request.headers);
    headers.set('Authorization', `Bearer ${this.lease.token}`);
    return fetch(path, { ...request, headers });
  }
}
