import type { Cue } from '../emotion/evidence.js';
import type { Transcript } from '../emotion/utterance.js';
import { chineseResidentId, iban, luhn } from './checksums.js';
import { digitRuns } from './digit-runs.js';
import { mapSpan, redact, redactEvidence, redactTranscript, touches } from './redact.js';

const cases: readonly (readonly [string, string])[] = [
  // e-mail
  ['write to john.smith+x@mail.example.co.uk please', 'write to [email] please'],
  ['It is john at gmail dot com, you know', 'It is [email], you know'],
  ['my mail is mary dot jones at example dot org', 'my mail is [email]'],
  ['mary_jones7 at gmail.com works', '[email] works'],
  ['that is j o h n at hotmail dot com', 'that is [email]'],
  ['我的邮箱是zhangsan@qq.com，谢谢', '我的邮箱是[email]，谢谢'],
  ['我的邮箱是 zhangsan 艾特 qq 点 com', '我的邮箱是 [email]'],
  // phones
  ['call me at (415) 555-2671 tonight', 'call me at [phone] tonight'],
  ['call me at 415.555.2671', 'call me at [phone]'],
  ['+44 20 7946 0958 is the office', '[phone] is the office'],
  ['dial 020 7946 0958', 'dial [phone]'],
  ['it is 555-2671', 'it is [phone]'],
  ['four one five five five five two six seven one', '[phone]'],
  ['Four one five, triple five, two six seven one, please.', '[phone], please.'],
  ['my number is two oh two, five five five, oh one four three', 'my number is [phone]'],
  ['my number is four fifteen, five five five, twenty-six seventy-one', 'my number is [phone]'],
  ['4-1-5-5-5-5-2-6-7-1', '[phone]'],
  ['我的电话是13800138000。', '我的电话是[phone]。'],
  ['打 138 0013 8000 找我', '打 [phone] 找我'],
  ['我的手机幺三八零零幺三八零零零', '我的手机[phone]'],
  ['一三八，零零一三，八零零零', '[phone]'],
  ['电话０１０－６５５５１２３４', '电话[phone]'],
  // cards
  ['the card is 4111 1111 1111 1111, ok', 'the card is [card], ok'],
  ['5500-0055-5555-5559', '[card]'],
  ['378282246310005', '[card]'],
  ['four one one one one one one one one one one one one one one one', '[card]'],
  ['卡号6212 2600 0000 0000 07', '卡号[secret]'],
  ['银行卡 6222 0212 3456 7890', '银行卡 [number]'],
  // IBAN
  ['DE89 3704 0044 0532 0130 00 is mine', '[iban] is mine'],
  ['GB82WEST12345698765432', '[iban]'],
  // national ids
  ['my social is 536-90-4399', 'my social is [id]'],
  ['social security number is five three six nine zero four three nine nine', 'social security number is [id]'],
  ['身份证号是11010519491231002X', '身份证号是[id]'],
  ['身份证 440524188001010014', '身份证 [id]'],
  ['110105194912310021', '[number]'],
  ['AB 12 34 56 C', '[id]'],
  ['我的香港身份证是A123456(3)', '我的香港身份证是[id]'],
  ['A123456789', '[id]'],
  ['车牌是京A·12345，谢谢', '车牌是[id]，谢谢'],
  ['粤BD12345停在楼下', '[id]停在楼下'],
  // passports
  ['my passport number is 533380006', 'my passport number is [passport]'],
  ['passport: X1234567', 'passport: [passport]'],
  ['护照号码是E12345678', '护照号码是[passport]'],
  // what is secret
  ['the PIN is 1234', 'the PIN is [secret]'],
  ['verification code: 80 21 77', 'verification code: [secret]'],
  ['验证码是 802177', '验证码是 [secret]'],
  ['我的QQ号是12345678', '我的QQ号是[secret]'],
  ['加我微信：zhang_san88', '加我微信：[secret]'],
  ['my password is Hunter2!', 'my password is [secret]'],
  // addresses of machines and pages
  ['ssh://root:hunter2@host.example/path and more', '[url] and more'],
  ['https://example.org/x?access_token=abc123&y=1', '[url]'],
  ['from 192.168.0.17 again', 'from [ip] again'],
  ['at 2001:db8::ff00:42:8329.', 'at [ip].'],
  // streets
  ['I live at 221B Baker Street, London', 'I live at [address]'],
  ['send it to 1600 Pennsylvania Avenue NW', 'send it to [address] NW'],
  ['It is 12 North Main St., Apt 4B, Springfield, IL 62704', 'It is [address]'],
  ['i live at 14 maple avenue apartment 3', 'i live at [address]'],
  ['Twenty two Acacia Avenue', '[address]'],
  ['P.O. Box 123', '[address]'],
  ['London SW1A 1AA', 'London [address]'],
  ['我住在北京市朝阳区建国路88号3单元502室', '我住在[address]'],
  ['上海市南京西路一百二十号', '[address]'],
  ['我家在阳光小区3号楼2单元501室', '我家在[address]'],
  ['寄到朝阳区国贸大厦B座1203', '寄到[address]'],
];

const harmless: readonly string[] = [
  "I'm fine.",
  'It is eleven o’clock.',
  'Maybe tomorrow it will be cold. I have seen it one or two times.',
  'One two three four five six seven eight nine ten!',
  'There were 1,234,567 people in 2024, I ran 5 miles down the road.',
  'On 2026-11-22 at 12:30:45 it cost $19.99, or 1,000,000.00 in all.',
  'twenty five thousand three hundred',
  'meet me at noon, look at that dot',
  'I walked 10 minutes to the street and 3 blocks up the lane.',
  'Version 1.2.3 of it, room 101, flight BA 117.',
  'I have two cats and one dog, and 3 of 4 said no.',
  '我很好，一点也不难过。',
  '我等了三个小时，花了一百二十块。',
  '我用微信和QQ聊天，住的小区很安静，大厦有三十层。',
  '二零二六年十一月二十二日',
  'Nine one one!',
  'It happened at 3:15, then 4:20, then 5:25.',
];

describe('redaction', () => {
  it.each(cases)('[PV12] %s', (text, expected) => {
    expect(redact(text).text).toBe(expected);
  });

  it.each(harmless)('[PV12] leaves alone: %s', (text) => {
    expect(redact(text)).toEqual({ text, removed: [] });
  });

  it('[PV12] holds in any company, twice over, and moves everything else along', () => {
    const random = seeded(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    const personal = cases.filter(([text]) => !/\bat\b|在|passport: |身份证 4|住/.test(text));
    for (let round = 0; round < 400; round++) {
      const parts = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
        random() < 0.5 ? pick(harmless) : pick(personal)[0],
      );
      const text = parts.join(' — well — ');
      const done = redact(text);
      const again = redact(done.text);
      expect(again.text).toBe(done.text);
      // What was not taken out is there, in order, and offsets lead to it.
      let last = 0;
      for (const { from, to, kind } of [...done.removed, { from: [text.length, text.length], to: [0, 0], kind: '' }]) {
        const between: [number, number] = [last, from[0]];
        if (between[1] > between[0]) {
          expect(touches(done, between)).toBe(false);
          expect(done.text.slice(...mapSpan(done, between))).toBe(text.slice(...between));
        }
        if (kind) expect(done.text.slice(...(to as [number, number]))).toBe(`[${kind}]`);
        last = from[1]!;
      }
      for (const part of parts) {
        const alone = cases.find(([one]) => one === part);
        if (alone) expect(done.text).toContain(alone[1]);
        else expect(done.text).toContain(part);
      }
    }
  });

  it('[PV12] finds any card, phone and account number, however it is written', () => {
    const random = seeded(11);
    const digit = (): number => Math.floor(random() * 10);
    const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
    const write: readonly ((digits: string) => string)[] = [
      (digits) => digits,
      (digits) => digits.replace(/(\d{4})(?=\d)/g, '$1 '),
      (digits) => digits.replace(/(\d{3})(?=\d)/g, '$1-'),
      (digits) =>
        digits
          .split('')
          .map((d) => words[Number(d)])
          .join(' '),
      (digits) =>
        digits
          .split('')
          .map((d) => '零一二三四五六七八九'[Number(d)])
          .join(''),
    ];
    for (let round = 0; round < 200; round++) {
      const body = `4${Array.from({ length: 14 }, digit).join('')}`;
      const check = '0123456789'.split('').find((c) => luhn(body + c))!;
      const phone = `1${3 + Math.floor(random() * 7)}${Array.from({ length: 9 }, digit).join('')}`;
      for (const how of write) {
        expect(redact(`It is ${how(body + check)}.`).text).toBe('It is [card].');
        expect(redact(`It is ${how(phone)}.`).text).toBe('It is [phone].');
      }
    }
  });

  it('[PV12] takes a text of any size and kind', () => {
    expect(redact('')).toEqual({ text: '', removed: [] });
    for (const text of [
      'a'.repeat(100_000),
      '1'.repeat(100_000),
      'a at '.repeat(20_000),
      '中'.repeat(50_000),
      ': '.repeat(50_000),
    ]) {
      expect(typeof redact(text).text).toBe('string');
    }
  });
});

describe('a transcript', () => {
  const TRANSCRIPT: Transcript = {
    text: 'Call 415 555 2671 or I get angry.',
    language: 'en',
    confidence: 0.9,
    source: 'whisper',
    words: 'Call 415 555 2671 or I get angry.'
      .split(' ')
      .map((text, i) => ({ text, startMs: i * 100, endMs: i * 100 + 90, confidence: 0.9 })),
  };

  it('[PV12] loses the words that were taken out, and keeps when they were said', () => {
    const { transcript } = redactTranscript(TRANSCRIPT);
    expect(transcript.text).toBe('Call [phone] or I get angry.');
    expect(transcript.words?.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
      ['Call', 0, 90],
      ['[phone]', 100, 390],
      ['or', 400, 490],
      ['I', 500, 590],
      ['get', 600, 690],
      ['angry.', 700, 790],
    ]);
    expect(JSON.stringify(transcript)).not.toMatch(/415|555|2671/);
  });

  it('[PV12] has cues that point at the same words, and quote nothing that was taken out', () => {
    const { redacted } = redactTranscript(TRANSCRIPT);
    const cue = (quote: string): Cue => {
      const at = TRANSCRIPT.text.indexOf(quote);
      return { modality: 'text', name: 'word', quote, toward: 'angry', weight: 1, textSpan: [at, at + quote.length] };
    };
    const evidence = redactEvidence(
      {
        modality: 'text',
        status: 'available',
        scores: {},
        prior: {},
        quality: { asrConfidence: 1, contentWords: 3, languageSupported: true },
        cues: [cue('angry'), cue('2671')],
        model: { name: 'm', sha256: 'x' },
      },
      redacted,
    );
    const cues = evidence.status === 'available' ? evidence.cues : [];
    expect(cues.map(({ quote, textSpan }) => [quote, redacted.text.slice(...textSpan!)])).toEqual([
      ['angry', 'angry'],
      ['[phone]', '[phone]'],
    ]);
  });
});

describe('check digits', () => {
  it('[PV12] of cards, residents and accounts tell a slip from the real thing', () => {
    expect([luhn('4111111111111111'), luhn('4111111111111112')]).toEqual([true, false]);
    expect([chineseResidentId('11010519491231002X'), chineseResidentId('110105194912310021')]).toEqual([true, false]);
    expect([iban('DE89370400440532013000'), iban('DE89370400440532013001'), iban('XX00')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('[PV12] are looked for in digits however they were said', () => {
    expect(digitRuns('double four, oh one — twenty-three; and 7').map(({ digits }) => digits)).toEqual([
      '4401',
      '23',
      '7',
    ]);
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}
