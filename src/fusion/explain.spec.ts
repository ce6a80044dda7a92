import { unavailable, type Cue } from '../emotion/evidence.js';
import type { PartialScores } from '../emotion/scores.js';
import { fuse, peaked, NO_TEXT, NO_VOICE, textOf, voiceOf } from './evidence.fixture.js';
import { quotable } from './explain.js';

const PITCH: Cue = {
  modality: 'voice',
  name: 'pitchHeight',
  detail: 'pitch lower than usual, −1.8 σ',
  toward: 'sad',
  weight: 0.9,
};
const SLOW: Cue = { ...PITCH, name: 'tempo', detail: 'slower than usual', weight: 0.4 };
const LOUD: Cue = { ...PITCH, name: 'loudness', detail: 'louder than usual', weight: -0.6 };
const AWFUL: Cue = {
  modality: 'text',
  name: 'word',
  detail: 'the word “awful”',
  toward: 'sad',
  weight: 1,
  textSpan: [7, 12],
};

const sadVoice = voiceOf(peaked({ sad: 0.72 }), { cues: [SLOW, LOUD, PITCH] });
const plainText = textOf(peaked({ neutral: 0.7, happy: 0.2 }), {
  quality: { asrConfidence: 0.93, contentWords: 1, languageSupported: true },
  reassures: true,
});
const summary = (...args: Parameters<typeof fuse>): string => fuse(...args).explanation.summary;

describe('the summary', () => {
  it('[FU7] says that voice and words disagree', () => {
    expect(summary({ voice: sadVoice, text: plainText }, { words: "I'm fine." })).toBe(
      "Sad (61%): the voice sounds sad (pitch lower than usual, −1.8 σ; slower than usual) while the words “I'm fine.” " +
        'read neutral; voice and words disagree.',
    );
  });

  it('[FU7] says that they agree, with the reasons of both', () => {
    const text = textOf(peaked({ sad: 0.8 }), { cues: [AWFUL] });
    expect(summary({ voice: sadVoice, text }, { words: 'I feel awful' })).toBe(
      'Sad (97%): the voice sounds sad (pitch lower than usual, −1.8 σ; slower than usual) and the words ' +
        '“I feel awful” read sad (the word “awful”).',
    );
  });

  it('[FU7] of the voice alone says why there are no words', () => {
    expect(summary({ voice: sadVoice, text: NO_TEXT })).toBe(
      'Sad (72%): the voice sounds sad (pitch lower than usual, −1.8 σ; slower than usual); no words were sent.',
    );
    expect(summary({ voice: sadVoice, text: unavailable('text', 'modelUnavailable') })).toContain(
      'the models for words are not installed',
    );
  });

  it('[FU7] of the words alone says why there is no voice', () => {
    const text = textOf(peaked({ sad: 0.8 }), { cues: [AWFUL] });
    expect(summary({ voice: NO_VOICE, text })).toBe(
      'Sad (67%): the words read sad (the word “awful”); no voice was sent.',
    );
  });

  it('[FU7] names all emotions that a reading cannot tell apart, and agrees with a voice that names one of them', () => {
    const signs = (pleasant: number, plain: number, unpleasant: number): PartialScores => ({
      ...{ neutral: plain, happy: pleasant },
      ...{ angry: unpleasant / 4, sad: unpleasant / 4, fearful: unpleasant / 4, disgust: unpleasant / 4 },
    });
    const text = textOf(signs(0.05, 0.1, 0.85), { prior: signs(1 / 3, 1 / 3, 1 / 3) });
    const alone = fuse({ voice: NO_VOICE, text }).explanation;
    expect(alone.short).toMatch(/: words angry, sad, fearful, or disgusted$/);
    expect(alone.summary).toContain('the words read angry, sad, fearful, or disgusted; no voice was sent');
    expect(fuse({ voice: NO_VOICE, text }, { locale: 'zh' }).explanation.summary).toContain(
      '话语读来愤怒、悲伤、恐惧或厌恶；没有收到声音',
    );
    expect(summary({ voice: sadVoice, text })).toMatch(
      /: the voice sounds sad \(.+\) and the words read angry, sad, fearful, or disgusted\.$/,
    );
    const nothing = textOf(signs(1 / 3, 1 / 3, 1 / 3), { prior: signs(1 / 3, 1 / 3, 1 / 3) });
    expect(summary({ voice: sadVoice, text: nothing })).toContain('the words read neutral');
  });

  it('[FU7] names a gate that lowered a modality much, and lists them all', () => {
    const text = { ...plainText, quality: { asrConfidence: 0.41, contentWords: 2, languageSupported: true } };
    const { explanation } = fuse({ voice: sadVoice, text }, { words: "I'm fine, really." });
    expect(explanation.summary).toMatch(/ Words counted little: recognition confidence 0\.41\.$/);
    expect(explanation.gates).toEqual([
      'words counted little: recognition confidence 0.41',
      'words counted less: 2 content words',
    ]);
  });

  it('[FU7] says that a modality of no weight is not counted, and quotes none of it', () => {
    const text = { ...plainText, quality: { ...plainText.quality, languageSupported: false } };
    const sentence = summary({ voice: sadVoice, text }, { words: 'Det går bra' });
    expect(sentence).toContain('words not counted: a language the text model does not read');
    expect(sentence).not.toContain('Det går bra');
  });

  it('[FU7] says where the decision is what neither reads alone', () => {
    const voice = voiceOf(peaked({ sad: 0.5, fearful: 0.45 }));
    const text = textOf(peaked({ surprised: 0.5, fearful: 0.45 }));
    expect(summary({ voice, text })).toMatch(/^Fearful .* taken together they point to fearful\.$/);
  });

  it('[FU7] says where a model’s own prior turns the decision', () => {
    const voice = voiceOf(peaked({ neutral: 0.5, sad: 0.4 }), { prior: peaked({ neutral: 0.8 }) });
    expect(summary({ voice, text: NO_TEXT })).toContain('set against how often its model expects each emotion');
  });

  it.each([
    [NO_VOICE, NO_TEXT, 'No decision, there is nothing to go by: no voice was sent; no words were sent.'],
    [unavailable('voice', 'tooShort'), NO_TEXT, 'No decision, too little to go by: the voice is too short to read'],
    [
      voiceOf(peaked({ sad: 0.46, angry: 0.45 })),
      NO_TEXT,
      'No decision, too ambiguous (sad 46%, angry 45%): the voice sounds sad; no words were sent.',
    ],
    [
      voiceOf(peaked({ sad: 0.9 }), { quality: { voicedMs: 2000, snrDb: -2, clipping: 0 } }),
      NO_TEXT,
      'No decision, the quality is too low: the voice sounds sad',
    ],
  ])('[FU7] of an abstention gives the reason', (voice, text, start) => {
    expect(summary({ voice, text }).startsWith(start)).toBe(true);
  });
});

describe('the cues', () => {
  it('[FU8] of both modalities stand in one ranking, scaled by the reliability', () => {
    const text = textOf(peaked({ sad: 0.8 }), { cues: [AWFUL] });
    const { cues } = fuse({ voice: sadVoice, text }).explanation;
    expect(cues.map((cue) => [cue.detail, cue.weight])).toEqual([
      [PITCH.detail, 0.9],
      [AWFUL.detail, expect.closeTo(Math.log(0.2 + 0.8 * 5.6) / Math.log(5.6), 12)],
      [LOUD.detail, -0.6],
      [SLOW.detail, 0.4],
    ]);
    expect(cues[1]?.textSpan).toEqual([7, 12]);
  });

  it('[FU8] of a modality that does not count are left out', () => {
    const quality = { asrConfidence: 0.1, contentWords: 4, languageSupported: true };
    const text = textOf(peaked({ sad: 0.8 }), { cues: [AWFUL], quality });
    expect(fuse({ voice: sadVoice, text }).explanation.cues.map((cue) => cue.modality)).toEqual([
      'voice',
      'voice',
      'voice',
    ]);
  });

  it('[FU7] are named in the summary only where they speak for what the modality reads', () => {
    const sentence = summary({ voice: sadVoice, text: NO_TEXT });
    expect(sentence).not.toContain(LOUD.detail);
    const elsewhere = { ...PITCH, toward: 'angry' as const };
    expect(summary({ voice: { ...sadVoice, cues: [elsewhere] }, text: NO_TEXT })).not.toContain(PITCH.detail);
  });
});

describe('the counterfactual', () => {
  it('[FU8] is null where nothing would be left', () => {
    const voiceOnly = fuse({ voice: sadVoice, text: NO_TEXT });
    const { label, confidence } = voiceOnly.decision;
    expect(voiceOnly.explanation.counterfactual).toMatchObject({ withoutVoice: null, withoutText: { label } });
    expect(voiceOnly.explanation.counterfactual.withoutText?.confidence).toBeCloseTo(confidence, 12);
    expect(fuse({ voice: NO_VOICE, text: NO_TEXT }).explanation.counterfactual).toEqual({
      withoutVoice: null,
      withoutText: null,
      tippingPoints: [],
    });
  });
});

describe('the quotation', () => {
  it.each([
    ["I'm fine.", "I'm fine."],
    ['  two\n lines\u0000\u202e ', 'two lines'],
    ['she said “no”', "she said 'no'"],
    ['', undefined],
    [' \n ', undefined],
    [undefined, undefined],
  ])('[FU7] of %j is %j', (words, quote) => {
    expect(quotable(words)).toBe(quote);
  });

  it('[FU7] of a megabyte is one line, and cuts no character in half', () => {
    expect(quotable('😀'.repeat(500_000))).toBe(`${'😀'.repeat(60)}…`);
  });
});
