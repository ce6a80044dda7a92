/** The seven emotions, in the order every table, vector and file of the project uses. */
export const EMOTIONS = ['neutral', 'happy', 'angry', 'sad', 'fearful', 'disgust', 'surprised'] as const;
export type Emotion = (typeof EMOTIONS)[number];

/** A probability for each of the seven; sums to 1. */
export type Scores = Readonly<Record<Emotion, number>>;

/** A distribution over the emotions a model was trained on; sums to 1. A missing emotion means "says nothing about it". */
export type PartialScores = Readonly<Partial<Record<Emotion, number>>>;

/** Where an emotion lies in valence (unpleasant −1 … pleasant 1) and arousal (calm −1 … excited 1): Russell's circumplex. */
export interface Dimensions {
  readonly valence: number;
  readonly arousal: number;
}

/** Places on the circumplex, rounded from Russell & Mehrabian (1977), table of emotion terms. */
const PLACE: Readonly<Record<Emotion, Dimensions>> = {
  neutral: { valence: 0, arousal: 0 },
  happy: { valence: 0.8, arousal: 0.5 },
  angry: { valence: -0.5, arousal: 0.6 },
  sad: { valence: -0.6, arousal: -0.3 },
  fearful: { valence: -0.6, arousal: 0.6 },
  disgust: { valence: -0.6, arousal: 0.35 },
  surprised: { valence: 0.4, arousal: 0.7 },
};

export function isEmotion(value: string): value is Emotion {
  return (EMOTIONS as readonly string[]).includes(value);
}

/** Builds scores by asking for each emotion in turn, in the order of EMOTIONS. Written out: fusing calls it hundreds of times. */
export function scoresOf(value: (emotion: Emotion, index: number) => number): Scores {
  return {
    neutral: value('neutral', 0),
    happy: value('happy', 1),
    angry: value('angry', 2),
    sad: value('sad', 3),
    fearful: value('fearful', 4),
    disgust: value('disgust', 5),
    surprised: value('surprised', 6),
  };
}

/** The softmax of log-scores, stable for any finite input. */
export function softmax(logScores: Scores): Scores {
  const max = Math.max(...Object.values(logScores));
  const exp = scoresOf((e) => Math.exp(logScores[e] - max));
  const sum = Object.values(exp).reduce((a, b) => a + b, 0);
  return scoresOf((e) => exp[e] / sum);
}

/** The most probable emotion; the earlier one of EMOTIONS on a tie. */
export function topOf(scores: PartialScores): Emotion {
  let top: Emotion | undefined;
  for (const e of EMOTIONS) {
    const p = scores[e];
    if (p !== undefined && (top === undefined || p > (scores[top] ?? 0))) top = e;
  }
  if (top === undefined) throw new RangeError('scores of no emotion');
  return top;
}

/** The mean place of a distribution on the circumplex. */
export function dimensionsOf(scores: Scores): Dimensions {
  const mean = (axis: keyof Dimensions): number => EMOTIONS.reduce((sum, e) => sum + scores[e] * PLACE[e][axis], 0);
  return { valence: mean('valence'), arousal: mean('arousal') };
}

/** −1, 0 or 1: the sign of valence that an emotion stands for. */
export function valenceSign(emotion: Emotion): -1 | 0 | 1 {
  if (emotion === 'neutral' || emotion === 'surprised') return 0;
  return emotion === 'happy' ? 1 : -1;
}
