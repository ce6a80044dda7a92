import { EMOTIONS, type Emotion, type PartialScores } from '../../src/emotion/scores.js';
import { drawnToPrior } from '../../src/text/label-map.js';
import type { SentimentModel } from '../../src/text/read-text.js';
import { normalise } from '../../src/text/words.js';
import { calibrationOf, classLinesOf, riskCoverageOf } from '../voice/figures.js';
import { argmax, figuresOf, type Prediction } from '../common/metrics.js';
import type { Words } from '../fusion/pairs.js';
import type { GateFigures, TextReport, TextSummary, WordingFigures } from './report.js';

export interface TextPrediction extends Prediction {
  readonly words: Words;
  readonly scores: readonly number[];
  readonly predicted: Emotion;
  /** The scores of the same words as a recogniser may write them. */
  readonly spoken: readonly number[];
  /** What the model says of the wording, and the scores as clients are told them. */
  readonly wording?: { readonly expressiveness: number; readonly told: readonly number[]; readonly move: number };
}

/** A move of the fused log-odds up to this is next to nothing. */
const ALMOST_NOTHING = 0.3;

/** Reads every text, as written and as spoken. */
export async function predictTexts(
  texts: readonly Words[],
  model: SentimentModel,
  onProgress: (done: number) => void = () => undefined,
): Promise<TextPrediction[]> {
  const out: TextPrediction[] = [];
  for (const words of texts) {
    const [written, spoken] = await model.classify([normalise(words.text), asSpoken(words.text)]);
    if (!written || !spoken) throw new Error('the text model gave no reading');
    const scores = rowOf(written.scores);
    const { wording } = written;
    out.push({
      words,
      truth: EMOTIONS.indexOf(words.emotion),
      scores,
      predicted: EMOTIONS[argmax(scores)] ?? 'neutral',
      spoken: rowOf(spoken.scores),
      ...(wording && { wording: wordingOf(written.scores, model.prior, wording.expressiveness) }),
    });
    onProgress(out.length);
  }
  return out;
}

/** Lower case and bare words, apostrophes within words kept. */
export function asSpoken(text: string): string {
  return normalise(text)
    .toLowerCase()
    .replace(/[’‘]/g, "'")
    .replace(/(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])|[^\p{L}\p{N}\s']/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** @throws RangeError when there is nothing to count */
export function textReportOf(
  predictions: readonly TextPrediction[],
  facts: Pick<TextReport, 'model' | 'made'>,
): TextReport {
  const spoken = predictions.map(({ truth, spoken: scores }) => ({ truth, scores }));
  const told = predictions.flatMap(({ truth, wording }) => (wording ? [{ truth, scores: wording.told }] : []));
  const summary = summaryOf(predictions);
  return {
    format: 1,
    ...facts,
    data: { texts: predictions.length },
    summary,
    calibration: calibrationOf(predictions),
    riskCoverage: riskCoverageOf(predictions),
    perClass: classLinesOf(predictions),
    confusion: { labels: EMOTIONS, counts: figuresOf(predictions, EMOTIONS.length).confusion },
    conditions: [
      { condition: 'written', ...summary },
      { condition: 'spoken', ...summaryOf(spoken) },
      ...(told.length > 0 ? [{ condition: 'told' as const, ...summaryOf(told) }] : []),
    ],
    wording: told.length > 0 ? wordingFigures(predictions) : null,
  };
}

function summaryOf(predictions: readonly Prediction[]): TextSummary {
  const { n, uar, macroF1, accuracy, ece } = figuresOf(predictions, EMOTIONS.length);
  return { n, uar, macroF1, accuracy, ece };
}

function wordingFigures(predictions: readonly TextPrediction[]): WordingFigures {
  const gate = (chosen: readonly TextPrediction[]): GateFigures | null => {
    const known = chosen.flatMap(({ wording }) => wording ?? []);
    const share = (holds: (wording: (typeof known)[number]) => boolean): number =>
      known.filter(holds).length / known.length;
    if (known.length === 0) return null;
    return {
      n: known.length,
      meanExpressiveness: known.reduce((sum, { expressiveness }) => sum + expressiveness, 0) / known.length,
      silent: share(({ expressiveness }) => expressiveness === 0),
      almostSilent: share(({ move }) => move <= ALMOST_NOTHING),
    };
  };
  return {
    neutral: gate(predictions.filter(({ words }) => words.emotion === 'neutral')),
    emotional: gate(predictions.filter(({ words }) => words.emotion !== 'neutral')),
  };
}

function wordingOf(scores: PartialScores, prior: PartialScores, expressiveness: number) {
  const told = drawnToPrior(scores, prior, expressiveness);
  return { expressiveness, told: rowOf(told), move: largestMove(told, prior) };
}

/** By how much words alone, at full weight, move any emotion's log-odds away from an even guess. */
function largestMove(told: PartialScores, prior: PartialScores): number {
  const known = EMOTIONS.filter((e) => told[e] !== undefined);
  const ratios = known.map((e) => (told[e] ?? 0) / (prior[e] ?? 1));
  const total = ratios.reduce((sum, ratio) => sum + ratio, 0);
  const even = -Math.log(known.length - 1);
  return Math.max(...ratios.map((ratio) => Math.abs(Math.log(ratio / (total - ratio)) - even)));
}

function rowOf(scores: PartialScores): number[] {
  return EMOTIONS.map((e) => scores[e] ?? 0);
}
