import { EMOTIONS } from '../../src/emotion/scores.js';
import { fitTemperature } from '../common/metrics.js';
import type { Sample } from '../samples/samples.js';
import { splitSpeakers } from '../corpora/splits.js';
import { byCorpus, neuralScores, type FigureRows, type TrainedModel } from './train.js';

/** Trains on some clips and calibrates on others. */
export type Neural = (heard: readonly Sample[], unheard: readonly Sample[]) => Promise<TrainedModel>;

/** How a recipe does on corpora it never heard. */
export interface AcrossCorpora {
  readonly figures: FigureRows;
  /**
   * The temperatures by which its calibrated answers are too sure there, alone and in an acquaintance; 1: not at all. Networks that were left
   * with one corpus or with fewer than half of the speakers don't count: they are not like what ships.
   */
  readonly overconfidence: Overconfidence;
}

interface Overconfidence {
  readonly alone: number;
  readonly known: number;
}

function tooSure(answers: readonly Answer[]): number {
  return answers.length > 0 ? fitTemperature(answers) : 1;
}

interface Answer {
  readonly truth: number;
  readonly logits: number[];
  readonly weight: number;
}

/**
 * Each corpus read by networks that were trained and calibrated on the others: each clip alone, then in an acquaintance. A corpus is passed
 * over where too few speakers remain to calibrate on.
 */
export async function acrossCorpora(
  samples: readonly Sample[],
  neural: Neural,
  { heldOut: heldOutShare, seed }: { readonly heldOut: number; readonly seed: number },
  say: (text: string) => void,
): Promise<AcrossCorpora> {
  const figures: FigureRows[number][] = [];
  const answers = { none: [] as Answer[], online: [] as Answer[] };
  for (const corpus of [...new Set(samples.map((s) => s.corpus))].sort()) {
    const others = samples.filter((s) => s.corpus !== corpus);
    const split = splitSpeakers(others, { heldOutShare, folds: 1, seed });
    if (split.heldOut.length === 0) {
      say(`not without ${corpus}: too few speakers remain`);
      continue;
    }
    say(`without ${corpus}`);
    const model = await neural(split.folds.flat(), split.heldOut);
    const unheard = samples.filter((s) => s.corpus === corpus);
    const corporaLeft = new Set(others.map((s) => s.corpus)).size;
    const isLikeTheWhole = corporaLeft > 1 && speakersIn(others) >= speakersIn(samples) / 2;
    for (const mode of ['none', 'online'] as const) {
      const scores = neuralScores(model, unheard, mode);
      const [[, row] = ['', undefined]] = byCorpus(unheard, (sample) => scores.get(sample) ?? []);
      if (row) figures.push([`${corpus}, ${mode === 'none' ? 'alone' : 'online'}`, row]);
      for (const [{ emotion }, p] of scores) {
        // A label it does not know has no score to be too sure of.
        if (!model.config.labels.includes(emotion) || !isLikeTheWhole) continue;
        const logits = p.map((share) => Math.log(Math.max(share, 1e-12)));
        answers[mode].push({ truth: EMOTIONS.indexOf(emotion), logits, weight: 1 / unheard.length });
      }
    }
  }
  return { figures, overconfidence: { alone: tooSure(answers.none), known: tooSure(answers.online) } };
}

function speakersIn(samples: readonly Sample[]): number {
  return new Set(samples.map((s) => s.speaker)).size;
}

/**
 * A temperature fitted on speakers of known corpora is too sure elsewhere, one fitted elsewhere not sure enough at home: the model gets
 * the geometric mean of both.
 */
export function tempered(model: TrainedModel, { alone, known }: Overconfidence): TrainedModel {
  const cooler = (by: number): number => Math.sqrt(Math.max(1, by));
  const temperature = model.config.temperature * cooler(known);
  const unacquainted = (model.config.unacquainted * cooler(alone)) / cooler(known);
  return { ...model, config: { ...model.config, temperature, unacquainted } };
}
