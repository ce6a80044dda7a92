import type { Cue } from '../emotion/evidence.js';
import type { Emotion } from '../emotion/scores.js';
import { CUE_GROUPS, FUNCTIONAL_NAMES, type CueGroup } from './functionals.js';

/** What a reading is explained by: the groups of functionals, and the picture of the sound as a whole. */
export const VOICE_CUES = [...CUE_GROUPS, 'pattern'] as const;

/** The functional that stands for each group: how far it is from the usual is what the cue tells. */
const SPOKESMAN: Readonly<Record<CueGroup, string>> = {
  pitchHeight: 'pitch.mean',
  pitchMovement: 'pitch.range',
  // Relative to the clip's own loud parts: the absolute level tells the microphone.
  loudness: 'level.sd',
  tempo: 'syllables.perSecond',
  // Little power above 1 kHz is a soft voice, much of it a pressed one.
  voiceQuality: 'voiced.alphaRatio.mean',
  timbre: 'centroid.mean',
};

/** For each group, in the order of CUE_GROUPS, the index of the functional that stands for it. */
export const SPOKESMEN: readonly number[] = CUE_GROUPS.map((group) => {
  const index = FUNCTIONAL_NAMES.indexOf(SPOKESMAN[group]);
  if (index < 0) throw new Error(`no functional is called ${SPOKESMAN[group]}`);
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
  const unit = utterances >= ACQUAINTED ? 'speakerSigma' : 'sigma';
  return VOICE_CUES.map((name, i): Cue => ({
    modality: 'voice',
    name,
    ...(name === 'pattern' ? {} : { value: deviations[i] ?? 0, unit }),
    toward,
    weight: weights[i] ?? 0,
  }))
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
}
