import { tokenise } from './words.js';

const STATE = '(?:fine|ok|okay|alright|all right|all good|good|great|well|under control)';
const DEGREE = '(?:(?:just|really|totally|perfectly|absolutely|quite|doing|going|all|so) )*';
const SUBJECT = '(?:i am|im|we are|it is|its|that is|thats|this is|everything is|everythings|all is)';

/** Whole clauses by which people say that all is well, whether it is or not. Lower case, without apostrophes; Chinese without spaces. */
const FORMULAS: readonly RegExp[] = [
  new RegExp(`^${SUBJECT} ${DEGREE}${STATE}$`),
  /^(?:(?:just|all|totally|perfectly) )?(?:fine|ok|okay|alright|all right|good)$/,
  /^(?:it is|its|there is|theres)? ?(?:nothing|no problem|not a problem|no worries|no big deal|nothing (?:is )?wrong|nothings wrong)$/,
  /^(?:never ?mind|(?:dont|do not) worry(?: about (?:me|it))?)$/,
  /^我?(?:真的)?(?:没事|没关系|没什么|很好|还好|挺好|不要紧|都好|一切都好|别担心我?)(?:的|了|儿|呀|啊|吧)?$/u,
];

/** Words around a formula that change nothing. */
const FILLERS = new Set(
  'yeah yes no nah oh really thanks thank you sure honestly seriously anyway now today and but um uh 嗯 哦 啊 谢谢'.split(
    ' ',
  ),
);

/** A formula is short. */
const MAX_CHARS = 120;

/**
 * Does this wording, as a whole, claim that all is well? "I'm fine.", "yeah, no problem", "我没事". Such formulas tell little of how
 * somebody feels and deny that it is bad: against a voice that says otherwise that is a disagreement. Never throws.
 */
export function isReassurance(text: string): boolean {
  if (text.length > MAX_CHARS) return false;
  const clauses = text
    .split(/[.,;:!…—–。，；！]+/u)
    .map((clause) => tokenise(clause).map((token) => token.text.toLowerCase().replaceAll(/['’]/gu, '')))
    .filter((words) => !words.every(isFiller));
  return clauses.length > 0 && clauses.every((words) => isFormula(words) || isFormula(withoutFillers(words)));
}

function isFiller(word: string): boolean {
  return FILLERS.has(word);
}

function withoutFillers(words: readonly string[]): readonly string[] {
  const carries = (word: string): boolean => !isFiller(word);
  return words.slice(words.findIndex(carries), words.findLastIndex(carries) + 1);
}

/** Chinese words stand together, as they are written. */
function isFormula(words: readonly string[]): boolean {
  const clause = words.join(' ').replaceAll(/(?<=\p{Script=Han}) (?=\p{Script=Han})/gu, '');
  return FORMULAS.some((formula) => formula.test(clause));
}
