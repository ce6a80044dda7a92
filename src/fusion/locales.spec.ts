import { unavailable, type Cue } from '../emotion/evidence.js';
import { LOCALES, type FusedEmotion, type Locale } from '../emotion/fused.js';
import { EMOTIONS } from '../emotion/scores.js';
import { fuse, NO_TEXT, peaked, randomEvidence, randomOf, textOf, voiceOf } from './evidence.fixture.js';
import { messagesOf } from './locales.js';

const PITCH: Cue = {
  modality: 'voice',
  name: 'pitchHeight',
  value: -1.8,
  unit: 'sigma',
  toward: 'sad',
  weight: 0.9,
  audioMs: [1_200, 2_450],
};
const TEMPO: Cue = { ...PITCH, name: 'tempo', value: -0.9, unit: 'speakerSigma', weight: 0.4 };
const AWFUL: Cue = { modality: 'text', name: 'word', quote: 'fine', toward: 'neutral', weight: 1, textSpan: [4, 8] };

const cold = {
  voice: voiceOf(peaked({ sad: 0.72 }), { cues: [TEMPO, PITCH] }),
  text: textOf(peaked({ neutral: 0.7, happy: 0.2 }), {
    cues: [AWFUL],
    quality: { asrConfidence: 0.41, contentWords: 1, languageSupported: true },
  }),
};

describe('the forms of an explanation', () => {
  it('[FU10] are one line for a bot, a sentence, and a paragraph for an analyst', () => {
    const { short, summary, paragraph } = fuse(cold, { words: "I'm fine." }).explanation;
    const blurred = [short, summary, paragraph].map((text) => text.replaceAll(/(?<=[( ])\d+%/gu, '#%'));
    expect(blurred[0]).toBe('Sad (#%): voice sad, words neutral');
    expect(blurred[1]).toBe(
      "Sad (#%): the voice sounds sad (pitch lower than usual, −1.8 σ; speech slower than this speaker's usual, " +
        "−0.9 σ); the words “I'm fine.” read neutral (the word “fine”). Words counted little: recognition confidence 0.41.",
    );
    expect(
      blurred[2]?.slice(blurred[1]?.length).replaceAll(/(?<=trusted |of )\d\.\d+|\+0\.\d\d(?= for neutral)/gu, '#'),
    ).toBe(
      ' Evidence in log-odds: pitch lower than usual, −1.8 σ, 1.2–2.5 s: +0.90 for sad; ' +
        "speech slower than this speaker's usual, −0.9 σ, 1.2–2.5 s: +0.40 for sad; " +
        'the word “fine”, characters 4–8: # for neutral. ' +
        'Trust: voice 1, words 0.11; words counted little: recognition confidence 0.41; words counted less: 1 content word. ' +
        'Without the voice: neutral (#%); without the words: sad (#%). ' +
        'With the voice trusted # instead of 1 it would be neutral. ' +
        'With the words trusted # instead of # it would be neutral. ' +
        'At #% coverage: sad, neutral, happy, angry, fearful.',
    );
  });

  it('[FU10] are Chinese throughout where Chinese was asked for', () => {
    const { short, summary, paragraph, gates, cues } = fuse(cold, { words: "I'm fine.", locale: 'zh' }).explanation;
    expect(short).toMatch(/^悲伤（\d+%）：声音悲伤，话语平静$/);
    expect(summary.replace(/\d+%/u, '#%')).toBe(
      '悲伤（#%）：声音听起来悲伤（音高比常人更低，−1.8 σ；语速比此人平时更慢，−0.9 σ）；' +
        "话语“I'm fine.”读来平静（词语“fine”）。话语权重很低：识别置信度 0.41。",
    );
    expect(gates).toEqual(['话语权重很低：识别置信度 0.41', '话语权重降低：仅 1 个实词']);
    for (const text of [paragraph, ...cues.map((cue) => cue.detail)]) {
      expect(text.replaceAll("I'm fine.", '').replaceAll('fine', '')).not.toMatch(/[A-Za-z]/);
    }
  });

  it('[FU10] name a disagreement in one line', () => {
    const pair = { ...cold, text: textOf(peaked({ neutral: 0.9 }), { reassures: true }) };
    expect(fuse(pair).explanation.short).toMatch(/: voice sad, words neutral; they disagree$/);
    expect(fuse(pair, { locale: 'zh' }).explanation.short).toMatch(/：声音悲伤，话语平静；两者不一致$/);
    expect(fuse({ voice: unavailable('voice', 'tooShort'), text: NO_TEXT }).explanation.short).toBe(
      'No decision, too little to go by',
    );
  });
});

/** A phrase as a pattern that matches just it. */
const literal = (phrase: string): string => phrase.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a sentence may say of itself: everything else must come from the data. */
const FRAME: Readonly<Record<Locale, readonly string[]>> = {
  en: [
    ...[
      'the voice',
      'the words',
      'sounds',
      'read',
      'while',
      'and',
      'voice and words disagree',
      'taken together',
      'they',
    ],
    ...['they point to', 'that points to', 'set against how often its model expects each emotion', 'No decision', 'or'],
    ...['there is nothing to go by', 'too little to go by', 'the quality is too low', 'too ambiguous', 'is', 'are'],
    ...[
      'not counted',
      'they disagree',
      'evidence in log-odds',
      'for',
      'characters',
      'trust',
      'voice',
      'words',
      'without',
    ],
    ...['nothing to go by', 'with', 'trusted', 'instead of', 'it would be', 'at', 'coverage', 'over', ' s:'],
  ],
  zh: [
    ...[
      '声音听起来',
      '声音',
      '话语',
      '读来',
      '，而',
      '声音与话语不一致',
      '合在一起指向',
      '这指向',
      '不作判断',
      '没有依据',
    ],
    ...[
      '与模型对各种情绪的预期相比',
      '依据太少',
      '质量太低',
      '难以区分',
      '未计入',
      '两者不一致',
      '依据（对数几率）',
      '对',
    ],
    ...['可信度', '若没有', '若', '的可信度为', '而非', '则会判为', '覆盖率', '时', '超过', '第', '个字符', '秒'],
  ],
};

/** Every number that a result holds, as a sentence may write it. */
function numbersOf({ decision, scores, modalities, explanation, coverage }: FusedEmotion, locale: Locale): Set<string> {
  const { counterfactual, cues } = explanation;
  const messages = messagesOf(locale);
  const format = (digits: [number, number]) =>
    new Intl.NumberFormat('en', { minimumFractionDigits: digits[0], maximumFractionDigits: digits[1] });
  const { withoutVoice, withoutText, tippingPoints } = counterfactual;
  const shares = [decision.confidence, coverage, withoutVoice?.confidence, withoutText?.confidence];
  const trusts = [
    modalities.voice.reliability,
    modalities.text.reliability,
    ...tippingPoints.map((t) => t.reliability),
  ];
  return new Set([
    ...[...shares, ...Object.values(scores)].flatMap((p) => (p === undefined ? [] : [messages.percent(p)])),
    ...trusts.map((trust) => format([0, 2]).format(trust)),
    ...cues.map(({ weight }) => format([2, 2]).format(Math.abs(weight))),
    ...cues.flatMap(({ textSpan, audioMs }) => [
      ...(textSpan ?? []).map(String),
      ...(audioMs ?? []).map((ms) => format([0, 1]).format(ms / 1000)),
    ]),
  ]);
}

describe.each(LOCALES)('in %s', (locale) => {
  const messages = messagesOf(locale);
  const frame = new RegExp(
    [...FRAME[locale], ...EMOTIONS.map((e) => messages.label(e))].sort((a, b) => b.length - a.length).join('|'),
    'giu',
  );

  it('[FU7] no form mentions a cue, word, gate or number that is not in the data', () => {
    const random = randomOf(12);
    for (let i = 0; i < 500; i++) {
      const pair = { voice: randomEvidence('voice', random), text: randomEvidence('text', random) };
      const result = fuse(pair, { words: 'so it goes', locale });
      const { short, summary, paragraph, gates, cues } = result.explanation;
      const given = [
        ...[pair.voice, pair.text].flatMap((e) =>
          e.status === 'available'
            ? e.cues.map((cue) => messages.cue(cue))
            : [messages.unavailable(e.modality, e.reason)],
        ),
        ...gates,
        'so it goes',
      ].sort((a, b) => b.length - a.length); // a phrase may begin another
      const numbers = numbersOf(result, locale);
      for (const text of [short, summary, paragraph]) {
        let rest = text;
        for (const phrase of given) rest = rest.replaceAll(new RegExp(literal(phrase), 'giu'), '');
        const unfounded = [...rest.matchAll(/(over |超过)?\d+(\.\d+)?%?/gu)].filter(([n]) => !numbers.has(n));
        expect(unfounded).toEqual([]);
        expect(rest.replaceAll(frame, '').replaceAll(/[\s\d.,:;()“”%+−–，。：；（）]+/gu, '')).toBe('');
      }
      expect(cues.map((cue) => cue.detail)).toEqual(cues.map((cue) => messages.cue(cue)));
      for (const m of ['voice', 'text'] as const) {
        const { top } = result.modalities[m];
        if (top === null) expect(short).not.toContain(locale === 'en' ? (m === 'voice' ? 'voice ' : 'words ') : m);
      }
    }
  });

  it('[FU10] every emotion, reason, cue and signal has a name', () => {
    const names = EMOTIONS.map((e) => messages.label(e));
    expect(new Set(names).size).toBe(EMOTIONS.length);
    for (const name of ['pitchHeight', 'pitchMovement', 'loudness', 'tempo', 'voiceQuality', 'timbre'])
      for (const value of [-2, -0.2, 2])
        for (const unit of ['sigma', 'speakerSigma'] as const) {
          const worded = messages.cue({ modality: 'voice', name, value, unit, toward: 'sad', weight: 1 });
          expect(worded.length).toBeGreaterThan(name === 'tempo' ? 8 : 6);
          expect(worded).toContain(`${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)} σ`);
        }
    expect(messages.cue({ modality: 'voice', name: 'pattern', toward: 'sad', weight: 1 })).not.toContain('pattern');
  });

  it('[FU10] a cue that no catalogue knows speaks in the words of its source', () => {
    const cue = {
      modality: 'voice',
      name: 'brow',
      detail: 'brows drawn together',
      toward: 'angry',
      weight: 1,
    } as const;
    expect(messages.cue(cue)).toBe('brows drawn together');
  });
});
