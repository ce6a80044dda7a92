import { describe, expect, it } from '@jest/globals';
import { hashOf, routeOf } from './route.js';

describe('the address of the review pages', () => {
  it('[RP2] holds filters, and leads to the same ones', () => {
    const filters = {
      days: 7,
      label: 'sad',
      incongruent: true,
      confidenceBelow: 0.6,
      alert: true,
      revoked: true,
    } as const;
    expect(routeOf(hashOf({ page: 'queue', filters }))).toEqual({ page: 'queue', filters });
    expect(routeOf('')).toEqual({ page: 'queue', filters: {} });
  });

  it('[RP2] never holds words that were looked for', () => {
    expect(hashOf({ page: 'queue', filters: { text: 'what somebody said' } })).toBe('#');
  });

  it('[RP2] leaves out what it does not understand', () => {
    expect(routeOf('#days=-1&label=<b>&below=7&other=1')).toEqual({ page: 'queue', filters: {} });
  });

  it('[RP8] leads to a session and to an utterance of it', () => {
    const route = { page: 'session', session: 'a b', utterance: 'u3' } as const;
    expect(routeOf(hashOf(route))).toEqual(route);
  });
});
