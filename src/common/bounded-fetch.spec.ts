import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { boundedFetch } from './bounded-fetch.js';

let server: Server;

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

describe('boundedFetch', () => {
  it('[TX5] passes an answer on as it is', async () => {
    const url = await serve((_, response) => response.writeHead(206, { 'x-kind': 'part' }).end('hello'));
    const response = await boundedFetch({ headMs: 1_000, stallMs: 1_000 })(url);
    expect([response.status, response.headers.get('x-kind'), await response.text()]).toEqual([206, 'part', 'hello']);
  });

  it('[TX5] gives up on a server that takes the connection and says nothing', async () => {
    const url = await serve(() => undefined);
    await expect(boundedFetch({ headMs: 100, stallMs: 1_000 })(url)).rejects.toThrow('no answer within 100 ms');
  });

  it('[TX5] gives up on a body that stops coming', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-length': 100 }).write('half'));
    const response = await boundedFetch({ headMs: 1_000, stallMs: 100 })(url);
    await expect(response.text()).rejects.toThrow('stalled');
  });

  it('[TX5] lets a slow body come for as long as it keeps coming', async () => {
    const url = await serve((_, response) => {
      let left = 8;
      const timer = setInterval(() => {
        response.write('x');
        if (--left === 0)
          response.end(() => {
            clearInterval(timer);
          });
      }, 50);
    });
    const response = await boundedFetch({ headMs: 1_000, stallMs: 200 })(url);
    expect(await response.text()).toBe('x'.repeat(8));
  });
});
