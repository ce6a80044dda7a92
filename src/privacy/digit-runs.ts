/** Digits that stand, or were said, one after the other: "415-555-2671", "four one five, double five …", "幺三八零零一三八零零零". */
export interface DigitRun {
  readonly digits: string;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** Where each piece of the run stands, and how many digits it has. */
  readonly pieces: readonly DigitPiece[];
}

export interface DigitPiece {
  readonly digits: string;
  readonly start: number;
  readonly end: number;
}

const UNITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = ['twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];
/** 幺 is "one" in numbers read out. */
const CHINESE = '零一二三四五六七八九';
const CHINESE_VARIANTS: Readonly<Record<string, string>> = { 〇: '0', 幺: '1', 两: '2' };

const unit = `(?:${UNITS.join('|')}|oh)`;
const PIECE = new RegExp(
  [
    '\\d+',
    `[${CHINESE}${Object.keys(CHINESE_VARIANTS).join('')}]`,
    `\\b(?:double|triple)\\s+(?:${unit}|\\d)(?![a-z])`,
    `\\b(?:${TENS.join('|')})(?:[\\s-](?:${UNITS.slice(1).join('|')})(?![a-z]))?(?![a-z])`,
    `\\b(?:${[...TEENS, unit].join('|')})(?![a-z])`,
  ].join('|'),
  'giu',
);
/** What may stand between two pieces of one number. */
const BETWEEN = /^[\s\u200b.,，、·()/（）-]{0,4}(?:(?:dash|hyphen|杠|横杠)[\s,，]{0,2})?$/iu;

/** Every run of the text, in order. A run of a single short number is one as well. */
export function digitRuns(text: string): DigitRun[] {
  const runs: DigitPiece[][] = [];
  let last: DigitPiece | undefined;
  for (const match of text.matchAll(PIECE)) {
    const piece = { digits: digitsOf(match[0].toLowerCase()), start: match.index, end: match.index + match[0].length };
    const run = runs.at(-1);
    if (run && last && BETWEEN.test(text.slice(last.end, piece.start))) run.push(piece);
    else runs.push([piece]);
    last = piece;
  }
  return runs.map(runOf);
}

/** The run of some of the pieces. */
export function runOf(pieces: readonly DigitPiece[]): DigitRun {
  return {
    digits: pieces.map(({ digits }) => digits).join(''),
    start: pieces[0]?.start ?? 0,
    end: pieces.at(-1)?.end ?? 0,
    pieces,
  };
}

function digitsOf(said: string): string {
  if (/^\d/.test(said)) return said;
  const chinese = CHINESE.indexOf(said);
  if (chinese >= 0) return String(chinese);
  const variant = CHINESE_VARIANTS[said];
  if (variant !== undefined) return variant;
  const [first = '', second = ''] = said.split(/[\s-]+/);
  if (first === 'double' || first === 'triple') return digitsOf(second).repeat(first === 'double' ? 2 : 3);
  if (TENS.includes(first)) return `${TENS.indexOf(first) + 2}${Math.max(0, UNITS.indexOf(second))}`;
  if (TEENS.includes(first)) return String(TEENS.indexOf(first) + 10);
  return String(Math.max(0, UNITS.indexOf(first)));
}
