import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** How the hub behaves: serves a folder, knows nothing, never answers, or stops in the middle of a file. */
export type HubMood = 'serve' | 'empty' | 'silent' | 'broken';

export interface FakeHub {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  mood: HubMood;
  close(): Promise<void>;
}

/** A hub on 127.0.0.1 that holds one model: `/<id>/resolve/main/<file>` is `<folder>/<file>`. */
export async function startFakeHub(id: string, folder: string, mood: HubMood = 'serve'): Promise<FakeHub> {
  const prefix = `/${id}/resolve/main/`;
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '', 'http://hub').pathname);
    hub.requests.push(path);
    if (hub.mood === 'silent') return;
    const file = path.startsWith(prefix) ? join(folder, path.slice(prefix.length)) : '';
    if (hub.mood === 'empty' || !existsSync(file)) response.writeHead(404).end();
    else send(response, readFileSync(file), request.headers.range, hub.mood === 'broken');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const hub: FakeHub = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    mood,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return hub;
}

function send(response: ServerResponse, bytes: Buffer, range: string | undefined, broken: boolean): void {
  if (range === 'bytes=0-0') {
    response
      .writeHead(206, { 'content-length': 1, 'content-range': `bytes 0-0/${bytes.length}` })
      .end(bytes.subarray(0, 1));
    return;
  }
  response.writeHead(200, { 'content-length': bytes.length });
  if (!broken) response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
}
