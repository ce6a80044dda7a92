import type { IncomingMessage } from 'node:http';
import { addressOf } from './address.js';
import { RateLimit } from './rate-limit.js';

describe('a rate limit', () => {
  it('[AC5] lets a burst through, then says how long to wait, and refills evenly', () => {
    const limit = new RateLimit(60);
    for (let i = 0; i < 60; i++) expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(1_000);
    expect(limit.take('a', 400)).toBe(600);
    expect(limit.take('a', 1_000)).toBe(0);
    expect(limit.take('a', 1_000)).toBe(1_000);
  });

  it('[AC5] counts each key by itself; waiting takes nothing; 0 is no limit', () => {
    const limit = new RateLimit(1);
    expect(limit.wait('a', 0)).toBe(0);
    expect(limit.take('a', 0)).toBe(0);
    expect(limit.take('b', 0)).toBe(0);
    expect(limit.wait('a', 0)).toBe(60_000);
    const none = new RateLimit(0);
    for (let i = 0; i < 1_000; i++) expect(none.take('a', 0)).toBe(0);
  });

  it('[AC5] gives nothing for a clock that jumps back, and never more than the burst', () => {
    const limit = new RateLimit(2);
    limit.take('a', 1_000_000);
    limit.take('a', 1_000_000);
    expect(limit.take('a', 0)).toBeGreaterThan(0);
    const rested = 100_000_000;
    expect([1, 2, 3].map(() => limit.take('a', rested) === 0)).toEqual([true, true, false]);
  });
});

describe('an address', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    }) as unknown as IncomingMessage;

  it('[AC5] is the peer’s, whatever it says of itself', () => {
    expect(addressOf(request('198.51.100.7', '203.0.113.9'), 0)).toBe('198.51.100.7');
    expect(addressOf(request('::ffff:198.51.100.7'), 0)).toBe('198.51.100.7');
  });

  it('[AC5] behind proxies is what the outermost of ours saw', () => {
    const forged = request('10.0.0.1', '1.2.3.4, 203.0.113.9');
    expect(addressOf(forged, 1)).toBe('203.0.113.9');
    expect(addressOf(request('10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.2'), 2)).toBe('203.0.113.9');
    expect(addressOf(request('10.0.0.1'), 3)).toBe('10.0.0.1');
  });

  it('[AC5] of IPv6 is the subscriber’s network', () => {
    const network = '2001:db8:1:2::/64';
    expect(addressOf(request('2001:db8:1:2:aaaa::1'), 0)).toBe(network);
    expect(addressOf(request('2001:db8:1:2::'), 0)).toBe(network);
    expect(addressOf(request('::1'), 0)).toBe('0:0:0:0::/64');
  });
});
