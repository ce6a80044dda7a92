import { MEL_BANDS } from './features.js';
import { FUNCTIONAL_NAMES } from './functionals.js';
import {
  emptyBaseline,
  standardise,
  usualSpectrum,
  withSpeech,
  type Population,
  type SpeakerBaseline,
  type SpeechSummary,
} from './speaker-baseline.js';

const population: Population = {
  indices: [0, 3, 7],
  mean: [10, 20, 30],
  sd: [1, 2, 3],
  bandShape: Array.from({ length: MEL_BANDS }, (_, band) => (band % 2 === 0 ? 1 : -1)),
};

/** An utterance whose functionals all have one value, at some level. */
function speech(value: number, level = -5): SpeechSummary {
  return {
    functionals: Float32Array.from(FUNCTIONAL_NAMES, () => value),
    bandMean: new Float32Array(MEL_BANDS).fill(level),
  };
}

function after(values: readonly number[], level = -5): SpeakerBaseline {
  return values.reduce((baseline, value) => withSpeech(baseline, speech(value, level)), emptyBaseline());
}

describe('speaker baseline', () => {
  it('[AC11] an empty one changes nothing', () => {
    const { functionals, bandMean } = speech(17);
    expect(standardise(functionals, population, emptyBaseline())).toEqual(standardise(functionals, population));
    expect(usualSpectrum(bandMean, population, emptyBaseline())).toEqual(usualSpectrum(bandMean, population));
  });

  it('[AC11] brings a speaker who differs from the population to 0 as the acquaintance grows', () => {
    const distance = (utterances: number): number => {
      const baseline = after(Array.from({ length: utterances }, (_, i) => 14 + (i % 2)));
      return Math.abs(standardise(speech(14.5).functionals, population, baseline)[0] ?? NaN);
    };
    const [none, few, many] = [distance(0), distance(4), distance(40)];
    expect(none).toBeGreaterThan(4);
    expect(few).toBeLessThan(none / 2);
    expect(many).toBeLessThan(0.5);
  });

  it('[AC11] learns mean and variance as they are', () => {
    const { utterances, mean, variance, bandMean } = after([1, 2, 3, 4], -7);
    expect(utterances).toBe(4);
    expect(mean[5]).toBeCloseTo(2.5, 9);
    expect(variance[5]).toBeCloseTo(1.25, 9);
    expect(bandMean[5]).toBeCloseTo(-7, 6);
  });

  it('[AC11] forgets slowly, so that a voice which changes for good becomes the usual one, in constant memory', () => {
    const early = Array.from({ length: 300 }, () => 10);
    const baseline = after([...early, ...Array.from({ length: 400 }, () => 20)]);
    expect(baseline.mean[0]).toBeGreaterThan(19);
    expect(baseline.mean).toHaveLength(FUNCTIONAL_NAMES.length);
  });

  it("is the level of the utterance itself while the speaker is unknown, and the speaker's own later", () => {
    const loud = new Float32Array(MEL_BANDS).fill(2);
    expect(usualSpectrum(loud, population)[0]).toBeCloseTo(3, 6);
    expect(usualSpectrum(loud, population, after(new Array<number>(200).fill(0), -5))[0]).toBeCloseTo(-5, 0);
  });

  it('gives 0 for what is no number and cuts what is extreme', () => {
    const functionals = Float32Array.from(FUNCTIONAL_NAMES, () => NaN);
    functionals[3] = 1e9;
    expect([...standardise(functionals, population)]).toEqual([0, 5, 0]);
  });
});
