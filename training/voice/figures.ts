import { EMOTIONS } from '../../src/emotion/scores.js';
import type {
  AcousticReport,
  Calibration,
  ClassLine,
  CoveragePoint,
  GroupLine,
  CalibrationBin,
  Summary,
} from './report.js';
import type { AcousticPrediction } from './evaluate.js';
import { groupBy } from '../common/group-by.js';
import { compareWithListeners } from './listeners.js';
import {
  bySureness,
  calibrationBins,
  calibrationError,
  confidenceOf,
  figuresOf,
  uarInterval,
  untempered,
  type Prediction,
} from '../common/metrics.js';
import { rngOf } from '../common/rng.js';

/** What a report says that was not counted from predictions. */
export type ReportFacts = Pick<AcousticReport, 'model' | 'made' | 'baseline'> & { readonly dropped: number };

/** Speakers below this number give no interval. */
const LEAST_SPEAKERS = 5;
const CURVE_POINTS = 100;
const COVERAGES = [1, 0.8, 0.6] as const;

/**
 * Counts everything that a report holds. The first prediction's condition is the one that the figures belong to.
 * @throws RangeError when no clip is left to count
 */
export function reportOf(
  predictions: readonly AcousticPrediction[],
  { dropped, ...facts }: ReportFacts,
): AcousticReport {
  const counted = predictions.filter((p) => p.position >= facts.baseline.after);
  const byCondition = groupBy(counted, (p) => p.condition);
  const [main] = byCondition.values();
  if (!main?.[0]) throw new RangeError(`no clip is left after the first ${facts.baseline.after} of each speaker`);
  const figures = figuresOf(main, EMOTIONS.length);
  const byGender = groupLines(
    main.filter((p) => p.clip.gender !== undefined),
    (p) => p.clip.gender ?? '',
  );
  const bySpeaker = groupLines(main, (p) => p.clip.speaker);
  return {
    format: 1,
    ...facts,
    data: {
      corpora: [...new Set(main.map((p) => p.clip.corpus))],
      clips: main.length,
      speakers: bySpeaker.length,
      dropped,
      unavailable: main.filter((p) => p.status !== 'available').length,
    },
    condition: main[0].condition,
    summary: summaryOf(main),
    uar95: bySpeaker.length < LEAST_SPEAKERS ? null : intervalOf(main, facts.made.seed),
    calibration: { after: calibrationOf(main), before: calibrationOf(withoutTemperature(main)) },
    riskCoverage: riskCoverageOf(main),
    perClass: classLinesOf(main),
    confusion: { labels: EMOTIONS, counts: figures.confusion },
    perCorpus: groupLines(main, (p) => p.clip.corpus),
    perGender: byGender,
    genderGap: byGender.length < 2 ? null : { uar: range(byGender, 'uar'), accuracy: range(byGender, 'accuracy') },
    perSpeaker: [...bySpeaker].sort((a, b) => b.uar - a.uar),
    listeners: compareWithListeners(
      main.flatMap(({ clip, truth, scores, perceived }) =>
        clip.votes ? [{ truth, votes: clip.votes, scores, ...(perceived && { perceived }) }] : [],
      ),
    ),
    robustness:
      byCondition.size < 2
        ? []
        : [...byCondition.values()].flatMap((own) =>
            own[0] ? [{ condition: own[0].condition, ...summaryOf(own) }] : [],
          ),
  };
}

function summaryOf(predictions: readonly AcousticPrediction[]): Summary {
  const { n, uar, macroF1, accuracy, ece } = figuresOf(predictions, EMOTIONS.length);
  const eceBefore = calibrationError(withoutTemperature(predictions));
  return { n, uar, macroF1, accuracy, ece, eceBefore };
}

/** A prior has no temperature: clips that were not read stay as they are. */
function withoutTemperature(predictions: readonly AcousticPrediction[]): Prediction[] {
  return predictions.map(({ truth, scores, status, temperature }) => ({
    truth,
    scores: status === 'available' ? untempered(scores, temperature) : scores,
  }));
}

/** The emotions that occur. */
export function classLinesOf(predictions: readonly Prediction[]): ClassLine[] {
  const { perClass } = figuresOf(predictions, EMOTIONS.length);
  return EMOTIONS.flatMap((emotion, i) => {
    const line = perClass[i];
    return line ? [{ emotion, ...line }] : [];
  });
}

export function calibrationOf(predictions: readonly Prediction[]): Calibration {
  const counted = calibrationBins(predictions);
  const bins = counted.map(({ count, confidenceSum, hits }, i): CalibrationBin => ({
    from: i / counted.length,
    to: (i + 1) / counted.length,
    count,
    confidence: count === 0 ? null : confidenceSum / count,
    accuracy: count === 0 ? null : hits / count,
  }));
  return { ece: calibrationError(predictions), bins };
}

export function riskCoverageOf(predictions: readonly Prediction[]): AcousticReport['riskCoverage'] {
  const sorted = bySureness(predictions);
  const points = Math.min(CURVE_POINTS, sorted.length);
  return {
    at: COVERAGES.map((coverage) => coveragePoint(sorted, coverage)),
    curve: Array.from({ length: points }, (_, i) => coveragePoint(sorted, 1 - i / points)),
  };
}

/** The figures of the surest share, at least one. `sorted`: the surest first. */
export function coveragePoint(sorted: readonly Prediction[], coverage: number): CoveragePoint {
  const answered = sorted.slice(0, Math.max(1, Math.round(coverage * sorted.length)));
  const { accuracy, uar } = figuresOf(answered, EMOTIONS.length);
  const last = answered.at(-1);
  return { coverage: answered.length / sorted.length, threshold: last ? confidenceOf(last) : 0, accuracy, uar };
}

function intervalOf(predictions: readonly AcousticPrediction[], seed: number): [number, number] {
  return uarInterval(
    predictions.map(({ clip, truth, scores }) => ({ speaker: clip.speaker, truth, scores })),
    rngOf(seed),
  );
}

/** One line per group, by name. */
function groupLines(predictions: readonly AcousticPrediction[], key: (p: AcousticPrediction) => string): GroupLine[] {
  const lines = [...groupBy(predictions, key)].map(([name, own]) => {
    const { n, uar, macroF1, accuracy, ece } = figuresOf(own, EMOTIONS.length);
    return { name, n, uar, macroF1, accuracy, ece };
  });
  return lines.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function range(lines: readonly GroupLine[], figure: 'uar' | 'accuracy'): number {
  const values = lines.map((line) => line[figure]);
  return Math.max(...values) - Math.min(...values);
}
