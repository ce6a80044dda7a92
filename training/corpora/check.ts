import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';
import { groupBy } from '../common/group-by.js';
import { UNKNOWN_SPEAKER, type Clip } from './clip.js';
import { CORPORA } from './conventions.js';
import type { NoSound, Sound } from './sound.js';

/** What can be wrong with a set of recordings, the worst first, and what to do about it. */
export const PROBLEMS = {
  unreadable: { title: 'cannot be read', advice: 'convert or delete them: training stops at the first' },
  missing: { title: 'are listed, but not there', advice: 'take their rows out of the manifest, or bring the files' },
  conflict: {
    title: 'sound the same under different labels',
    advice: 'leave all of them out: one label at least is wrong',
  },
  duplicate: { title: 'sound the same', advice: 'keep one of each: the others count it twice' },
  silent: { title: 'are silent or nearly so', advice: 'leave them out' },
  short: { title: 'are shorter than 300 ms', advice: 'leave them out: there is too little voice to read' },
  long: { title: 'are longer than 30 s', advice: 'cut them into utterances: one label rarely holds that long' },
  clipped: { title: 'are clipped', advice: 'usable, but distorted: prefer the originals if they are cleaner' },
  oneEmotion: {
    title: 'speakers with one emotion only',
    advice: 'their voice gives the label away: add their other emotions, or leave them out',
  },
  unknownSpeaker: {
    title: 'sets that do not tell who speaks',
    advice: 'each counts as one speaker and falls on one side of every split: write a manifest with a column "speaker"',
  },
  unlisted: { title: 'files that the manifest does not list', advice: 'they are not used: add rows to use them' },
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

export interface Problem {
  readonly problem: ProblemKind;
  /** Clips by path; speakers, or sets, where the problem is theirs. */
  readonly names: readonly string[];
  readonly detail?: string;
}

/** The quietest speech of the known corpora, calm clips of RAVDESS, peaks at −45 dB. */
const SILENT_PEAK_DB = -50;
/** A click in silence has a peak but no power; those clips have −64 dB. */
const SILENT_RMS_DB = -70;
const MIN_SECONDS = 0.3;
const MAX_SECONDS = 30;
/** Share of samples at full scale from which clipping is heard as distortion. */
const MAX_CLIPPED = 0.001;

export interface Heard {
  readonly clip: Clip;
  readonly sound: Sound | NoSound;
}

export function isSound(sound: Sound | NoSound): sound is Sound {
  return !('failure' in sound);
}

/** What is wrong with these recordings, the worst first. */
export function problemsOf(heard: readonly Heard[], unlisted: readonly string[] = []): Problem[] {
  const found = [
    ...heard.flatMap(problemsOfClip),
    ...duplicates(heard),
    ...oneEmotionSpeakers(heard.map(({ clip }) => clip)),
    ...unlisted.map((path) => ({ problem: 'unlisted', names: [path] }) as const),
  ];
  const order = Object.keys(PROBLEMS);
  return found.sort((a, b) => order.indexOf(a.problem) - order.indexOf(b.problem));
}

function problemsOfClip({ clip, sound }: Heard): Problem[] {
  const problem = (kind: ProblemKind, detail: string): Problem => ({ problem: kind, names: [clip.path], detail });
  if (!isSound(sound)) return [problem(sound.failure, sound.failure === 'missing' ? '' : sound.message)];
  const { seconds, peakDb, rmsDb, clipped } = sound;
  const out: Problem[] = [];
  if (seconds < MIN_SECONDS) out.push(problem('short', `${Math.round(seconds * 1000)} ms`));
  if (seconds > MAX_SECONDS) out.push(problem('long', `${Math.round(seconds)} s`));
  if (peakDb < SILENT_PEAK_DB || rmsDb < SILENT_RMS_DB) {
    out.push(problem('silent', `peak ${Math.round(peakDb)} dB, mean ${Math.round(rmsDb)} dB`));
  }
  if (clipped > MAX_CLIPPED) out.push(problem('clipped', `${(clipped * 100).toFixed(1)} % at full scale`));
  return out;
}

/** Groups of the same samples. Silence is like silence: that is the other problem. */
function duplicates(heard: readonly Heard[]): Problem[] {
  const audible = heard.filter(({ sound }) => isSound(sound) && sound.peakDb >= SILENT_PEAK_DB);
  const groups = groupBy(audible, ({ sound }) => (isSound(sound) ? sound.hash : ''));
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map((group) => {
      const labels = distinct(group.map(({ clip }) => clip.emotion));
      const speakers = distinct(group.map(({ clip }) => clip.speaker));
      const detail = [...(labels.length > 1 ? labels : []), ...(speakers.length > 1 ? speakers : [])].join(', ');
      return {
        problem: labels.length > 1 ? 'conflict' : 'duplicate',
        names: group.map(({ clip }) => clip.path),
        detail,
      };
    });
}

function oneEmotionSpeakers(clips: readonly Clip[]): Problem[] {
  return [...groupBy(clips, (clip) => clip.speaker)].flatMap(([speaker, own]): Problem[] => {
    const [emotion, other] = distinct(own.map((clip) => clip.emotion));
    if (speaker.endsWith(`/${UNKNOWN_SPEAKER}`)) return [{ problem: 'unknownSpeaker', names: [own[0]?.corpus ?? ''] }];
    if (other !== undefined) return [];
    return [{ problem: 'oneEmotion', names: [speaker], detail: `${own.length} × ${emotion ?? ''}` }];
  });
}

/** A corpus in figures. */
export interface Summary {
  readonly corpus: string;
  readonly title: string;
  readonly language: string;
  readonly licence: string;
  readonly clips: number;
  readonly speakers: { readonly female: number; readonly male: number; readonly other: number };
  readonly seconds: number;
  readonly emotions: Readonly<Record<Emotion, number>>;
  /** Clips with the votes of listeners. */
  readonly voted: number;
}

export function summariesOf(heard: readonly Heard[]): Summary[] {
  return [...groupBy(heard, ({ clip }) => clip.corpus)].map(([corpus, own]) => {
    const clips = own.map(({ clip }) => clip);
    const facts = CORPORA[corpus];
    const speakers = [...new Map(clips.map((clip) => [clip.speaker, clip.gender])).values()];
    const [female, male] = ['female', 'male'].map((gender) => speakers.filter((g) => g === gender).length);
    return {
      corpus,
      title: facts?.title ?? corpus,
      language: distinct(clips.flatMap((clip) => clip.language ?? [])).join(', ') || 'unknown',
      licence: facts?.licence ?? 'unknown',
      clips: clips.length,
      speakers: { female: female ?? 0, male: male ?? 0, other: speakers.length - (female ?? 0) - (male ?? 0) },
      seconds: own.reduce((sum, { sound }) => sum + (isSound(sound) ? sound.seconds : 0), 0),
      emotions: Object.fromEntries(
        EMOTIONS.map((emotion) => [emotion, clips.filter((clip) => clip.emotion === emotion).length]),
      ) as Record<Emotion, number>,
      voted: clips.filter((clip) => clip.votes).length,
    };
  });
}

function distinct<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
