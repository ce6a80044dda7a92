/** Luhn, ISO/IEC 7812-1: payment cards. */
export function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const CN_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CN_CHECK = '10X98765432';

/** GB 11643-1999: 17 digits with a date of birth, and a check digit that may be X. */
export function chineseResidentId(id: string): boolean {
  if (!/^[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/i.test(id)) return false;
  const sum = CN_WEIGHTS.reduce((total, weight, i) => total + weight * Number(id[i]), 0);
  return CN_CHECK[sum % 11] === id.charAt(17).toUpperCase();
}

/** ISO 13616: lengths by country, from the registry of SWIFT. */
const IBAN_LENGTHS = new Map(
  (
    '15NO 16BE 18DK FI FO GL NL SD 19MK SI 20AT BA EE KZ LT LU MN XK 21CH CR HR LI LV 22BG BH DE GB GE IE ME RS VA ' +
    '23AE GI IL IQ OM SO TL 24AD CZ ES MD PK RO SA SE SK TN VG 25LY PT ST 26IS TR 27BI DJ FR GR IT MC MR SM ' +
    '28AL AZ BY CY DO GT HU LB NI PL SV 29BR EG PS QA UA 30JO KW MU YE 31MT SC 32LC 33RU'
  )
    .split(' ')
    .reduce<{ length: number; entries: [string, number][] }>(
      (state, item) => {
        const [, length, country] = /^(\d*)([A-Z]{2})$/.exec(item) ?? [];
        if (length) state.length = Number(length);
        if (country) state.entries.push([country, state.length]);
        return state;
      },
      { length: 0, entries: [] },
    ).entries,
);

/** How many characters the IBANs of a country have; undefined where it has none. */
export const ibanLength = (country: string): number | undefined => IBAN_LENGTHS.get(country.toUpperCase());

/** ISO 7064, MOD 97-10. */
export function iban(candidate: string): boolean {
  if (candidate.length !== ibanLength(candidate.slice(0, 2))) return false;
  const moved = (candidate.slice(4) + candidate.slice(0, 4)).toUpperCase();
  let rest = 0;
  for (const char of moved) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
