import { seeded } from '../../test/support/clips.js';
import { type SegmentEvent, Segmenter, type SegmenterConfig, WINDOW } from './segmenter.js';

/** One window whose samples say its place in the stream. */
const windowAt = (index: number): Float32Array => Float32Array.from({ length: WINDOW }, (_, i) => index * WINDOW + i);

/** Runs a drawn stream: each letter is one 32 ms window: `.` silence, `-` unsure, `#` speech. */
function run(drawing: string, config: Partial<SegmenterConfig> = {}): { events: SegmentEvent[]; segmenter: Segmenter } {
  const segmenter = new Segmenter(config);
  const probability = (c: string): number => (c === '#' ? 0.9 : c === '-' ? 0.4 : 0.05);
  const events = Array.from(drawing, (c, i) => segmenter.push(probability(c), windowAt(i))).flat();
  return { events, segmenter };
}

const shape = (events: readonly SegmentEvent[]): unknown[] =>
  events.map((e) => (e.type === 'start' ? [e.type, e.startMs] : [e.type, e.startMs, e.endMs]));

const PAUSE = '.'.repeat(19); // 608 ms

describe('Segmenter', () => {
  it('[SG1] starts an utterance after 200 ms of speech, with the pre-roll, and ends it after 600 ms of silence', () => {
    const { events } = run('.'.repeat(20) + '#'.repeat(10) + PAUSE);
    // Pre-roll 300 ms is 10 windows; the tail of 160 ms is 5.
    expect(shape(events)).toEqual([
      ['start', 10 * 32],
      ['end', 10 * 32, 35 * 32],
    ]);
    expect(events[1]).toMatchObject({ reason: 'silence' });
  });

  it('[SG1] the samples are exactly those between startMs and endMs', () => {
    const { events } = run('.'.repeat(20) + '#'.repeat(10) + PAUSE);
    const end = events.find((e) => e.type === 'end')!;
    expect(end.samples).toHaveLength((end.endMs - end.startMs) * 16);
    expect(end.samples[0]).toBe(end.startMs * 16);
    expect(end.samples.at(-1)).toBe(end.endMs * 16 - 1);
  });

  it('[SG2] announces nothing for a burst shorter than the minimum, and hears the speech after it', () => {
    expect(shape(run('.....######' + PAUSE).events)).toEqual([]);
    expect(shape(run('##' + PAUSE + PAUSE + '#######' + PAUSE).events)).toEqual([
      ['start', 30 * 32],
      ['end', 30 * 32, 52 * 32],
    ]);
  });

  it('[SG1] bridges pauses shorter than the minimum silence, and unsure windows neither begin nor end speech', () => {
    expect(shape(run('-'.repeat(40)).events)).toEqual([]);
    const bridged = '#'.repeat(8) + '.'.repeat(18) + '#'.repeat(8) + '-'.repeat(40);
    expect(shape(run(bridged + PAUSE).events)).toEqual([
      ['start', 0],
      ['end', 0, (8 + 18 + 8 + 40 + 5) * 32],
    ]);
  });

  it('[SG3] cuts at the maximum length, goes on at once, and never exceeds it', () => {
    const { events, segmenter } = run('#'.repeat(100), { maxUtteranceMs: 1000 });
    const ends = events.filter((e) => e.type === 'end');
    expect(ends.map((e) => [e.startMs, e.endMs, e.reason])).toEqual([
      [0, 992, 'maxLength'],
      [992, 1984, 'maxLength'],
      [1984, 2976, 'maxLength'],
    ]);
    expect(segmenter.end()).toMatchObject([{ startMs: 2976, endMs: 3200, reason: 'sessionEnd' }]);
  });

  it('[SG4] interim events come at each interval of speech and grow from the same start', () => {
    const { events } = run('#'.repeat(40) + PAUSE, { interimIntervalMs: 500 });
    const interims = events.filter((e) => e.type === 'interim');
    expect(interims.map((e) => e.endMs)).toEqual([512, 1024]);
    expect(interims.map((e) => e.samples.length)).toEqual([512 * 16, 1024 * 16]);
  });

  it('[SG5] a forced end closes the utterance where it stands; without one it does nothing', () => {
    const { segmenter } = run('#'.repeat(10));
    expect(segmenter.forceEnd()).toMatchObject([{ type: 'end', startMs: 0, endMs: 320, reason: 'forced' }]);
    expect(segmenter.forceEnd()).toEqual([]);
    expect(run('###').segmenter.forceEnd()).toEqual([]);
  });

  it('[SG5] the end of the session closes the utterance', () => {
    expect(run('#'.repeat(10)).segmenter.end()).toMatchObject([{ type: 'end', reason: 'sessionEnd' }]);
  });

  it('[SG6] new settings take effect with the next window', () => {
    const { segmenter } = run('#'.repeat(10) + '....');
    segmenter.update({ minSilenceMs: 160 });
    expect(segmenter.push(0, windowAt(14))).toMatchObject([{ type: 'end', reason: 'silence' }]);
  });

  it('[SG7] an hour of silence holds no more than the pre-roll', () => {
    const segmenter = new Segmenter();
    const silence = new Float32Array(WINDOW);
    let most = 0;
    let events = 0;
    for (let i = 0; i < 3600 * 31.25; i++) {
      events += segmenter.push(0, silence).length;
      most = Math.max(most, segmenter.bufferedMs);
    }
    expect(segmenter.positionMs).toBe(3_600_000);
    expect([events, most]).toEqual([0, 320]);
  });

  it('[SG8] for random probabilities starts and ends alternate, utterances never overlap, and memory stays bounded', () => {
    const silence = new Float32Array(WINDOW);
    for (let seed = 1; seed <= 12; seed++) {
      const random = seeded(seed);
      const config = { maxUtteranceMs: 1500, minSilenceMs: 32 * Math.ceil(random() * 12), interimIntervalMs: 200 };
      const segmenter = new Segmenter(config);
      const events: SegmentEvent[] = [];
      let level = 0;
      let most = 0;
      for (let i = 0; i < 2000; i++) {
        if (random() < 0.08) level = random();
        events.push(...segmenter.push(0.7 * level + 0.3 * random(), silence));
        if (random() < 0.003) events.push(...segmenter.forceEnd());
        most = Math.max(most, segmenter.bufferedMs);
      }
      expect(most).toBeLessThanOrEqual(1500);
      events.push(...segmenter.end());
      let open = false;
      let last = 0;
      for (const event of events) {
        if (event.type === 'start') expect(open).toBe(false);
        else expect(open).toBe(true);
        open = event.type !== 'end';
        expect(event.startMs).toBeGreaterThanOrEqual(last);
        if (event.type !== 'start') expect(event.samples).toHaveLength((event.endMs - event.startMs) * 16);
        if (event.type === 'end') last = event.endMs;
      }
      expect(open).toBe(false);
      expect(events.length).toBeGreaterThan(20);
    }
  });
});
