import { setImmediate as turn } from 'node:timers/promises';
import type { AcousticService } from '../audio/acoustic.service.js';
import { peaked, voiceOf } from '../fusion/evidence.fixture.js';
import { readAlong } from './read-along.js';

/** A voice expert that counts how many readings it holds at once. */
class CountingVoice {
  held = 0;
  most = 0;
  readonly read: AcousticService['read'] = async () => {
    this.most = Math.max(this.most, ++this.held);
    await turn();
    this.held--;
    return { evidence: voiceOf(peaked({ sad: 0.7 })) };
  };
}

const whole = (seconds: number) => [{ utteranceId: 'u1', startMs: 0, endMs: seconds * 1000 }];
const silence = (seconds: number): Float32Array => new Float32Array(seconds * 16_000);

test('[CL7] an utterance is read again every 250 ms, and at last as a whole', async () => {
  const readings = await readAlong(silence(1), [{ utteranceId: 'u1', startMs: 100, endMs: 700 }], new CountingVoice());
  expect(readings.map(({ sinceMs, endMs }) => [sinceMs, endMs])).toEqual([
    [100, 350],
    [350, 600],
    [600, 700],
  ]);
});

test('[CL7] a long recording that is one utterance is read to its end, in a bounded number of readings, a few at a time', async () => {
  const voice = new CountingVoice();
  const readings = await readAlong(silence(301), whole(301), voice);
  expect(readings.length).toBeLessThanOrEqual(120);
  expect(readings.length).toBeGreaterThan(90);
  expect(readings.at(-1)?.endMs).toBe(301_000);
  expect(voice.most).toBeLessThanOrEqual(4);
});
