import { z } from 'zod';
import { only } from '../common/declared.js';
import { entriesOf, type ByModality } from '../emotion/evidence.js';
import type { Decision, FusedEmotion, Locale, ModalityReading } from '../emotion/fused.js';
import { EMOTIONS, isEmotion, type Emotion, type PartialScores, type Scores } from '../emotion/scores.js';
import type { FusionConfig } from './config.js';
import { isAmbiguous } from './decide.js';
import { explain } from './explain.js';
import { merged, type Labelling } from './labelling.js';
import { messagesOf, type LabelNames } from './locales.js';
import { ranked } from './prediction-set.js';
import { whatIf } from './what-if.js';

const emotionNames = EMOTIONS.join(', ');
const labelName = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.-]{0,63}$/u, 'a label of 1 to 64 letters and digits is allowed');
const NamesSchema = z.record(labelName, z.string().min(1).max(64), 'names of labels are allowed');

/** Which of the seven each label of a business stands for (docs/labels.md). */
const ProfileSchema = only({
  description: z.string().max(2_000).optional(),
  labels: z.record(
    labelName,
    z
      .array(z.enum(EMOTIONS, `allowed are ${emotionNames}`), `a list of ${emotionNames} is allowed`)
      .min(1, 'a label needs at least one emotion'),
    'labels with their emotions are allowed',
  ),
  /** What the labels are called in explanations, by language. */
  names: only({ en: NamesSchema.optional(), zh: NamesSchema.optional() }).optional(),
}).superRefine(({ labels, names }, context) => {
  const owners = new Map<Emotion, string>();
  const fault = (path: string[], message: string): void => {
    context.addIssue({ code: 'custom', path, message });
  };
  for (const [label, emotions] of Object.entries(labels))
    for (const emotion of emotions) {
      const owner = owners.get(emotion);
      if (owner !== undefined)
        fault(['labels', label], `${emotion} is in ${owner} already: each emotion is in exactly one label`);
      owners.set(emotion, label);
      if (isEmotion(label) && !emotions.includes(label))
        fault(['labels', label], `a label that is called ${label} has to hold ${label}`);
    }
  const left = EMOTIONS.filter((emotion) => !owners.has(emotion));
  if (left.length > 0) fault(['labels'], `${left.join(', ')} must be in a label too: each emotion is in exactly one`);
  if (Object.keys(labels).length < 2) fault(['labels'], 'at least two labels are needed');
  for (const [locale, named] of Object.entries(names ?? {}))
    for (const label of Object.keys(named))
      if (!(label in labels)) fault(['names', locale, label], `allowed are ${Object.keys(labels).join(', ')}`);
});

/** A file of profiles, by name. */
export const LabelProfilesSchema = z.record(labelName, ProfileSchema, 'profiles by name are allowed');

type ProfileValues = z.infer<typeof ProfileSchema>;

/** A business's own few labels in place of the seven emotions. */
export interface LabelProfile {
  readonly name: string;
  readonly labels: Readonly<Record<string, readonly Emotion[]>>;
  readonly names: Readonly<Partial<Record<Locale, LabelNames>>>;
  readonly labelOf: Labelling<string>;
}

export function profileOf(name: string, { labels, names = {} }: ProfileValues): LabelProfile {
  const owner = new Map(
    Object.entries(labels).flatMap(([label, emotions]) => emotions.map((e) => [e, label] as const)),
  );
  return {
    name,
    labels,
    names: names,
    labelOf: (emotion) => owner.get(emotion) ?? emotion,
  };
}

/** Scores of some of the seven as scores of labels, in the profile's own order. */
export function mergedScores(scores: Scores, profile: LabelProfile): Readonly<Record<string, number>>;
export function mergedScores(scores: PartialScores, profile: LabelProfile): Readonly<Partial<Record<string, number>>>;
export function mergedScores(
  scores: PartialScores,
  { labels, labelOf }: LabelProfile,
): Readonly<Partial<Record<string, number>>> {
  const sums = merged(scores, labelOf);
  return Object.fromEntries(Object.keys(labels).flatMap((label) => (label in sums ? [[label, sums[label]]] : [])));
}

/** A result as a client with a profile is told it. */
export interface ViewedEmotion extends FusedEmotion<string> {
  /** The profile's name. */
  readonly labels: string;
  /** What the seven say underneath. */
  readonly seven: Pick<FusedEmotion, 'decision' | 'scores' | 'predictionSet'>;
}

/**
 * A result in the labels of a profile. Probabilities add up, and the decision is taken anew over the sums: an answer torn
 * between angry and disgust is a sure "upset". The set holds the label of each emotion that was in it, and so keeps its
 * coverage. Log-scores and contributions stay those of the seven. Pure: it can be taken of a stored result at any time.
 */
export function viewOf<F extends FusedEmotion>(
  fused: F,
  profile: LabelProfile,
  limits: FusionConfig['abstain'],
): Omit<F, keyof FusedEmotion> & ViewedEmotion {
  const { labelOf } = profile;
  const { explanation, modalities } = fused;
  const { decision, predictionSet, scores } = decided(fused, profile, limits);
  const readings = Object.fromEntries(
    entriesOf(modalities).map(([m, { top, ...reading }]) => [m, { ...reading, top: top && labelOf(top) }]),
  ) as unknown as ByModality<ModalityReading<string>>;
  const tops = new Set([readings.voice.top, readings.text.top].filter((top) => top !== null));
  const facts = {
    decision,
    scores,
    predictionSet,
    modalities: readings,
    incongruence: incongruenceIn(fused.incongruence, labelOf, tops.size > 1),
    coverage: fused.coverage,
    cues: explanation.cues.map((cue) => ({ ...cue, toward: labelOf(cue.toward) })),
    counterfactual: whatIf(fused, labelOf, limits.noEvidenceBelow),
    ...(explanation.quote === undefined ? {} : { quote: explanation.quote }),
    labelOf,
    silentBelow: limits.noEvidenceBelow,
  };
  return {
    ...fused,
    decision,
    scores,
    predictionSet,
    modalities: readings,
    incongruence: facts.incongruence,
    explanation: explain(facts, messagesOf(explanation.locale, profile.names[explanation.locale])),
    labels: profile.name,
    seven: { decision: fused.decision, scores: fused.scores, predictionSet: fused.predictionSet },
  };
}

/** Voice and words that are of one label do not disagree. */
function incongruenceIn(
  { voice, text, ...rest }: FusedEmotion['incongruence'],
  labelOf: Labelling<string>,
  differ: boolean,
): FusedEmotion<string>['incongruence'] {
  if (!differ) return { detected: false, score: rest.score };
  return {
    ...rest,
    ...(voice && { voice: { ...voice, emotion: labelOf(voice.emotion) } }),
    ...(text && { text: { ...text, emotion: labelOf(text.emotion) } }),
  };
}

/**
 * The decision over the labels, by their margin. What was too short, too poor or not there for the seven is so for them, and
 * evidence that rules out none of the seven rules out none of them.
 */
export function decided(
  { decision, scores: seven, predictionSet: emotions }: Pick<FusedEmotion, 'decision' | 'scores' | 'predictionSet'>,
  profile: LabelProfile,
  limits: FusionConfig['abstain'],
): { decision: Decision<string>; scores: Readonly<Record<string, number>>; predictionSet: string[] } {
  const scores = mergedScores(seven, profile);
  const order = ranked(scores);
  const held = new Set(emotions.map(profile.labelOf));
  const predictionSet = order.filter((label, i) => held.has(label) || (i === 0 && held.size > 0));
  const [top] = order;
  if (top === undefined) throw new RangeError('a profile without labels');
  const confidence = scores[top] ?? 0;
  const weak = decision.abstainReason === 'ambiguous' ? undefined : decision.abstainReason;
  const reason = weak ?? (isAmbiguous({ scores, predictionSet: emotions }, limits) ? 'ambiguous' : undefined);
  return {
    decision: {
      ...(reason === undefined ? { label: top, confidence } : { label: null, confidence, abstainReason: reason }),
      ...(decision.by && { by: decision.by }),
    },
    scores,
    predictionSet,
  };
}
