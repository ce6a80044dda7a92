import type { BaselineMode } from '../samples/samples.js';
import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { unavailable, type Evidence, type EvidenceSet } from '../../src/emotion/evidence.js';
import type { AbstainReason, FusedEmotion } from '../../src/emotion/fused.js';
import { EMOTIONS, type PartialScores } from '../../src/emotion/scores.js';
import type { Transcript } from '../../src/emotion/utterance.js';
import type { FusionConfig } from '../../src/fusion/config.js';
import { fuse } from '../../src/fusion/fuse.js';
import { readText, type SentimentModel } from '../../src/text/read-text.js';
import { fromClient } from '../../src/text/transcript.js';
import { guessLanguage } from '../../src/text/words.js';
import type { Condition } from '../samples/conditions.js';
import type { Clip } from '../corpora/corpora.js';
import { overSeven, predictClips } from '../voice/evaluate.js';
import type { Ways, Situation } from './report.js';
import type { Pair, Words } from './pairs.js';
import { rngOf, seedFor } from '../common/rng.js';
import { confidenceAt, misheard, vocabularyOf } from './word-errors.js';

/** What came of one pair in one situation. */
export interface FusionOutcome {
  readonly pair: Pair<Clip>;
  readonly situation: Situation;
  /** Index of the truth in EMOTIONS. */
  readonly truth: number;
  /** Over EMOTIONS, of each way to answer. */
  readonly scores: Ways<readonly number[]>;
  readonly abstained: AbstainReason | null;
  readonly setSize: number;
  /** Does the prediction set hold the truth? */
  readonly covered: boolean;
  readonly incongruence: FusedEmotion['incongruence'];
  /** Do voice and words read different emotions? Those that read the same never count as incongruent. */
  readonly differ: boolean;
  readonly voiceStatus: string;
  readonly textStatus: string;
}

type Voices = ReadonlyMap<string, Evidence<'voice'>>;

/** What a voice model says of each clip, by its path, under each condition. */
export type Heard = ReadonlyMap<Condition, Voices>;

/** What a text model says of words, by `keyOf`. */
export type Read = ReadonlyMap<string, Evidence<'text'>>;

export interface Listening {
  readonly conditions: readonly Condition[];
  readonly baseline: BaselineMode;
  readonly seed: number;
  readonly width: number;
  readonly onProgress: (done: number) => void;
}

/** Hears every clip once under each condition, as `evaluate acoustic` does, and keeps the evidence as the server would have it. */
export async function hearClips(
  clips: readonly Clip[],
  service: Pick<AcousticService, 'read' | 'info'>,
  { conditions, onProgress, ...examination }: Listening,
): Promise<Heard> {
  const heard = new Map<Condition, Voices>();
  let before = 0;
  for (const condition of conditions) {
    const voices = new Map<string, Evidence<'voice'>>();
    let done = 0;
    await predictClips(
      clips,
      {
        info: () => service.info(),
        read: async (utterance, options) => {
          const reading = await service.read(utterance, options);
          voices.set(utterance.id, reading.evidence);
          return reading;
        },
      },
      {
        ...examination,
        conditions: [condition],
        onProgress: (n) => {
          done = n;
          onProgress(before + n);
        },
      },
    );
    before += done;
    heard.set(condition, voices);
  }
  return heard;
}

/** Reads every take of words once at each rate of errors, for their scores alone. Substitutes come from the very same texts. */
export async function readAll(
  words: readonly Words[],
  model: SentimentModel,
  rates: readonly number[],
  seed: number,
  onProgress: (done: number) => void,
): Promise<Read> {
  const vocabulary = vocabularyOf(words.map(({ text }) => text));
  const read = new Map<string, Evidence<'text'>>();
  for (const one of words) {
    for (const rate of one.take === undefined ? [0] : rates) {
      if (read.has(keyOf(one, rate))) continue;
      const transcript = transcriptAt(one, rate, seed, vocabulary);
      read.set(
        keyOf(one, rate),
        'status' in transcript ? transcript : await readText(transcript, model, { cues: false }),
      );
      onProgress(read.size);
    }
  }
  return read;
}

/** Readings that `readAll` makes are found by this. Without errors all takes are alike. */
export function keyOf({ id, take = 0 }: Words, rate: number): string {
  return rate === 0 ? id : `${id} take ${take} ${rate}`;
}

/** Without errors the words count as the client's own; with errors as what a recogniser wrote, as sure as it would be. */
function transcriptAt(
  words: Words,
  rate: number,
  seed: number,
  vocabulary: readonly string[],
): ReturnType<typeof fromClient> {
  const take = `${words.id} take ${words.take ?? 0}`;
  const heard = misheard(words.text, rate, rngOf(seedFor(seed, take)), vocabulary);
  const transcript = fromClient({ text: heard });
  if (rate === 0 || 'status' in transcript) return transcript;
  const confidence = confidenceAt(rate, rngOf(seedFor(seed, `${take} confidence ${rate}`)));
  return { text: heard, language: guessLanguage(heard), confidence, source: 'whisper' } satisfies Transcript;
}

export interface Priors {
  readonly voice: PartialScores;
  readonly text: PartialScores;
}

/** What both sides say of a pair in a situation. */
export function evidenceOf(
  { clip, words }: Pair<Clip>,
  { audio, wordErrorRate }: Situation,
  heard: Heard,
  read: Read,
): EvidenceSet {
  return {
    voice: heard.get(audio)?.get(clip.path) ?? unavailable('voice', 'failed'),
    text: read.get(keyOf(words, wordErrorRate)) ?? unavailable('text', 'failed'),
  };
}

/** Fuses every pair in every situation, from evidence that is there. What a modality cannot read, its model's prior answers alone. */
export function fuseAll(
  pairs: readonly Pair<Clip>[],
  situations: readonly Situation[],
  heard: Heard,
  read: Read,
  { config, priors }: { readonly config: FusionConfig; readonly priors: Priors },
): FusionOutcome[] {
  return situations.flatMap((situation) =>
    pairs.map((pair): FusionOutcome => {
      const { voice, text } = evidenceOf(pair, situation, heard, read);
      const fused = fuse({ voice, text }, { config });
      const { modalities, predictionSet, incongruence, decision } = fused;
      return {
        pair,
        situation,
        truth: EMOTIONS.indexOf(pair.truth),
        scores: { fused: overSeven(fused.scores), ...withoutFusion(voice, text, priors) },
        abstained: decision.abstainReason ?? null,
        setSize: predictionSet.length,
        covered: predictionSet.includes(pair.truth),
        incongruence,
        differ:
          modalities.voice.top !== null && modalities.text.top !== null && modalities.voice.top !== modalities.text.top,
        voiceStatus: statusOf(voice),
        textStatus: statusOf(text),
      };
    }),
  );
}

/** What is easier than fusing: one side alone, the mean of both posteriors, the posterior of the surer one. */
function withoutFusion(
  voice: Evidence<'voice'>,
  text: Evidence<'text'>,
  priors: Priors,
): Omit<Ways<readonly number[]>, 'fused'> {
  const [heard, said] = [voice, text].map((side) => (side.status === 'available' ? overSeven(side.scores) : null));
  const alone = { voice: heard ?? overSeven(priors.voice), text: said ?? overSeven(priors.text) };
  const [a, b] = [heard ?? said ?? alone.voice, said ?? heard ?? alone.voice];
  return {
    ...alone,
    mean: a.map((p, i) => (p + (b[i] ?? 0)) / 2),
    max: Math.max(...a) >= Math.max(...b) ? a : b,
  };
}

function statusOf(evidence: Evidence): string {
  return evidence.status === 'available' ? 'available' : evidence.reason;
}
