import type { Cue, Wording } from '../emotion/evidence.js';
import { EMOTIONS, type Emotion, type PartialScores } from '../emotion/scores.js';
import { clip, isContent, tokenise, type Token } from './words.js';

/** Leave-one-out variants of one text at most: the price of an explanation is bounded. */
export const MAX_ATTRIBUTED = 64;
/** Words that are read at once: what fits a model of 64 word pieces. Longer texts are read in such windows. */
export const WINDOW_WORDS = 40;
/** Cues weaker than this (nats) explain nothing; more than this many, nobody reads. */
const MIN_WEIGHT = 0.05;
const MAX_CUES = 8;
/** What a window that says nothing still weighs in a long text. */
const LEAST_EXPRESSIVENESS = 0.05;

/** A stretch of the text that is read at once, with its words. Offsets are into the whole text. */
export interface Window {
  readonly start: number;
  readonly end: number;
  readonly tokens: readonly Token[];
  readonly contentWords: number;
}

/** One reading of a window, for pooling. */
export interface Reading {
  readonly window: Window;
  readonly scores: PartialScores;
  readonly wording?: Wording;
}

const sentences = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Cuts a text into windows of whole sentences, at most WINDOW_WORDS words each; a longer sentence is cut between words. */
export function windowsOf(text: string): Window[] {
  const read = clip(text);
  const tokens = tokenise(read);
  if (tokens.length === 0) return [];
  const groups = tokens.length <= WINDOW_WORDS ? [tokens] : grouped(read, tokens);
  // A window reaches to the next one's start: its punctuation is part of how it reads.
  return groups.map((group, i) => ({
    start: i === 0 ? 0 : (group[0]?.start ?? 0),
    end: groups[i + 1]?.[0]?.start ?? read.length,
    tokens: group,
    contentWords: group.filter(isContent).length,
  }));
}

/** Packs whole sentences into groups of at most WINDOW_WORDS words. */
function grouped(text: string, tokens: readonly Token[]): Token[][] {
  const groups: Token[][] = [[]];
  let next = 0;
  for (const { segment, index } of sentences.segment(text)) {
    const sentence: Token[] = [];
    for (let t = tokens[next]; t && t.start < index + segment.length; t = tokens[++next]) sentence.push(t);
    if ((groups.at(-1)?.length ?? 0) + sentence.length > WINDOW_WORDS) groups.push([]);
    for (const token of sentence) {
      if (groups.at(-1)?.length === WINDOW_WORDS) groups.push([]);
      groups.at(-1)?.push(token);
    }
  }
  return groups.filter((group) => group.length > 0);
}

/** The text of a window without one of its words. */
export function without(text: string, window: Window, token: Token): string {
  return `${text.slice(window.start, token.start)} ${text.slice(token.end, window.end)}`;
}

/**
 * The mean of the windows' distributions, each weighted by its content words (plus one, so that none is lost) and by how far
 * its wording says anything: everyday sentences around one of feeling don't wash it out.
 */
export function pool(readings: readonly Reading[]): PartialScores {
  const weights = weightsOf(readings);
  const known = EMOTIONS.filter((e) => readings[0]?.scores[e] !== undefined);
  return Object.fromEntries(
    known.map((e) => [e, readings.reduce((sum, { scores }, i) => sum + (weights[i] ?? 0) * (scores[e] ?? 0), 0)]),
  );
}

/** The same mean of what is known of the wording; nothing where a window lacks it. */
export function poolWording(readings: readonly Reading[]): Wording | undefined {
  const wordings = readings.flatMap(({ wording }) => wording ?? []);
  if (wordings.length === 0 || wordings.length < readings.length) return undefined;
  const weights = weightsOf(readings);
  const mean = (value: (wording: Wording) => number): number =>
    wordings.reduce((sum, wording, i) => sum + (weights[i] ?? 0) * value(wording), 0);
  return {
    expressiveness: mean((wording) => wording.expressiveness),
    dimensions: { valence: mean((w) => w.dimensions.valence), arousal: mean((w) => w.dimensions.arousal) },
  };
}

/** Summing to 1. */
function weightsOf(readings: readonly Reading[]): number[] {
  const raw = readings.map(
    ({ window, wording }) => (1 + window.contentWords) * Math.max(LEAST_EXPRESSIVENESS, wording?.expressiveness ?? 1),
  );
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
}

/**
 * The words worth asking about: all of them in a short text; in a long one those of the windows that speak most for
 * `toward`, MAX_ATTRIBUTED at most.
 */
export function candidates(readings: readonly Reading[], toward: Emotion): { window: Window; token: Token }[] {
  return [...readings]
    .sort((a, b) => (b.scores[toward] ?? 0) - (a.scores[toward] ?? 0) || a.window.start - b.window.start)
    .flatMap(({ window }) => window.tokens.map((token) => ({ window, token })))
    .slice(0, MAX_ATTRIBUTED);
}

/**
 * One cue for each word that matters: how far the log-odds of `toward` fall when the word is left out (Li, Monroe &
 * Jurafsky 2016, "Understanding neural networks through representation erasure"). Negative: the word speaks against it.
 */
export function cuesOf(
  left: readonly { readonly token: Token; readonly scores: PartialScores }[],
  full: PartialScores,
  toward: Emotion,
): Cue[] {
  return left
    .map(({ token, scores }): Cue => {
      return {
        modality: 'text',
        name: token.kind === 'emoji' ? 'emoji' : 'word',
        quote: shorten(token.text),
        toward,
        weight: logOdds(full[toward]) - logOdds(scores[toward]),
        textSpan: [token.start, token.end],
      };
    })
    .filter(({ weight }) => Math.abs(weight) >= MIN_WEIGHT)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || (a.textSpan?.[0] ?? 0) - (b.textSpan?.[0] ?? 0))
    .slice(0, MAX_CUES);
}

function logOdds(p = 0.5): number {
  const bounded = Math.min(1 - 1e-6, Math.max(1e-6, p));
  return Math.log(bounded / (1 - bounded));
}

function shorten(text: string): string {
  return text.length > 40 ? `${/^.{0,39}/su.exec(text)?.[0] ?? ''}…` : text;
}
