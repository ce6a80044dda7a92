import {
  bySureness,
  calibrationBins,
  calibrationError,
  figuresOf,
  fitTemperature,
  softmaxOf,
  uarInterval,
  untempered,
  type Prediction,
} from './metrics.js';
import { rngOf } from './rng.js';

const said = (truth: number, predicted: number, confidence = 0.6): Prediction => ({
  truth,
  scores: [0, 1, 2].map((c) => (c === predicted ? confidence : (1 - confidence) / 2)),
});

describe('figuresOf', () => {
  // By hand: class 0 has 4 clips, 3 found; class 1 has 2, 1 found; class 2 does not occur but is once predicted.
  const predictions = [said(0, 0), said(0, 0), said(0, 0), said(0, 1), said(1, 1), said(1, 2)];
  const figures = figuresOf(predictions, 3);

  it('[EV1] averages recall and F1 over the classes that occur, and over no other', () => {
    expect(figures.uar).toBeCloseTo((0.75 + 0.5) / 2, 12);
    // F1 of class 0: precision 1, recall 3/4 → 6/7; of class 1: precision 1/2, recall 1/2 → 1/2.
    expect(figures.macroF1).toBeCloseTo((6 / 7 + 1 / 2) / 2, 12);
    expect(figures.accuracy).toBeCloseTo(4 / 6, 12);
    expect(figures.perClass[2]).toBeNull();
  });

  it('counts truth in rows and prediction in columns', () => {
    expect(figures.confusion).toEqual([
      [3, 1, 0],
      [0, 1, 1],
      [0, 0, 0],
    ]);
  });

  it('scores a clip whose label the model does not know as wrong', () => {
    const unknowing = figuresOf([{ truth: 2, scores: [0.5, 0.5, 0] }, said(0, 0)], 3);
    expect(unknowing.perClass[2]?.recall).toBe(0);
    expect(unknowing.uar).toBeCloseTo(0.5, 12);
  });

  it('refuses an empty list and a class out of range', () => {
    expect(() => figuresOf([], 3)).toThrow('no predictions');
    expect(() => figuresOf([said(3, 0)], 3)).toThrow('outside');
  });
});

describe('calibrationError', () => {
  it('[EV2] is the gap between confidence and accuracy, weighted by the share of its bin', () => {
    // Bin of 0.6: four clips, two right → |0.6 − 0.5| · 4/6. Bin of 0.9: two clips, two right → 0.1 · 2/6.
    const predictions = [said(0, 0), said(0, 0), said(0, 1), said(0, 2), said(1, 1, 0.9), said(2, 2, 0.9)];
    expect(calibrationError(predictions)).toBeCloseTo((0.1 * 4) / 6 + (0.1 * 2) / 6, 12);
  });

  it('takes a confidence of 1 into the last bin', () => {
    expect(calibrationError([said(0, 0, 1)])).toBeCloseTo(0, 12);
  });
});

describe('calibrationBins', () => {
  it('[EV2] holds every prediction once, at the place of its confidence', () => {
    const bins = calibrationBins([said(0, 0), said(0, 1), said(1, 1, 0.9)], 10);
    expect(bins.map((b) => b.count)).toEqual([0, 0, 0, 0, 0, 0, 2, 0, 0, 1]);
    expect(bins[6]).toEqual({ count: 2, confidenceSum: 1.2, hits: 1 });
  });
});

describe('bySureness', () => {
  it('[EV6] puts the surest first and keeps the order of equals', () => {
    const [a, b, c, d] = [said(0, 0, 0.5), said(1, 1, 0.9), said(2, 2, 0.5), said(0, 1, 0.7)] as const;
    expect(bySureness([a, b, c, d])).toEqual([b, d, a, c]);
  });
});

describe('untempered', () => {
  it('[EV5] gives back what the temperature was applied to', () => {
    const logits = [1.2, -0.3, 0.4, -2];
    const raw = softmaxOf(logits);
    untempered(softmaxOf(logits, 1.7), 1.7).forEach((p, i) => {
      expect(p).toBeCloseTo(raw[i] ?? 0, 12);
    });
    expect(untempered([0.5, 0.5, 0], 3)).toEqual([0.5, 0.5, 0]);
  });
});

describe('uarInterval', () => {
  it('[EV8] is as wide as speakers differ, not as clips are many', () => {
    const speakers = Array.from({ length: 20 }, (_, i) => ({ speaker: `s${i}`, good: i % 2 === 0 }));
    const clips = (perSpeaker: number) =>
      speakers.flatMap(({ speaker, good }) =>
        Array.from({ length: perSpeaker }, () => ({ speaker, ...(good ? said(0, 0) : said(0, 1)) })),
      );
    const [low, high] = uarInterval(clips(1), rngOf(1));
    // Twenty coins: a half, give or take 1.96 · √(¼ / 20) = 0.22.
    expect(low).toBeCloseTo(0.28, 1);
    expect(high).toBeCloseTo(0.72, 1);
    expect(uarInterval(clips(50), rngOf(1))).toEqual([low, high]);
  });
});

describe('fitTemperature', () => {
  it('[EV3] finds the temperature that the logits were sharpened by', () => {
    const rng = rngOf(4);
    const rows = Array.from({ length: 4000 }, () => {
      const honest = Array.from({ length: 3 }, () => 2 * rng() - 1);
      const p = softmaxOf(honest);
      const draw = rng();
      const truth = draw < (p[0] ?? 0) ? 0 : draw < (p[0] ?? 0) + (p[1] ?? 0) ? 1 : 2;
      return { truth, logits: honest.map((z) => 3 * z) };
    });
    expect(fitTemperature(rows)).toBeGreaterThan(2.6);
    expect(fitTemperature(rows)).toBeLessThan(3.4);
  });
});
