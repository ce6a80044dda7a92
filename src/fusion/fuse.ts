import {
  entriesOf,
  unavailable,
  type ByModality,
  type Evidence,
  type EvidenceSet,
  type Modality,
  type ModelRef,
} from '../emotion/evidence.js';
import type { FusedEmotion, Locale, ModalityReading } from '../emotion/fused.js';
import { dimensionsOf, scoresOf, topOf, type Emotion, type Scores } from '../emotion/scores.js';
import type { FusionConfig } from './config.js';
import { decide } from './decide.js';
import { explain, quotable } from './explain.js';
import { incongruenceOf } from './incongruence.js';
import { asItIs } from './labelling.js';
import { messagesOf } from './locales.js';
import { contributionOf, isReadable, logRatios, logScoresOf, posteriorOf } from './pool.js';
import { predictionSet } from './prediction-set.js';
import { rankCues } from './rank-cues.js';
import { reliabilityOf, type Reliability } from './reliability.js';
import { whatIf } from './what-if.js';

export interface FuseOptions {
  readonly config: FusionConfig;
  /** The transcript, quoted in the summary; it never changes a number. */
  readonly words?: string;
  /** The language of the explanation. */
  readonly locale?: Locale;
}

/** One modality as fusion saw it; reliability and top are null where it says nothing. */
interface Side {
  readonly evidence: Evidence;
  readonly reliability: Reliability | null;
  readonly top: Emotion | null;
  /** What it adds to each log-score, nats. */
  readonly contribution: Scores;
  /** The part of its own log-odds for each emotion that this is. */
  readonly share: Scores;
}

/** The same done with each modality that there is, in one order whatever order they came in. */
function each<A, B>(given: ByModality<A>, value: (one: A) => B): ByModality<B> {
  return Object.fromEntries(entriesOf(given).map(([modality, one]) => [modality, value(one)])) as ByModality<B>;
}

/** Evidence whose numbers are no probabilities comes from a broken model: it must not poison the other modality. */
function sideOf(given: Evidence, config: FusionConfig): Side {
  const evidence = given.status === 'available' && !isReadable(given) ? unavailable(given.modality, 'failed') : given;
  if (evidence.status === 'unavailable') {
    const nothing = scoresOf(() => 0);
    return { evidence, reliability: null, top: null, contribution: nothing, share: nothing };
  }
  const reliability = reliabilityOf(evidence, config);
  const ratios = logRatios(evidence, config);
  const contribution = contributionOf(reliability.weight, ratios);
  const share = scoresOf((e) => (ratios[e] === 0 ? reliability.weight : contribution[e] / ratios[e]));
  return { evidence, reliability, top: topOf(evidence.scores), contribution, share };
}

function readingOf({ evidence, reliability, top, contribution }: Side): ModalityReading {
  const status = { reliability: reliability?.weight ?? 0, contribution, top, gates: reliability?.gates ?? [] };
  return evidence.status === 'available'
    ? { status: 'available', ...status }
    : { status: 'unavailable', reason: evidence.reason, ...status };
}

/** A side that says something, as it is compared with the other. */
function comparable({ evidence, reliability, contribution }: Side) {
  if (evidence.status === 'unavailable' || !reliability || reliability.weight === 0) return null;
  const factors = scoresOf((e) => Math.exp(contribution[e]));
  return { evidence, factors, reassures: evidence.reassures === true };
}

/**
 * Combines what the voice, the words and any further modality say into one explained emotion. Pure: the same evidence and
 * configuration give the same answer to the last bit. Never throws for evidence: nothing to go by is an abstention.
 */
export function fuse(given: EvidenceSet, { config, words, locale = 'en' }: FuseOptions): FusedEmotion {
  const { temperature, coverage, predictionMass } = config;
  const byModality = each<Evidence, Side>(given, (evidence) => sideOf(evidence, config));
  const sides = entriesOf(byModality).map(([, side]) => side);

  const logPrior = scoresOf((e) => Math.log(config.prior[e]));
  const logScores = logScoresOf(
    logPrior,
    sides.map(({ contribution }) => contribution),
  );
  const scores = posteriorOf(logScores, temperature);

  const set = predictionSet(scores, predictionMass);
  const reliabilities = sides.flatMap(({ reliability }) => reliability ?? []);
  const missing = sides.flatMap(({ evidence }) => (evidence.status === 'unavailable' ? [evidence.reason] : []));
  const decision = decide({ scores, predictionSet: set, reliabilities, missing }, config.abstain);
  const incongruence = incongruenceOf(comparable(byModality.voice), comparable(byModality.text), config);

  const modalities = each(byModality, readingOf);
  const { noEvidenceBelow: silentBelow } = config.abstain;
  const quote = quotable(words);
  const explanation = explain(
    {
      decision,
      scores,
      predictionSet: set,
      coverage,
      modalities,
      incongruence,
      cues: rankCues(sides),
      counterfactual: whatIf({ logPrior, temperature, modalities }, asItIs, silentBelow),
      labelOf: asItIs,
      ...(quote === undefined ? {} : { quote }),
      silentBelow,
    },
    messagesOf(locale),
  );

  const models: Partial<Record<Modality | 'fusion', ModelRef>> = { fusion: config.ref };
  for (const { evidence } of sides) if (evidence.status === 'available') models[evidence.modality] = evidence.model;
  return {
    decision,
    scores,
    logScores,
    logPrior,
    temperature,
    predictionSet: set,
    coverage,
    dimensions: dimensionsOf(scores),
    modalities,
    incongruence,
    explanation,
    degraded: sides.flatMap(({ evidence }) =>
      evidence.status === 'unavailable' && evidence.reason !== 'notProvided'
        ? [`${evidence.modality}:${evidence.reason}`]
        : [],
    ),
    models,
  };
}
