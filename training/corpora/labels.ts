import { EMOTIONS, type Emotion } from '../../src/emotion/scores.js';

/** The words and codes that corpora label their clips with. Calm is neutral; what is not here is none of the seven. */
const WORDS: Readonly<Record<Emotion, string>> = {
  neutral: 'neutral neutrality neu calm neutrale neutralny',
  happy: 'happy happiness hap joy joyful gioia freude',
  angry: 'angry anger ang rage rabbia wut aerger ärger',
  sad: 'sad sadness tristezza trauer',
  fearful: 'fear fearful fea scared afraid anxiety anxious paura angst',
  disgust: 'disgust disgusted dis disgusto ekel',
  surprised: 'surprise surprised sur ps sorpresa überraschung',
};

/** Labels of other sets that name a folder of clips just as well, so that those are left out by name. */
const OTHERS = new Set(
  'bored boredom contempt excited excitement frustrated frustration sleepy sleepiness other'.split(' '),
);

const EMOTION_OF: ReadonlyMap<string, Emotion> = new Map(
  EMOTIONS.flatMap((emotion) => WORDS[emotion].split(' ').map((word) => [word, emotion] as const)),
);

/** The emotion that a label stands for, however it is written: `Angry`, `anger`, `ANG`, `fear/anxiety`, `pleasant_surprise`. */
export function emotionOf(label: string): Emotion | undefined {
  const [emotion, ...others] = new Set(
    wordsIn(label).flatMap((word) => (isColour(word) ? [] : [EMOTION_OF.get(word.toLowerCase())])),
  );
  return others.length === 0 ? emotion : undefined;
}

export interface LabelledName {
  readonly label: string;
  /** What else the name says, joined by underscores; often the speaker. */
  readonly rest: string;
}

/** Finds the label in the name of a folder: `OAF_Fear`, `YAF_pleasant_surprised`, `05 - sad`. */
export function labelIn(folder: string): LabelledName | undefined {
  const words = wordsIn(folder);
  const label = words.find((word) => emotionOf(word) ?? OTHERS.has(word.toLowerCase()));
  if (label === undefined) return undefined;
  const rest = words.filter((word) => word !== label && !isColour(word) && !/^\d\d?$/.test(word));
  return { label, rest: rest.join('_') };
}

function wordsIn(name: string): string[] {
  return name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

/** Says nothing that the label does not: `pleasant_surprise`. */
function isColour(word: string): boolean {
  return word.toLowerCase() === 'pleasant';
}

/** Why a clip of this label is left out. */
export function notOfTheSeven(label: string): string {
  return label ? `"${label}" is none of the seven emotions` : 'no emotion';
}
