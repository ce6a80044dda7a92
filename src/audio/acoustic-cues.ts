import type { Cue } from '../emotion/evidence.js';
import type { Emotion } from '../emotion/scores.js';
import { CUE_GROUPS, FUNCTIONAL_NAMES, type CueGroup } from './functionals.js';

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

/**
 * One cue per group, the strongest first.
 * @param weights what each group adds to the log-odds of `toward`, nats, in the order of CUE_GROUPS
 * @param deviations the standardised value of each group's spokesman, σ
 */
export function cuesOf(toward: Emotion, weights: readonly number[], deviations: readonly number[]): Cue[] {
  return CUE_GROUPS.map((group, i): Cue => {
    return {
      modality: 'voice',
      name: group,
      detail: detailOf(WORDING[group], deviations[i] ?? 0),
      toward,
      weight: weights[i] ?? 0,
    };
  }).sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}

function detailOf({ subject, more, less }: Wording, sigma: number): string {
  const amount = `${sigma < 0 ? '−' : '+'}${Math.abs(sigma).toFixed(1)} σ`;
  if (Math.abs(sigma) < NOTABLE) return `${subject} about as usual (${amount})`;
  return `${subject} ${sigma > 0 ? more : less} than usual (${amount})`;
}
