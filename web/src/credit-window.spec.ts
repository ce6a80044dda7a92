import { describe, expect, it } from '@jest/globals';
import { CreditWindow } from './credit-window.js';

const never = new AbortController().signal;

/** Has it resolved once everything that can run has run? */
async function settled(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise((resume) => setTimeout(resume, 0));
  return done;
}

describe('the credit window', () => {
  it('[LP5] lets pass what the credit covers and holds the rest until it is acknowledged', async () => {
    const window = new CreditWindow(300);
    for (let seq = 0; seq < 3; seq++) {
      await window.room(100, never);
      window.sent(seq, 100);
    }
    const fourth = window.room(100, never);
    expect(await settled(fourth)).toBe(false);
    window.acked({ ackSeq: 1, bufferedMs: 200 }); // arrived, not processed: still owed
    expect(await settled(fourth)).toBe(false);
    window.acked({ ackSeq: 1, bufferedMs: 100 });
    expect(await settled(fourth)).toBe(true);
    expect(window.aheadMs).toBe(200);
  });

  it('[LP5] never sends more than the credit to a server that processes at its own pace', async () => {
    const window = new CreditWindow(1_000);
    let sent = 0;
    let processedMs = 0;
    let mostAhead = 0;
    const server = setInterval(() => {
      processedMs = Math.min(processedMs + 250, sent * 100);
      window.acked({ ackSeq: sent - 1, bufferedMs: sent * 100 - processedMs });
    }, 1);
    for (; sent < 100; sent++) {
      await window.room(100, never);
      window.sent(sent, 100);
      mostAhead = Math.max(mostAhead, (sent + 1) * 100 - processedMs);
    }
    clearInterval(server);
    expect(mostAhead).toBe(1_000);
  });

  it('[LP5] sends a frame longer than the whole credit when nothing else is under way', async () => {
    expect(await settled(new CreditWindow(50).room(100, never))).toBe(true);
  });

  it('[LP2] stops waiting when the input is stopped', async () => {
    const window = new CreditWindow(100);
    window.sent(0, 100);
    const stop = new AbortController();
    const waiting = window.room(100, stop.signal);
    stop.abort(new Error('stopped'));
    await expect(waiting).rejects.toThrow('stopped');
    await expect(window.room(1, stop.signal)).rejects.toThrow('stopped');
  });
});
