/** Where a corpus comes from, for cards, and how its files are named. */
export interface CorpusFacts {
  readonly title: string;
  readonly language: string;
  readonly licence: string;
  /**
   * The path of a clip without its extension. Groups: `speaker` and `label`, and where the name says them `sentence` and
   * `intensity`. The patterns exclude one another, so a file is recognised wherever it lies.
   */
  readonly pattern: RegExp;
  /** The label in the name, in lower case → an English word. */
  readonly labels: Readonly<Record<string, string>>;
  readonly gender?: (speaker: string) => 'female' | 'male' | undefined;
  /** Where it differs between speakers. */
  readonly languageOf?: (speaker: string) => string;
}

const oneOf = (female: string, male: string) => (speaker: string) =>
  female.split(' ').includes(speaker) ? 'female' : male.split(' ').includes(speaker) ? 'male' : undefined;

const RAVDESS_LABELS = ['neutral', 'calm', 'happy', 'sad', 'angry', 'fearful', 'disgust', 'surprised'];

export const CORPORA: Readonly<Record<string, CorpusFacts>> = {
  cremad: {
    title: 'CREMA-D',
    language: 'English',
    licence: 'ODbL 1.0 + DbCL 1.0',
    pattern: /(?:^|\/)(?<speaker>1\d{3})_(?<sentence>[A-Z]{3})_(?<label>[A-Z]{3})_(?<intensity>LO|MD|HI|XX?)$/,
    labels: { ang: 'anger', dis: 'disgust', fea: 'fear', hap: 'happiness', neu: 'neutral', sad: 'sadness' },
  },
  ravdess: {
    title: 'RAVDESS (speech)',
    language: 'English',
    licence: 'CC BY-NC-SA 4.0',
    // modality - channel and emotion - intensity - statement - repetition - actor
    pattern: /(?:^|\/)0[13]-(?<label>0[12]-0[1-8])-(?<intensity>0[12])-(?<sentence>0[12])-0[12]-(?<speaker>[012]\d)$/,
    labels: Object.fromEntries(
      RAVDESS_LABELS.flatMap((word, i) => [
        [`01-0${i + 1}`, word],
        [`02-0${i + 1}`, 'song'],
      ]),
    ),
    gender: (actor) => (Number(actor) % 2 === 0 ? 'female' : 'male'),
  },
  tess: {
    title: 'TESS',
    language: 'English',
    licence: 'CC BY-NC-ND 4.0',
    // One clip of the original is named OA_ instead of OAF_.
    pattern: /(?:^|\/)(?<speaker>[OY]A)F?_(?<sentence>[a-z]+)_(?<label>[a-z]+)$/,
    labels: {
      angry: 'anger',
      disgust: 'disgust',
      fear: 'fear',
      happy: 'happiness',
      neutral: 'neutral',
      ps: 'surprise',
      sad: 'sadness',
    },
    gender: () => 'female',
  },
  emodb: {
    title: 'Emo-DB',
    language: 'German',
    licence: 'CC0 1.0',
    pattern: /(?:^|\/)(?<speaker>[01]\d)(?<sentence>[ab]\d\d)(?<label>[WLEAFTN])[a-z]?$/,
    labels: { w: 'anger', l: 'boredom', e: 'disgust', a: 'fear', f: 'happiness', t: 'sadness', n: 'neutral' },
    gender: oneOf('08 09 13 14 16', '03 10 11 12 15'),
  },
  savee: {
    title: 'SAVEE',
    language: 'English',
    licence: 'for research only',
    pattern: /(?:^|\/)(?<speaker>DC|JE|JK|KL)[_/](?<label>sa|su|[adfhn])(?<sentence>\d\d)$/,
    labels: { a: 'anger', d: 'disgust', f: 'fear', h: 'happiness', n: 'neutral', sa: 'sadness', su: 'surprise' },
    gender: () => 'male',
  },
  emovo: {
    title: 'EMOVO',
    language: 'Italian',
    licence: 'for research, see its page',
    pattern: /(?:^|\/)(?<label>dis|gio|neu|pau|rab|sor|tri)-(?<speaker>[fm][1-3])-(?<sentence>[a-z]+\d?)$/,
    labels: {
      dis: 'disgust',
      gio: 'joy',
      neu: 'neutral',
      pau: 'fear',
      rab: 'anger',
      sor: 'surprise',
      tri: 'sadness',
    },
    gender: (speaker) => (speaker.startsWith('f') ? 'female' : 'male'),
  },
  nemo: {
    title: 'nEMO',
    language: 'Polish',
    licence: 'CC BY-NC-SA 4.0',
    pattern: /(?:^|\/)(?<speaker>[A-Z]{2}\d)_(?<label>[a-z]+)_(?<sentence>\d+)$/,
    labels: {
      anger: 'anger',
      fear: 'fear',
      happiness: 'happiness',
      neutral: 'neutral',
      sadness: 'sadness',
      surprised: 'surprise',
    },
  },
  esd: {
    title: 'ESD',
    language: 'English and Mandarin',
    licence: 'for research only, after signing',
    // The label is the folder: 0011/Angry/train/0011_000351.
    pattern: /(?:^|\/)(?<label>Neutral|Angry|Happy|Sad|Surprise)\/(?:[a-z]+\/)?(?<speaker>00(?:0[1-9]|1\d|20))_\d{6}$/i,
    labels: { neutral: 'neutral', angry: 'anger', happy: 'happiness', sad: 'sadness', surprise: 'surprise' },
    gender: oneOf(
      '0001 0002 0003 0007 0009 0015 0016 0017 0018 0019',
      '0004 0005 0006 0008 0010 0011 0012 0013 0014 0020',
    ),
    languageOf: (speaker) => (Number(speaker) <= 10 ? 'Mandarin' : 'English'),
  },
};

export interface NamedClip {
  readonly corpus: string;
  /** Tells this recording from all others of its corpus, whatever folder or format it lies in. */
  readonly id: string;
  readonly speaker: string;
  /** An English word, or the name's own code where the corpus has no such label. */
  readonly label: string;
  readonly gender?: string;
  readonly language: string;
  readonly sentence?: string;
  readonly intensity?: string;
}

/** What the name of a file says, where it follows the convention of a known corpus. `path` has slashes and no extension. */
export function readName(path: string): NamedClip | undefined {
  for (const [corpus, facts] of Object.entries(CORPORA)) {
    const match = facts.pattern.exec(path);
    const { speaker = '', label = '', sentence, intensity } = match?.groups ?? {};
    if (!match) continue;
    const word = facts.labels[label.toLowerCase()];
    if (word === undefined) continue;
    return {
      corpus,
      id: match[0].replace(/^\//, ''),
      speaker,
      label: word,
      gender: facts.gender?.(speaker),
      language: facts.languageOf?.(speaker) ?? facts.language,
      sentence,
      intensity,
    };
  }
  return undefined;
}
