import { EMOTIONS } from '../../src/emotion/scores.js';
import type { AcousticReport, Calibration, GroupLine, Summary } from './report.js';
import { CONDITIONS } from '../samples/conditions.js';
import { rngOf } from '../common/rng.js';

/** A report of invented figures, complete and plausible; names are up to the test. */
export function inventedReport({ speaker = 'speaker', machine = '2 cores' } = {}): AcousticReport {
  const rng = rngOf(3);
  const counts = EMOTIONS.map((_, t) =>
    EMOTIONS.map((_, p) => Math.round(t === p ? 60 + 60 * rng() : 22 * rng() ** 2)),
  );
  const group = (name: string, uar = 0.45 + 0.4 * rng()): GroupLine => {
    return { name, n: 80, uar, macroF1: uar - 0.01, accuracy: uar + 0.02 * rng(), ece: 0.05 };
  };
  const summary: Summary = { n: 1000, uar: 0.665, macroF1: 0.66, accuracy: 0.671, ece: 0.041, eceBefore: 0.112 };
  const at = [1, 0.8, 0.6].map((coverage) => pointAt(coverage));
  return {
    format: 1,
    model: {
      name: 'acoustic/seven',
      sha256: '0123456789ab',
      licence: 'CC-BY-NC-SA-4.0',
      labels: EMOTIONS,
      temperature: 1.42,
    },
    made: {
      date: '2026-11-22T10:11:12.000Z',
      command: 'undertone evaluate acoustic --manifest test.csv --condition all',
      seed: 1,
      commit: '99d3e10',
      machine,
    },
    data: { corpora: ['cremad', 'ravdess'], clips: 1000, speakers: 24, dropped: 3, unavailable: 2 },
    baseline: { mode: 'online', after: 10 },
    condition: 'clean',
    summary,
    uar95: [0.641, 0.688],
    calibration: { after: bins(0.03), before: bins(0.12) },
    riskCoverage: { at, curve: Array.from({ length: 100 }, (_, i) => pointAt(1 - i / 100)) },
    perClass: EMOTIONS.map((emotion, i) => {
      const support = (counts[i] ?? []).reduce((a, b) => a + b, 0);
      const recall = (counts[i]?.[i] ?? 0) / support;
      return { emotion, support, recall, precision: recall - 0.02, f1: recall - 0.01 };
    }),
    confusion: { labels: EMOTIONS, counts },
    perCorpus: [group('cremad'), group('ravdess')],
    perGender: [group('female', 0.68), group('male', 0.65)],
    genderGap: { uar: 0.03, accuracy: 0.028 },
    perSpeaker: Array.from({ length: 24 }, (_, i) => group(`${i < 18 ? 'cremad' : 'ravdess'}/${speaker}${i}`)),
    listeners: {
      n: 800,
      from: 'perceived',
      emotions: EMOTIONS.slice(0, 6),
      kl: 0.452,
      correlation: 0.744,
      accuracy: 0.71,
      humanAccuracy: 0.46,
      humanUar: 0.45,
    },
    robustness: CONDITIONS.map((condition, i) => ({ ...summary, condition, uar: 0.665 - 0.03 * i })),
  };
}

function pointAt(coverage: number): { coverage: number; threshold: number; accuracy: number; uar: number } {
  return { coverage, threshold: 1 - 0.7 * coverage, accuracy: 0.95 - 0.28 * coverage, uar: 0.93 - 0.27 * coverage };
}

/** Fifteen bins that are over-confident by `gap`; the first two are empty. */
function bins(gap: number): Calibration {
  return {
    ece: gap,
    bins: Array.from({ length: 15 }, (_, i) => {
      const [from, to] = [i / 15, (i + 1) / 15];
      if (i < 2) return { from, to, count: 0, confidence: null, accuracy: null };
      const confidence = (from + to) / 2;
      return { from, to, count: 10 + 12 * i, confidence, accuracy: confidence - gap };
    }),
  };
}
