import { jest } from '@jest/globals';
import { MODALITIES, type Modality } from '../emotion/evidence.js';
import { MemoryConsents } from '../privacy/memory-consents.js';
import { NOTICE } from '../privacy/notice.js';
import type { Caller } from './auth.js';
import { Consents, type Admitted, type Reading } from './consents.service.js';

const NOW = Date.parse('2030-06-01T12:00:00Z');
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const CALLER: Caller = { tenant: 'acme', role: 'client', keyId: 'key-1', tokenId: 'key-1' };
const later = (ms: number): string => new Date(NOW + ms).toISOString();

/** A reading that remembers what it was told to stop. */
class Watched implements Reading {
  readonly stopped: (readonly Modality[])[] = [];
  readonly stop = (modalities: readonly Modality[]): void => void this.stopped.push(modalities);
  readonly over = (): Promise<void> => Promise.resolve();
}

const open = (consents: Consents, reading: Reading, over: object = {}): Promise<Admitted> => {
  const consent = {
    subjectRef: 'subject-7',
    purposes: ['support'],
    modalities: ['voice', 'text'],
    noticeVersion: NOTICE.version,
    acknowledged: true,
    grantedAt: later(-MINUTE_MS),
    ...over,
  };
  const context = { purpose: 'support', setting: 'customerService' };
  return consents.admit(CALLER, { modalities: ['voice', 'text'], consent, context }, reading);
};

it('[PV13] a client that comes back while everything of its person is erased is let go as well', async () => {
  const [first, back, stranger] = [new Watched(), new Watched(), new Watched()];
  const another = { grantedAt: later(-2 * MINUTE_MS) };
  const consents: Consents = new Consents(NOTICE, new MemoryConsents(), async () => {
    await open(consents, back, another);
    await open(consents, stranger, { subjectRef: 'subject-8' });
  });
  const { record } = await open(consents, first);
  expect(await consents.withdraw(CALLER, record.id, undefined, true)).toMatchObject({ erased: true });
  expect(first.stopped).toContain(MODALITIES);
  expect(back.stopped).toEqual([MODALITIES]);
  expect(stranger.stopped).toEqual([]);
});

beforeEach(() => {
  jest.useFakeTimers({ now: NOW });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a consent that expires', () => {
  const consents = new Consents(NOTICE, new MemoryConsents(), undefined);
  let reading: Watched;
  beforeEach(() => {
    reading = new Watched();
  });

  it('[PV4] while it is read under stops the reading in that moment', async () => {
    await open(consents, reading, { expiresAt: later(2 * MINUTE_MS) });
    jest.advanceTimersByTime(2 * MINUTE_MS - 1);
    expect(reading.stopped).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(reading.stopped).toEqual([MODALITIES]);
    await expect(open(consents, reading, { expiresAt: later(2 * MINUTE_MS) })).rejects.toMatchObject({
      details: { param: 'consent.expiresAt' },
    });
  });

  it('[PV4] in a time that no timer waits for is left alone until then', async () => {
    await open(consents, reading, { expiresAt: later(60 * DAY_MS) });
    jest.advanceTimersByTime(DAY_MS);
    expect(reading.stopped).toEqual([]);
  });

  it('[PV4] by a clock that jumped ahead is noticed within a minute', async () => {
    await open(consents, reading, { expiresAt: later(DAY_MS) });
    jest.setSystemTime(NOW + DAY_MS);
    jest.advanceTimersByTime(MINUTE_MS);
    expect(reading.stopped).toEqual([MODALITIES]);
  });

  it('[PV4] after the reading is over has nothing to stop, and nothing waits for it', async () => {
    const admitted = await open(consents, reading, { expiresAt: later(MINUTE_MS) });
    const waiting = jest.getTimerCount();
    admitted.leave();
    expect(jest.getTimerCount()).toBe(waiting - 1);
    jest.advanceTimersByTime(MINUTE_MS);
    expect(reading.stopped).toEqual([]);
  });
});
