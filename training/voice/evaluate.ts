import type { BaselineMode } from '../samples/samples.js';
import { access, readFile } from 'node:fs/promises';
import { temperatureAt } from '../../src/audio/acoustic-format.js';
import type { AcousticService } from '../../src/audio/acoustic.service.js';
import { readRecording } from '../../src/audio/read-recording.js';
import { emptyBaseline, withSpeech, type SpeakerBaseline } from '../../src/audio/speaker-baseline.js';
import type { Evidence } from '../../src/emotion/evidence.js';
import { messageOf } from '../../src/common/errors.js';
import { EMOTIONS, type Emotion, type PartialScores } from '../../src/emotion/scores.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import { degrade, type Condition } from '../samples/conditions.js';
import type { Clip } from '../corpora/corpora.js';
import { groupBy } from '../common/group-by.js';
import { argmax } from '../common/metrics.js';
import { rngOf, seedFor, shuffled } from '../common/rng.js';

/** What the model said of one clip under one condition. */
export interface AcousticPrediction {
  readonly clip: Clip;
  readonly condition: Condition;
  /** Which of its speaker's clips it was, from 0, in the shuffled order. */
  readonly position: number;
  readonly truth: number;
  /** Over EMOTIONS; 0 for a label that the model does not know. */
  readonly scores: readonly number[];
  /** Over EMOTIONS: how listeners would hear it, where the model says so. */
  readonly perceived?: readonly number[];
  /** What divided the logits; 1 where nothing was read. */
  readonly temperature: number;
  readonly predicted: Emotion;
  /** `available`, or why there was nothing to read; such a clip is scored by the model's prior. */
  readonly status: string;
  /** What the decoder says of a file that is no sound. */
  readonly problem?: string;
}

export interface Examination {
  readonly conditions: readonly Condition[];
  readonly baseline: BaselineMode;
  readonly seed: number;
  /** Clips that are worked on at once. */
  readonly width: number;
  /** Called with the number of readings so far. */
  readonly onProgress?: (done: number) => void;
}

/** Readings that an examination takes. */
export function readingsOf(clips: readonly Clip[], { conditions, baseline }: Examination): number {
  return clips.length * conditions.length * (baseline === 'all' ? 2 : 1);
}

/**
 * Reads each clip as one utterance under each condition, through the service that serves. The clips of a speaker come in an order
 * that depends on the seed and the speaker alone; with a baseline each is read against what those before it (`online`), or all of the
 * speaker's (`all`), sound like under the same condition.
 * @throws Error naming a file that cannot be opened
 */
export async function predictClips(
  clips: readonly Clip[],
  service: Pick<AcousticService, 'read' | 'info'>,
  examination: Examination,
): Promise<AcousticPrediction[]> {
  const { baseline, conditions, seed, width, onProgress } = examination;
  const voices = conditions.some((c) => c.startsWith('noise')) ? await babblers(clips, seed) : [];
  const info = service.info();
  const out: AcousticPrediction[] = [];
  let done = 0;

  /** One clip under all conditions, against the baseline of each, which learns of it where there is one. */
  const read = async (
    { clip, position }: Turn,
    known: Baselines | null,
    learn: boolean,
  ): Promise<AcousticPrediction[]> => {
    const { samples, problem } = await samplesOf(clip);
    const noise = voices.filter((v) => v.speaker !== clip.speaker).map((v) => v.samples);
    return Promise.all(
      conditions.map(async (condition) => {
        const heard = samples && degrade(samples, condition, rngOf(seedFor(seed, clip.path)), noise);
        const before = known?.get(condition);
        const reading = heard && (await service.read(utteranceOf(clip, heard), before ? { baseline: before } : {}));
        if (learn && reading?.speech) known?.set(condition, withSpeech(before ?? emptyBaseline(), reading.speech));
        onProgress?.(++done);
        const temperature = reading && info ? temperatureAt(info, before?.utterances ?? 0) : 1;
        return predictionOf(
          { clip, position, condition, temperature, ...(problem !== undefined && { problem }) },
          reading?.evidence ?? null,
          info?.prior ?? {},
        );
      }),
    );
  };
  const speakers = turnsBySpeaker(clips, seed);
  // Without a baseline no clip waits for another.
  const units = baseline === 'none' ? speakers.flat().map((turn) => [turn]) : speakers;
  await inParallel(units, width, async (turns) => {
    const known: Baselines | null = baseline === 'none' ? null : new Map();
    if (baseline === 'all') for (const turn of turns) await read(turn, known, true);
    for (const turn of turns) out.push(...(await read(turn, known, baseline === 'online')));
  });
  const place = new Map(clips.map((clip, i) => [clip, i]));
  const order = ({ clip, condition }: AcousticPrediction): number =>
    conditions.indexOf(condition) * clips.length + (place.get(clip) ?? 0);
  return out.sort((a, b) => order(a) - order(b));
}

type Baselines = Map<Condition, SpeakerBaseline>;

interface Turn {
  readonly clip: Clip;
  readonly position: number;
}

/** The clips of each speaker in shuffled order, whatever the order of the manifest. */
function turnsBySpeaker(clips: readonly Clip[], seed: number): Turn[][] {
  const bySpeaker = groupBy(clips, (clip) => clip.speaker);
  return [...bySpeaker].map(([speaker, own]) => {
    const sorted = [...own].sort((a, b) => (a.path < b.path ? -1 : 1));
    return shuffled(sorted, rngOf(seedFor(seed, speaker))).map((clip, position) => ({ clip, position }));
  });
}

/** Recordings from which the babble is made. */
const BABBLERS = 40;

async function babblers(clips: readonly Clip[], seed: number): Promise<{ speaker: string; samples: Float32Array }[]> {
  const sorted = [...clips].sort((a, b) => (a.path < b.path ? -1 : 1));
  const chosen = shuffled(sorted, rngOf(seedFor(seed, 'babble'))).slice(0, BABBLERS);
  const heard = await Promise.all(chosen.map(async (clip) => ({ speaker: clip.speaker, ...(await samplesOf(clip)) })));
  return heard.flatMap(({ speaker, samples }) => (samples ? [{ speaker, samples }] : []));
}

/**
 * Its samples, or why there are none: one file that is no sound does not end an evaluation.
 * @throws Error where the file is not there
 */
export async function samplesOf({ file }: Clip): Promise<{ samples?: Float32Array; problem?: string }> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new Error(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  });
  return readRecording(bytes).then(
    (samples) => ({ samples }),
    (error: unknown) => ({ problem: messageOf(error) }),
  );
}

function utteranceOf(clip: Clip, samples: Float32Array) {
  const endMs = (samples.length * 1000) / SAMPLE_RATE;
  return { id: clip.path, startMs: 0, endMs, endReason: 'sessionEnd', samples } as const;
}

function predictionOf(
  which: Pick<AcousticPrediction, 'clip' | 'condition' | 'position' | 'temperature' | 'problem'>,
  evidence: Evidence<'voice'> | null,
  prior: PartialScores,
): AcousticPrediction {
  const read = evidence?.status === 'available' ? evidence : null;
  const scores = overSeven(read?.scores ?? prior);
  return {
    ...which,
    truth: EMOTIONS.indexOf(which.clip.emotion),
    scores,
    ...(read?.perceived && { perceived: overSeven(read.perceived) }),
    predicted: EMOTIONS[argmax(scores)] ?? 'neutral',
    status: evidence === null ? 'unreadable' : evidence.status === 'available' ? 'available' : evidence.reason,
  };
}

/** In the order of EMOTIONS; 0 for a label that the model does not know. */
export function overSeven(scores: PartialScores): number[] {
  return EMOTIONS.map((emotion) => scores[emotion] ?? 0);
}

/** At most `width` at once, begun in order. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/**
 * A manifest that names files which are not there is wrong as a whole: said at once, not after an hour.
 * @throws Error naming the first
 */
export async function assertAllThere(clips: readonly Clip[]): Promise<void> {
  const missing = await Promise.all(
    clips.map(({ file }) =>
      access(file).then(
        () => [],
        () => [file],
      ),
    ),
  );
  const [first, ...others] = missing.flat();
  if (first !== undefined) {
    throw new Error(`${first} cannot be read (${others.length + 1} of ${clips.length} files); is --root right?`);
  }
}
