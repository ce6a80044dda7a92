import type { AbstainReason } from '../../src/emotion/fused.js';
import { mean } from '../../src/audio/statistics.js';
import { EMOTIONS, valenceSign } from '../../src/emotion/scores.js';
import { incongruenceType } from '../../src/fusion/incongruence.js';
import { coveragePoint } from '../voice/figures.js';
import type { FusionOutcome } from './evaluate.js';
import {
  BEST,
  WAYS,
  type ConditionLine,
  type FusionReport,
  type IncongruenceFigures,
  type TypeLine,
  type Ways,
} from './report.js';
import { groupBy } from '../common/group-by.js';
import { isOpen } from './pairs.js';
import { bySureness, calibrationError, figuresOf, type Prediction } from '../common/metrics.js';
import { areaUnderRoc, thresholdAt } from '../common/roc.js';

/** What a report says that was not counted from outcomes. */
export type FusionFacts = Pick<FusionReport, 'models' | 'made' | 'baseline' | 'nominalCoverage'> & {
  readonly threshold: number;
};

const COVERAGES = [1, 0.8, 0.6] as const;
/** Of congruent pairs, how many may be called incongruent. */
export const FALSE_ALARM = 0.05;

/** Counts everything that a report holds. @throws RangeError when there is nothing to count */
export function fusionReportOf(outcomes: readonly FusionOutcome[], { threshold, ...facts }: FusionFacts): FusionReport {
  const answerable = outcomes.filter((o) => !isOpen(o.pair.kind));
  const best = outcomes.filter(isBest);
  const sorted = bySureness(answerable.map(fusedOf));
  return {
    format: 1,
    ...facts,
    data: dataOf(best),
    conditions: [...groupBy(outcomes, conditionOf).values()].flatMap(lineOf),
    ece: calibrationError(sorted),
    coverage: share(answerable, (o) => o.covered),
    meanSetSize: mean(answerable.map((o) => o.setSize)),
    riskCoverage: COVERAGES.map((coverage) => coveragePoint(sorted, coverage)),
    abstained: abstentionsOf(answerable),
    incongruence: incongruenceOf(best, threshold),
  };
}

function dataOf(best: readonly FusionOutcome[]): FusionReport['data'] {
  const different = (of: (o: FusionOutcome) => string, outcomes = best): number => new Set(outcomes.map(of)).size;
  const [clip, words] = [(o: FusionOutcome) => o.pair.clip.path, (o: FusionOutcome) => o.pair.words.id];
  return {
    pairs: Object.fromEntries([...groupBy(best, (o) => o.pair.kind)].map(([kind, own]) => [kind, own.length])),
    clips: different(clip),
    speakers: different((o) => o.pair.clip.speaker),
    texts: different(words),
    unreadVoices: different(
      clip,
      best.filter((o) => o.voiceStatus !== 'available'),
    ),
    unreadTexts: different(
      words,
      best.filter((o) => o.textStatus !== 'available'),
    ),
  };
}

function conditionOf({ pair, situation }: FusionOutcome): string {
  return `${pair.kind} ${situation.audio} ${situation.wordErrorRate}`;
}

function lineOf(outcomes: readonly FusionOutcome[]): ConditionLine[] {
  const [first] = outcomes;
  if (!first) return [];
  const figures = waysOf((way) =>
    figuresOf(
      outcomes.map(({ truth, scores }) => ({ truth, scores: scores[way] })),
      EMOTIONS.length,
    ),
  );
  const each = (figure: 'uar' | 'macroF1'): Ways<number> => waysOf((way) => figures[way][figure]);
  return [
    {
      kind: first.pair.kind,
      ...first.situation,
      n: outcomes.length,
      uar: each('uar'),
      macroF1: each('macroF1'),
      ece: figures.fused.ece,
      coverage: share(outcomes, (o) => o.covered),
      abstained: share(outcomes, (o) => o.abstained !== null),
      detected: share(outcomes, (o) => o.incongruence.detected),
    },
  ];
}

function waysOf<T>(value: (way: (typeof WAYS)[number]) => T): Ways<T> {
  return Object.fromEntries(WAYS.map((way) => [way, value(way)])) as Record<(typeof WAYS)[number], T>;
}

function abstentionsOf(outcomes: readonly FusionOutcome[]): FusionReport['abstained'] {
  const byReason: Partial<Record<AbstainReason, number>> = {};
  for (const { abstained } of outcomes) {
    if (abstained) byReason[abstained] = (byReason[abstained] ?? 0) + 1 / outcomes.length;
  }
  return { share: share(outcomes, (o) => o.abstained !== null), byReason };
}

function incongruenceOf(best: readonly FusionOutcome[], threshold: number): IncongruenceFigures {
  const [apart, alike] = (['incongruent', 'congruent'] as const).map((kind) =>
    best.filter((o) => o.pair.kind === kind),
  );
  const scoresOf = (outcomes: readonly FusionOutcome[] = []): number[] => outcomes.map((o) => o.incongruence.score);
  const detectedIn = (outcomes: readonly FusionOutcome[] = []): number | null =>
    outcomes.length > 0 ? share(outcomes, (o) => o.incongruence.detected) : null;
  const atFive = thresholdAt(FALSE_ALARM, (alike ?? []).map(detectableScore));
  return {
    threshold,
    auc: areaUnderRoc(scoresOf(apart), scoresOf(alike)),
    falseAlarm: detectedIn(alike),
    hitRate: detectedIn(apart),
    reassurance: reassuranceOf(best.filter((o) => o.pair.kind === 'reassurance')),
    byType: [...groupBy(apart ?? [], ({ pair }) => incongruenceType(pair.words.emotion, pair.clip.emotion))].map(
      ([type, own]): TypeLine => ({
        type: type as TypeLine['type'],
        n: own.length,
        detected: share(own, (o) => o.incongruence.detected),
        named: share(own, (o) => o.incongruence.type === type),
      }),
    ),
    atFivePercent:
      atFive === null || !apart?.length
        ? null
        : { threshold: atFive, hitRate: share(apart, (o) => detectableScore(o) >= atFive) },
  };
}

function reassuranceOf(said: readonly FusionOutcome[]): IncongruenceFigures['reassurance'] {
  const [negative, other] = [-1, 1].map((sign) =>
    said.filter((o) => (valenceSign(o.pair.clip.emotion) < 0 ? -1 : 1) === sign),
  );
  if (!negative?.length || !other?.length) return null;
  const detected = (o: FusionOutcome): boolean => o.incongruence.detected;
  return { hitRate: share(negative, detected), falseAlarm: share(other, detected) };
}

/** What is compared with the threshold: two sides that read the same emotion are never at odds. */
export function detectableScore({ incongruence, differ }: FusionOutcome): number {
  return differ ? incongruence.score : 0;
}

function isBest({ situation }: FusionOutcome): boolean {
  return situation.audio === BEST.audio && situation.wordErrorRate === BEST.wordErrorRate;
}

function fusedOf({ truth, scores }: FusionOutcome): Prediction {
  return { truth, scores: scores.fused };
}

function share<T>(items: readonly T[], holds: (item: T) => boolean): number {
  return items.filter(holds).length / items.length;
}
