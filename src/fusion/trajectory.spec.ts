import { scoresOf, type Emotion } from '../emotion/scores.js';
import { randomOf } from './evidence.fixture.js';
import { HALF_LIFE_MS, LEAST_STEP_MS, NO_TRAJECTORY, step, type Moment, type TrajectoryState } from './trajectory.js';

const EVERY_MS = 10_000;
const moment = (i: number, emotion: Emotion, over: Partial<Moment> = {}): Moment => ({
  utteranceId: `u${i}`,
  endMs: i * EVERY_MS,
  scores: scoresOf((e) => (e === emotion ? 0.88 : 0.02)),
  confidence: 0.88,
  abstained: false,
  unread: false,
  ...over,
});
const follow = (moments: readonly Moment[]) => {
  let state: TrajectoryState = NO_TRAJECTORY;
  return moments.map((one) => {
    const next = step(state, one);
    state = next.state;
    return next.point;
  });
};
const of = (emotions: readonly Emotion[]) => follow(emotions.map((emotion, i) => moment(i + 1, emotion)));
const many = (emotion: Emotion, n: number): Emotion[] => new Array<Emotion>(n).fill(emotion);

describe('the trajectory', () => {
  it('[OT1] starts where the first result is, and forgets half in a half-life', () => {
    const [first, , , fourth] = follow([
      moment(0, 'happy'),
      ...[10_000, 20_000, 30_000].map((endMs, i) => moment(i + 1, 'sad', { endMs, confidence: 1e-9 })),
    ]);
    expect(first?.shares.happy).toBeCloseTo(0.88, 12);
    expect(fourth?.shares.happy).toBeCloseTo(0.88, 6); // nothing weighs against it
    const [, later] = follow([moment(0, 'happy'), moment(1, 'sad', { endMs: LEAST_STEP_MS + HALF_LIFE_MS })]);
    expect(later?.shares.happy).toBeCloseTo((0.88 * 0.5 + 0.02) / 1.5, 12);
  });

  it('[OT1] shares sum to 1 and nothing is ever NaN, whatever comes', () => {
    const random = randomOf(41);
    const points = follow(
      Array.from({ length: 500 }, (_, i) => {
        const raw = scoresOf(() => random() ** 4 + 1e-9);
        const sum = Object.values(raw).reduce((a, b) => a + b, 0);
        return moment(i, 'neutral', {
          endMs: random() * 1e7 * (random() < 0.5 ? 1 : 1e-4),
          scores: scoresOf((e) => raw[e] / sum),
          confidence: random(),
          abstained: random() < 0.3,
          unread: random() < 0.2,
        });
      }),
    );
    for (const { shares, valence, arousal, volatility, departure } of points) {
      expect(Object.values(shares).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
      for (const n of [valence, arousal, volatility, departure?.sigma ?? 0]) expect(Number.isFinite(n)).toBe(true);
    }
    expect(points.map(({ atMs }) => atMs)).toEqual(points.map(({ atMs }) => atMs).sort((a, b) => a - b));
  });

  it('[OT1] typed messages, which take no audio, move the clock on', () => {
    const points = follow([1, 2, 3].map((i) => moment(i, 'sad', { endMs: 0 })));
    expect(points.map(({ atMs }) => atMs)).toEqual([1, 2, 3].map((i) => i * LEAST_STEP_MS));
  });

  it('[OT2] an abstention weighs less, low confidence too, and what could not be read nothing', () => {
    const angry = (over: Partial<Moment>) =>
      follow([moment(1, 'neutral'), moment(2, 'angry', over)])[1]?.shares.angry ?? 0;
    const sure = angry({});
    const unsure = angry({ confidence: 0.3 });
    const abstained = angry({ confidence: 0.3, abstained: true });
    expect(sure).toBeGreaterThan(unsure);
    expect(unsure).toBeGreaterThan(abstained);
    expect(angry({ unread: true })).toBeCloseTo(0.02, 12);
  });

  it('[OT3] is volatile where the mood swings, and not where it stays', () => {
    const calm = of(many('sad', 8)).at(-1)?.volatility;
    const swinging = of(['happy', 'angry', 'happy', 'angry', 'happy', 'angry']).at(-1)?.volatility ?? 0;
    expect(calm).toBeCloseTo(0, 12);
    expect(swinging).toBeGreaterThan(1);
  });

  it('[OT4] escalates, settles into what has become usual, and recovers', () => {
    const phases = of([...many('neutral', 6), ...many('angry', 40), ...many('neutral', 6)]).map(({ phase }) => phase);
    expect(phases.slice(0, 6)).toEqual(many('neutral', 6).map(() => 'steady'));
    expect(phases.slice(6, 9)).toContain('escalating');
    expect(phases[45]).toBe('steady');
    expect(phases.slice(46)).toContain('recovering');
  });

  it('[OT5] tells the departure from the subject’s own beginning, once that is known', () => {
    const points = of([...many('sad', 5), ...many('happy', 10)]);
    expect(points.slice(0, 4).map(({ departure }) => departure)).toEqual([null, null, null, null]);
    expect(points[4]?.departure?.sigma).toBeCloseTo(0, 9);
    const last = points.at(-1)?.departure;
    expect(last?.valence).toBeGreaterThan(0.8);
    expect(last?.sigma).toBeGreaterThan(3);
  });
});
