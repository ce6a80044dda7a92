import { FurtherReadings, type ClientReading } from './further-readings.js';

const at = (startMs: number, endMs: number, over: Partial<ClientReading> = {}): ClientReading => ({
  modality: 'face',
  startMs,
  endMs,
  scores: { happy: 0.2, sad: 0.8 },
  reliability: 1,
  cues: [],
  ...over,
});
const U1 = { id: 'u1', startMs: 0, endMs: 2_000 };
const U2 = { id: 'u2', startMs: 3_000, endMs: 5_000 };

describe('readings of a client', () => {
  it('[EI3] several in one utterance are their mean, by time and reliability', () => {
    const readings = new FurtherReadings(4);
    readings.add(at(0, 1_000, { scores: { happy: 0, sad: 1 }, reliability: 0.75 }));
    readings.add(at(1_000, 2_000, { scores: { happy: 1, sad: 0 }, reliability: 0.25 }));
    const { face } = readings.of(U1);
    if (face?.status !== 'available') throw new Error('nothing joined');
    expect(face.scores['sad']).toBeCloseTo(0.75, 12);
    expect(face.scores['happy']).toBeCloseTo(0.25, 12);
    expect(face.quality.reliability).toBeCloseTo(0.5, 12);
  });

  it('[EI3] even one that nobody trusts has scores, and cues share as the scores do', () => {
    const readings = new FurtherReadings(4);
    const cues = [{ name: 'AU4', detail: 'brows', toward: 'sad', weight: 1 }] as const;
    readings.add(at(0, 1_000, { reliability: 0, cues }));
    readings.add(at(1_000, 2_000, { reliability: 0, cues }));
    expect(readings.of(U1).face).toMatchObject({
      quality: { reliability: 0 },
      cues: [{ weight: 0.5 }, { weight: 0.5 }],
    });
  });

  it('[EI3] of another model the later one stands, and each modality is for itself', () => {
    const readings = new FurtherReadings(4);
    readings.add(at(0, 1_000, { model: 'a' }));
    readings.add(at(1_000, 2_000, { model: 'b', scores: { neutral: 0.5, angry: 0.5 } }));
    readings.add(at(0, 2_000, { modality: 'physiology' }));
    expect(readings.of(U1)).toMatchObject({
      face: { model: { name: 'client/b', sha256: '' }, scores: { neutral: 0.5 }, prior: { neutral: 0.5, angry: 0.5 } },
      physiology: { scores: { sad: 0.8 } },
    });
  });

  it('[EI2] waits for the utterance that shares its time, joins late ones by the most time shared, and is given up at last', () => {
    const readings = new FurtherReadings(4);
    readings.add(at(3_200, 4_800));
    expect(readings.of(U1)).toEqual({});
    const done = [U1, U2].map((utterance) => ({ analyzed: { utterance } }));
    const touched = readings.joinLate(({ startMs }) =>
      done.find(({ analyzed }) => analyzed.utterance.startMs <= startMs && startMs < analyzed.utterance.endMs),
    );
    expect([...touched].map(([one, modalities]) => [one.analyzed.utterance.id, modalities])).toEqual([
      ['u2', ['face']],
    ]);
    expect(readings.of(U2).face).toBeDefined();
    readings.add(at(2_100, 2_900));
    expect(readings.dropStale(2_899)).toBe(false);
    expect(readings.dropStale(2_900)).toBe(true);
    expect(readings.size).toBe(0);
  });

  it('[EI4] remembers so many utterances, and nothing of what was withdrawn', () => {
    const readings = new FurtherReadings(1);
    readings.add(at(0, 2_000));
    readings.add(at(3_000, 5_000));
    readings.add(at(3_000, 5_000, { modality: 'other' }));
    readings.of(U1);
    readings.of(U2);
    expect(readings.of(U1)).toEqual({});
    readings.add(at(8_000, 9_000));
    readings.forget('face');
    expect(Object.keys(readings.of(U2))).toEqual(['other']);
    expect(readings.size).toBe(0);
  });
});
