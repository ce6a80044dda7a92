import { isEmotion, type Emotion } from '../emotion/scores.js';

/** Names that other models give to the seven: Ekman's, and common forms of them. */
const SYNONYMS: Readonly<Record<string, Emotion>> = {
  joy: 'happy',
  happiness: 'happy',
  anger: 'angry',
  sadness: 'sad',
  fear: 'fearful',
  disgusted: 'disgust',
  surprise: 'surprised',
};

/** The 28 of GoEmotions under Ekman's, as its authors group them (Demszky et al. 2020, ekman_mapping.json). */
const GROUPS: readonly (readonly [Emotion, string])[] = [
  ['angry', 'annoyance disapproval'],
  ['fearful', 'nervousness'],
  ['happy', 'admiration amusement approval caring desire excitement gratitude love optimism pride relief'],
  ['sad', 'disappointment embarrassment grief remorse'],
  ['surprised', 'confusion curiosity realization'],
];
const FINE = new Map(
  GROUPS.flatMap(([emotion, labels]) => labels.split(' ').map((label) => [label, emotion] as const)),
);

/** Rows of GoEmotions' training set by label: what a model of these 28 has seen, unless it says otherwise. */
const GOEMOTIONS: Readonly<Record<string, number>> = {
  admiration: 4130,
  amusement: 2328,
  anger: 1567,
  annoyance: 2470,
  approval: 2939,
  caring: 1087,
  confusion: 1368,
  curiosity: 2191,
  desire: 641,
  disappointment: 1269,
  disapproval: 2022,
  disgust: 793,
  embarrassment: 303,
  excitement: 853,
  fear: 596,
  gratitude: 2662,
  grief: 77,
  joy: 1452,
  love: 2086,
  nervousness: 164,
  neutral: 14219,
  optimism: 1581,
  pride: 111,
  realization: 1110,
  relief: 153,
  remorse: 545,
  sadness: 1326,
  surprise: 1060,
};

const POLES = { positive: ['happy'], negative: ['angry', 'disgust', 'fearful', 'sad'], neutral: ['neutral'] } as const;
const STARS = ['negative', 'negative', 'neutral', 'positive', 'positive'] as const;

/**
 * The emotions that a label of another model stands for; undefined when it is none that is known. A label of valence
 * (`positive`, `very negative`, `4 stars`) stands for every emotion of its sign alike, so that it votes on valence only.
 */
export function emotionsOf(label: string): readonly Emotion[] | undefined {
  const name = label.trim().toLowerCase();
  const emotion = isEmotion(name) ? name : (SYNONYMS[name] ?? FINE.get(name));
  if (emotion) return [emotion];
  const stars = STARS[Number(/^([1-5])[ _-]?stars?$/.exec(name)?.[1]) - 1];
  const pole = stars ?? /^(?:(?:very|extremely|slightly)[ _-])?(pos|neg|neu)(?:itive|ative|tral)?$/.exec(name)?.[1];
  return pole === undefined ? undefined : POLES[POLE_NAMES[pole.slice(0, 3)] ?? 'neutral'];
}

const POLE_NAMES: Readonly<Record<string, keyof typeof POLES>> = { pos: 'positive', neg: 'negative', neu: 'neutral' };

/** How often a model of exactly GoEmotions' labels saw each of them; undefined for other models. */
export function priorOfGoEmotions(labels: readonly string[]): Readonly<Record<string, number>> | undefined {
  const names = new Set(labels.map((label) => label.trim().toLowerCase()));
  const same = names.size === Object.keys(GOEMOTIONS).length && [...names].every((name) => name in GOEMOTIONS);
  return same ? Object.fromEntries(labels.map((l) => [l, GOEMOTIONS[l.trim().toLowerCase()] ?? NaN])) : undefined;
}
