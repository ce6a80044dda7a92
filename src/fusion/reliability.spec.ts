import { UNCALIBRATED, fusionConfig, type Curve } from './config.js';
import { EVEN, randomAvailable, randomOf, textOf, voiceOf } from './evidence.fixture.js';
import { messagesOf } from './locales.js';
import { factorAt, reliabilityOf } from './reliability.js';

describe('factorAt', () => {
  const curve: Curve = [
    [0, 0],
    [10, 0.5],
    [20, 1],
  ];

  it.each([
    [-5, 0],
    [0, 0],
    [5, 0.25],
    [10, 0.5],
    [15, 0.75],
    [20, 1],
    [Infinity, 1],
    [-Infinity, 0],
    [NaN, 0],
  ])('[FU2] at a signal of %d is %d', (signal, factor) => {
    expect(factorAt(curve, signal)).toBeCloseTo(factor, 12);
  });

  it('[FU2] takes the worst factor of a falling curve for a signal that is no number', () => {
    const { clipping } = UNCALIBRATED.curves.voice;
    expect(factorAt(clipping, NaN)).toBe(0);
  });
});

describe('reliabilityOf', () => {
  it('[FU2] is the largest weight where nothing lowers it, and then names no gate', () => {
    expect(reliabilityOf(voiceOf(EVEN), UNCALIBRATED)).toEqual({ quality: 1, weight: 1, gates: [] });
    expect(reliabilityOf(textOf(EVEN), UNCALIBRATED)).toEqual({ quality: 1, weight: 0.8, gates: [] });
  });

  it('[FU2] is the product of the factors, and each factor below 1 is a gate, the strongest first', () => {
    const quality = { asrConfidence: 0.41, contentWords: 1, languageSupported: true };
    const { weight, gates } = reliabilityOf(textOf(EVEN, { quality }), UNCALIBRATED);
    expect(gates.map((gate) => [gate.signal, gate.value])).toEqual([
      ['asrConfidence', 0.41],
      ['contentWords', 1],
    ]);
    expect(weight).toBeCloseTo(0.8 * 0.28 * 0.5, 12);
  });

  it('[FU2] says in plain English what lowered it', () => {
    const text = textOf(EVEN, { quality: { asrConfidence: 0.41, contentWords: 0, languageSupported: false } });
    const voice = voiceOf(EVEN, { quality: { voicedMs: 420, snrDb: 3.2, clipping: 0.08 } });
    const details = [text, voice].flatMap((e) =>
      reliabilityOf(e, UNCALIBRATED).gates.map((gate) => messagesOf('en').gate(gate)),
    );
    expect(new Set(details)).toEqual(
      new Set([
        'words counted little: recognition confidence 0.41',
        'words counted little: no content word',
        'words not counted: a language the text model does not read',
        'voice counted little: only 0.4 s of voice',
        'voice counted little: signal-to-noise ratio 3.2 dB',
        'voice counted less: 8% of the samples clipped',
      ]),
    );
  });

  it('[FU2] never falls when one signal gets better', () => {
    const random = randomOf(2);
    for (let i = 0; i < 1000; i++) {
      const voice = randomAvailable('voice', random);
      const text = randomAvailable('text', random);
      const [v, t] = [voice.quality, text.quality];
      const better = [
        { ...v, voicedMs: v.voicedMs + random() * 500 },
        { ...v, snrDb: v.snrDb + random() * 10 },
        { ...v, clipping: v.clipping * random() },
      ].map((quality) => ({ ...voice, quality }));
      const betterText = [
        { ...t, asrConfidence: Math.min(1, t.asrConfidence + random() / 3) },
        { ...t, contentWords: t.contentWords + 1 },
        { ...t, languageSupported: true },
      ].map((quality) => ({ ...text, quality }));
      const weight = reliabilityOf(voice, UNCALIBRATED).weight;
      const textWeight = reliabilityOf(text, UNCALIBRATED).weight;
      const worst = Math.min(...better.map((e) => reliabilityOf(e, UNCALIBRATED).weight));
      const worstText = Math.min(...betterText.map((e) => reliabilityOf(e, UNCALIBRATED).weight));
      expect(worst).toBeGreaterThanOrEqual(weight);
      expect(worstText).toBeGreaterThanOrEqual(textWeight);
      expect(weight).toBeLessThanOrEqual(1);
      expect(textWeight).toBeLessThanOrEqual(0.8);
    }
  });
});

describe('fusionConfig', () => {
  const { ref, ...values } = UNCALIBRATED;
  const withCurve = (snrDb: Curve) => ({
    ...values,
    curves: { ...values.curves, voice: { ...values.curves.voice, snrDb } },
  });

  it('[FU3] is frozen through and through', () => {
    expect(Object.isFrozen(UNCALIBRATED.curves.voice.snrDb[0])).toBe(true);
    expect(() => Object.assign(UNCALIBRATED.maxWeight, { text: 1 })).toThrow(TypeError);
  });

  it('[FU3] is named by its content', () => {
    expect(fusionConfig(values).ref).toEqual(ref);
    expect(fusionConfig({ ...values, temperature: 1.5 }).ref.sha256).not.toBe(ref.sha256);
    expect(ref.sha256).toMatch(/^[0-9a-f]{12}$/);
  });

  it('[FU3] survives JSON', () => {
    expect(fusionConfig(JSON.parse(JSON.stringify(values)) as typeof values)).toEqual(UNCALIBRATED);
  });

  it.each([
    ['a factor above 1', withCurve([[0, 2]]), 'curves.voice.snrDb'],
    [
      'a curve that rises and falls',
      withCurve([
        [0, 0],
        [1, 1],
        [2, 0.5],
      ]),
      'curves.voice.snrDb',
    ],
    [
      'knots out of order',
      withCurve([
        [5, 0],
        [1, 1],
      ]),
      'curves.voice.snrDb',
    ],
    ['no knots', withCurve([]), 'curves.voice.snrDb'],
    ['a temperature of zero', { ...values, temperature: 0 }, 'temperature'],
    ['a prior that does not add up', { ...values, prior: { ...values.prior, sad: 0.5 } }, 'prior'],
    ['a weight above 1', { ...values, maxWeight: { voice: 1.2, text: 1 } }, 'maxWeight.voice'],
    ['a floor of zero', { ...values, floor: 0 }, 'floor'],
  ])('[FU3] refuses %s by name', (_what, bad, field) => {
    expect(() => fusionConfig(bad)).toThrow(field);
  });
});
