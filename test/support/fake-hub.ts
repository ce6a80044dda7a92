import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/**
 * How the hub behaves.
 * `serve`: with tags and ranges, as hubs do. `rangeless`: whole files only. `empty`: knows nothing. `silent`: never answers.
 * `broken`: whole files only, and each ends half-way. `breaking`: the first answer for a file ends half-way.
 * `stalling`: weights stop half-way and the line stays open. `flipped`: the last byte of weights is another.
 */
export type HubMood = 'serve' | 'rangeless' | 'empty' | 'silent' | 'broken' | 'breaking' | 'stalling' | 'flipped';

export interface FakeHub {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** File name and range of each request for a range. */
  readonly ranges: string[];
  mood: HubMood;
  close(): Promise<void>;
}

/** A hub on 127.0.0.1 that holds one model: `/<id>/resolve/<revision>/<file>` is `<folder>/<file>`. */
export async function startFakeHub(
  id: string,
  folder: string,
  mood: HubMood = 'serve',
  revision = 'main',
): Promise<FakeHub> {
  const prefix = `/${id}/resolve/${revision}/`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://hub').pathname);
    const name = path.slice(prefix.length);
    const again = hub.requests.includes(path);
    hub.requests.push(path);
    if (request.headers.range) hub.ranges.push(`${name} ${request.headers.range}`);
    if (hub.mood === 'silent') return;
    const file = path.startsWith(prefix) ? join(folder, name) : '';
    if (hub.mood === 'empty' || !existsSync(file)) response.writeHead(404).end();
    else send(request, response, readFileSync(file), moodFor(hub.mood, name, again));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    ranges: [],
    mood,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return hub;
}

function moodFor(mood: HubMood, file: string, again: boolean): HubMood {
  if (mood === 'breaking' && again) return 'serve';
  if ((mood === 'stalling' || mood === 'flipped') && !file.endsWith('.onnx')) return 'serve';
  return mood;
}

function send({ headers }: IncomingMessage, response: ServerResponse, content: Buffer, mood: HubMood): void {
  const bytes = Buffer.from(content);
  if (mood === 'flipped') bytes[bytes.length - 1]! ^= 1;
  const etag = `"${createHash('sha1').update(bytes).digest('hex')}"`;
  const ranged = mood !== 'rangeless' && mood !== 'broken';
  const same = headers['if-range'] === undefined || headers['if-range'] === etag;
  const start = ranged && same ? Number(/^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0) : 0;
  if (start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-length': body.length,
    ...(ranged ? { etag, 'accept-ranges': 'bytes' } : {}),
    ...(start > 0 ? { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  const half = body.subarray(0, body.length / 2);
  if (mood === 'broken' || mood === 'breaking') response.write(half, () => setTimeout(() => response.destroy(), 50));
  else if (mood === 'stalling') response.write(half);
  else response.end(body);
}
