import { describe, expect, it } from '@jest/globals';
import { read, Refused } from './api.js';

describe('an answer of the server', () => {
  it('is what it says', async () => {
    expect(await read(Response.json({ items: [] }))).toEqual({ items: [] });
  });

  it('that breaks off is none: nobody is handed half of it', async () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"items":'));
        controller.error(new Error('broke off'));
      },
    });
    await expect(read(new Response(body))).rejects.toThrow('broke off');
    await expect(read(new Response('{"items":'))).rejects.toThrow('JSON');
  });

  it('that refuses says why, as far as it says anything', async () => {
    await expect(read(Response.json({ detail: 'Not yours.' }, { status: 403 }))).rejects.toEqual(
      new Refused(403, 'Not yours.'),
    );
    await expect(read(new Response('<html>', { status: 502 }))).rejects.toThrow('The server answered 502.');
  });
});
