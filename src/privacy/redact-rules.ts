import { isIPv4, isIPv6 } from 'node:net';
import { chineseResidentId, iban, ibanLength, luhn } from './checksums.js';
import { digitRuns, runOf, type DigitRun } from './digit-runs.js';

/** What was found, in the order in which one goes before another that it overlaps. */
export const KINDS = [
  'url', // with a password or a token in it
  'email',
  'iban',
  'card',
  'id', // national: US SSN, UK NINO, Chinese resident id, those of Hong Kong and Taiwan; Chinese number plates
  'passport',
  'secret', // what follows "password", "PIN", "code"
  'phone',
  'ip',
  'address',
  'number', // any other long number
] as const;
export type Kind = (typeof KINDS)[number];

export interface Found {
  readonly kind: Kind;
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Everything personal that rules find in a text; what is found may overlap. */
export function findPersonal(text: string): Found[] {
  const runs = digitRuns(text);
  return [
    ...patterns(text),
    ...ibans(text),
    ...addresses(text),
    ...runs.flatMap((run) => numbers(text, run)),
    ...residentIdsWithX(text, runs),
  ];
}

// ── Patterns ────────────────────────────────────────────────────────────────────────────────────────────────────────

const PROVIDER =
  '(?:gmail|googlemail|yahoo|ymail|hotmail|outlook|live|msn|icloud|me|mac|aol|proton|protonmail|gmx|web|mail|yandex|qq|foxmail|sina|sohu|163|126|139)';
const TLD = '(?:com|org|net|edu|gov|info|biz|io|me|co|uk|us|de|fr|nl|es|it|eu|cn|hk|tw|jp|in|au|ca|ch|ru|br)';
const DOT = '(?:\\s*\\.\\s*|\\s+dot\\s+|\\s*点\\s*)';
const AT = '(?:\\s+at\\s+|\\s*艾特\\s*|\\s*圈\\s?a\\s*|\\s*\\(at\\)\\s*|\\s*\\[at\\]\\s*)';
/** "john dot smith", "j o h n", "john_smith7" */
const LOCAL =
  '(?:[a-z0-9](?:\\s[a-z0-9]){2,20}|[a-z0-9_+-]{1,64}(?:(?:\\s+(?:dot|underscore|dash|hyphen|plus)\\s+|\\s*[._]\\s*)[a-z0-9_+-]{1,64}){0,4})';

const PATTERNS: readonly (readonly [Kind, RegExp])[] = [
  ['url', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:]{1,200}:[^\s/@]{1,200}@\S{1,500}/giu],
  [
    'url',
    /\bhttps?:\/\/\S{1,500}?[?&#](?:[a-z_-]{0,20}(?:token|key|password|passwd|pwd|secret|session|auth|code))=\S{1,500}/giu,
  ],
  ['email', /(?:(?!\p{Script=Han})[\p{L}\p{N}._%+-]){1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/giu],
  ['email', new RegExp(`\\b${LOCAL}${AT}${PROVIDER}${DOT}${TLD}(?:${DOT}${TLD})?(?![a-z])`, 'giu')],
  [
    'email',
    new RegExp(
      `\\b${LOCAL}(?:\\s+at\\s+|\\s*艾特\\s*)[a-z0-9-]{1,63}(?:\\s+dot\\s+[a-z0-9-]{2,63}){1,3}(?![a-z])`,
      'giu',
    ),
  ],
  ['id', /\b(?!000|666|9\d\d)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}\b/gu],
  ['id', /\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b/gu],
  ['id', /\b[A-Z]{1,2}\d{6} ?\([\dA]\)/gu],
  ['id', /\b[A-Z][1289]\d{8}\b/gu],
  [
    'id',
    /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z] ?[·•-]? ?(?=[A-HJ-NP-Z]*\d)[A-HJ-NP-Z\d]{4,5}[A-HJ-NP-Z\d挂学警港澳]/gu,
  ],
  ['passport', /\b(?:[EGDSPH]\d{8}|E[A-HJ-NP-Z]\d{7})\b/gu],
  ['passport', /(?<=\b(?:passport|passport (?:number|no\.?))(?: is| ?:)? ?)(?=[a-z]{0,2}\d)[a-z0-9]{6,9}\b/giu],
  ['passport', /(?<=护照(?:号码?)?(?:是|为|：|:)? ?)(?=[a-z]{0,2}\d)[a-z0-9]{6,9}/giu],
  ['secret', /(?<=\b(?:password|passcode|passphrase)(?: is|:| =)\s{1,3})\S{1,100}/giu],
  ['secret', /(?<=密码(?:是|为|：|:)\s?)[^\s，。！？]{1,100}/gu],
  ['secret', /(?<=微信(?:号码?|账号|帐号|ID)?(?:是|为|：|:)? ?)[a-z][\w-]{5,19}/giu],
  ['address', /\bP\.? ?O\.? ?Box \d{1,6}\b/giu],
  ['address', /\b(?:GIR ?0AA|[A-PR-UWYZ][A-HK-Y]?\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2})\b/gu],
];

function patterns(text: string): Found[] {
  const found = PATTERNS.flatMap(([kind, pattern]) =>
    [...text.matchAll(pattern)].map((match): Found => ({
      kind,
      start: match.index,
      end: match.index + match[0].length,
    })),
  );
  const addressed = [
    ...text.matchAll(/(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f:]*:[\da-f:.]*:[\da-f:.]*)(?![\w:])/giu),
  ]
    .map((match) => ({ match, host: match[0].replace(/\.$/, '') }))
    .filter(({ host }) => isIPv4(host) || isIPv6(host))
    .map(({ match, host }): Found => ({ kind: 'ip', start: match.index, end: match.index + host.length }));
  return [...found, ...addressed];
}

function ibans(text: string): Found[] {
  return [...text.matchAll(/\b[a-z]{2} ?\d{2}(?=(?: ?[a-z0-9]){11})/giu)].flatMap(({ index, 0: head }) => {
    const length = ibanLength(head.slice(0, 2)) ?? 0;
    let [candidate, end] = ['', index];
    for (; end < text.length && candidate.length < length; end++) {
      const char = text.charAt(end);
      if (/[a-z0-9]/i.test(char)) candidate += char;
      else if (!/[ -]/.test(char)) break;
    }
    return length > 0 && iban(candidate) ? [{ kind: 'iban' as const, start: index, end }] : [];
  });
}

// ── Numbers ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Words that say what the number after them is. */
const SECRET_NUMBER =
  /(?:\b(?:pin|cvv2?|cvc|security code|verification code|access code|one-time code|otp|passcode|password|sort code|routing number|account (?:number|no\.?)|card number|member(?:ship)? number|policy number|social security(?: number)?|ssn)\b|密码|验证码|校验码|安全码|账号|帐号|卡号|QQ(?:号码?)?|身份证(?:号码?)?)[^\d\p{L}]{0,3}(?:(?:is|ends? (?:in|with)|number|no|为|是|号码?)[^\d\p{L}]{0,3}){0,2}$/iu;
const PHONE_BEFORE =
  /(?:\b(?:phone|telephone|tel|call|cell|mobile|fax|reach|text|whatsapp|number)\b|电话|手机|传真|微信|号码)\D{0,20}$/iu;
const NANP = /^1?[2-9]\d{2}[2-9]\d{6}$/;
const CN_MOBILE = /^(?:00)?(?:86)?1[3-9]\d{9}$/;
const TRUNK = /^0[1-9]\d{7,10}$/;
/** 1,000,000 and 2026-11-22 and 12:30 are quantities and times, and nobody's. */
const QUANTITY = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const DATE =
  /^(?:(?:1[89]|20)\d{2}[-./](?:0?[1-9]|1[0-2])[-./](?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|[12]\d|3[01])[-./](?:(?:1[89]|20)\d{2}))$/;
/** Somebody counts. */
const COUNTING = '12345678910111213141516171819202122232425';
/** Any number of so many digits is taken for somebody's. */
const LONG = 8;

function numbers(text: string, run: DigitRun): Found[] {
  const { digits, start, end } = run;
  const written = text.slice(start, end);
  const before = text.slice(Math.max(0, start - 60), start);
  if (digits.length >= 3 && SECRET_NUMBER.test(before)) {
    return [{ kind: /social|ssn|身份证/i.test(before) && digits.length > 6 ? 'id' : 'secret', start, end }];
  }
  const inside = identifiersIn(run);
  if (inside.length > 0) return inside;
  if (digits.length < 7 || QUANTITY.test(written) || DATE.test(written) || COUNTING.startsWith(digits)) return [];
  const plus = /\+\s?$|\bplus\s$/iu.exec(before);
  const from = plus ? start - plus[0].length : start;
  const isPhone =
    Boolean(plus) ||
    NANP.test(digits) ||
    CN_MOBILE.test(digits) ||
    TRUNK.test(digits) ||
    (digits.length <= 15 && PHONE_BEFORE.test(before)) ||
    /^\d{3}[-. ]\d{4}$/.test(written);
  if (isPhone && digits.length <= 18) return [{ kind: 'phone', start: withBracket(text, from), end }];
  return digits.length >= LONG ? [{ kind: 'number', start, end }] : [];
}

/** Cards and resident ids that begin and end with pieces of the run: it may hold an expiry date or a second number too. */
function identifiersIn(run: DigitRun): Found[] {
  const { pieces } = run;
  for (let from = 0; from < pieces.length; from++) {
    let to = from;
    for (let count = 0; to < pieces.length && count < 19; to++) {
      count += pieces[to]?.digits.length ?? 0;
      const part = runOf(pieces.slice(from, to + 1));
      const kind = identifierOf(part.digits);
      if (!kind) continue;
      const rest = runOf(pieces.slice(to + 1));
      const later = rest.pieces.length > 0 ? identifiersIn(rest) : [];
      // What stands beside a card is its expiry date or its code.
      const whole = kind === 'card' ? run : part;
      return [{ kind, start: whole.start, end: whole.end }, ...later];
    }
  }
  return [];
}

function identifierOf(digits: string): Kind | undefined {
  if (digits.length === 18 && chineseResidentId(digits)) return 'id';
  const isCard = digits.length >= 13 && digits.length <= 19 && /^[2-6]/.test(digits) && luhn(digits);
  return isCard ? 'card' : undefined;
}

/** The check digit X is no digit: "11010519491231002X", or said apart. */
function residentIdsWithX(text: string, runs: readonly DigitRun[]): Found[] {
  return runs.flatMap(({ digits, start, end }) => {
    const x = /^[\s-]{0,2}(?:x|叉)/iu.exec(text.slice(end, end + 4));
    return x && digits.length === 17 && chineseResidentId(`${digits}X`)
      ? [{ kind: 'id' as const, start, end: end + x[0].length }]
      : [];
  });
}

const withBracket = (text: string, at: number): number => (text[at - 1] === '(' ? at - 1 : at);

// ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────

const SPOKEN_NUMBER =
  '(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[- ](?:one|two|three|four|five|six|seven|eight|nine))?)'.replace(
    /(?<![a-z])[a-z](?=[a-z])/g,
    (first) => `[${first}${first.toUpperCase()}]`,
  );
const ROAD =
  '(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Square|Sq|Terrace|Parkway|Pkwy|Circle|Highway|Hwy|Crescent|Close|Way)';
const MORE =
  "(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Flat|#)\\.? ?\\w{1,6})?(?:, [A-Z][\\w' ]{1,30})?(?:,? [A-Z]{2} \\d{5}(?:-\\d{4})?)?";
const STREETS: readonly RegExp[] = [
  new RegExp(
    `\\b\\d{1,6}[a-zA-Z]?,? (?:[NSEW]\\.? |North |South |East |West )?(?:(?:[A-Z][\\w'’.-]{0,20}|\\d{1,3}(?:st|nd|rd|th)) ){1,4}${ROAD}\\b\\.?${MORE}`,
    'gu',
  ),
  new RegExp(`\\b(?:${SPOKEN_NUMBER}[ -]){1,3}(?:[A-Z][\\w'’.-]{1,20} ){1,3}${ROAD}\\b\\.?${MORE}`, 'gu'),
  /\b\d{1,6} (?!(?:the|a|this|that|my|our|from|down|of|on|per|minutes?|miles?|feet|metres?|meters?|blocks?|cars?|people|times?)\b)[a-z'’-]{2,20}(?: (?!(?:the|a|this|that|my|from|down|of|on|in|to|and|up)\b)[a-z'’-]{2,20})? (?:street|avenue|boulevard|lane)\b(?: (?:apartment|apt|suite|unit|flat) \w{1,6})?/giu,
];
const CN_NUMBER = '[0-9一二三四五六七八九十百零〇]';
const CN_STREET = new RegExp(
  `(?:[\\u4e00-\\u9fa5]{2,8}(?:省|自治区|市|区|县|镇|乡|村)){0,4}[\\u4e00-\\u9fa5]{1,8}(?:路|街|大道|大街|巷|弄|胡同|道)${CN_NUMBER}{1,6}(?:号|弄)(?:[\\u4e00-\\u9fa5]{0,10}?${CN_NUMBER}{1,5}(?:号楼|栋|幢|座|单元|层|楼|室|号)){0,4}`,
  'gu',
);
/** An estate or a tower with its building: "阳光小区3号楼2单元501室", "国贸大厦B座1203". */
const CN_ESTATE = new RegExp(
  `(?:[\\u4e00-\\u9fa5]{2,8}(?:省|自治区|市|区|县|镇|乡|村)){0,4}[\\u4e00-\\u9fa5]{2,10}(?:小区|花园|新村|公寓|大厦|家园|社区)(?:${CN_NUMBER}{1,4}|[A-Z])(?:号楼|栋|幢|座|号)(?:${CN_NUMBER}{1,5}(?:单元|层|楼|室|号)?){0,4}`,
  'gu',
);
/** The sentence that leads to an address is no part of it. */
const CN_LEAD = /^.{0,12}?(?:住在|住|位于|寄到|送到|搬到|地址是|地址为|地址|家在|就在|在|是|到)/u;

function addresses(text: string): Found[] {
  const streets = STREETS.flatMap((pattern) => [...text.matchAll(pattern)]).map(({ index, 0: match }) => ({
    start: index,
    end: index + match.length,
  }));
  const chinese = [CN_STREET, CN_ESTATE]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .map(({ index, 0: match }) => ({
      start: index + (CN_LEAD.exec(match)?.[0].length ?? 0),
      end: index + match.length,
    }));
  return [...streets, ...chinese].map((span): Found => ({ kind: 'address', ...span }));
}
