import type { Cue } from '../emotion/evidence.js';
import type { Emotion } from '../emotion/scores.js';
import { CUE_GROUPS, FUNCTIONAL_NAMES, type CueGroup } from './functionals.js';

/** What a reading is explained by: the groups of functionals, and the picture of the sound as a whole. */
export const VOICE_CUES = [...CUE_GROUPS, 'pattern'] as const;

/** How a group is put into words: the functional that stands for it, and what more or less of it is called. */
interface Wording {
  readonly functional: string;
  readonly subject: string;
  readonly more: string;
  readonly less: string;
}

const WORDING: Readonly<Record<CueGroup, Wording>> = {
  pitchHeight: { functional: 'pitch.mean', subject: 'pitch', more: 'higher', less: 'lower' },
  pitchMovement: { functional: 'pitch.range', subject: 'pitch movement', more: 'livelier', less: 'flatter' },
  // Relative to the clip's own loud parts: the absolute level tells the microphone.
  loudness: { functional: 'level.sd', subject: 'loudness', more: 'more varied', less: 'more even' },
  tempo: { functional: 'syllables.perSecond', subject: 'speech', more: 'faster', less: 'slower' },
  // Little power above 1 kHz is a soft voice, much of it a pressed one.
  voiceQuality: { functional: 'voiced.alphaRatio.mean', subject: 'voice', more: 'softer', less: 'tenser' },
  timbre: { functional: 'centroid.mean', subject: 'sound', more: 'brighter', less: 'darker' },
};

/** Below this many σ a value is called usual. */
const NOTABLE = 0.5;

/** For each group, in the order of CUE_GROUPS, the index of the functional that stands for it. */
export const SPOKESMEN: readonly number[] = CUE_GROUPS.map((group) => {
  const index = FUNCTIONAL_NAMES.indexOf(WORDING[group].functional);
  if (index < 0) throw new Error(`no functional is called ${WORDING[group].functional}`);
  return index;
});

/** From so many utterances on, "usual" means this speaker's usual. */
const ACQUAINTED = 3;

/**
 * One cue per group and one for the picture, the strongest first; what adds exactly nothing is left out.
 * @param weights what each adds to the log-odds of `toward`, nats, in the order of VOICE_CUES
 * @param deviations the standardised value of each group's spokesman, σ
 * @param utterances how many the speaker's baseline was learnt from
 */
export function cuesOf(
  toward: Emotion,
  weights: readonly number[],
  deviations: readonly number[],
  utterances: number,
): Cue[] {
  const usual = utterances >= ACQUAINTED ? "this speaker's usual" : 'usual';
  return VOICE_CUES.map((name, i): Cue => ({
    modality: 'voice',
    name,
    detail:
      name === 'pattern'
        ? 'the course of the sound from moment to moment'
        : detailOf(WORDING[name], deviations[i] ?? 0, usual),
    toward,
    weight: weights[i] ?? 0,
  }))
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

function detailOf({ subject, more, less }: Wording, sigma: number, usual: string): string {
  const amount = `${sigma < 0 ? '−' : '+'}${Math.abs(sigma).toFixed(1)} σ`;
  if (Math.abs(sigma) < NOTABLE)
    return `${subject} about as ${usual === 'usual' ? usual : `usual for this speaker`} (${amount})`;
  return `${subject} ${sigma > 0 ? more : less} than ${usual} (${amount})`;
}
