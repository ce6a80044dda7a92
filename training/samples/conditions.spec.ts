import { SAMPLE_RATE } from '../../src/emotion/utterance.js';
import {
  activePower,
  addNoise,
  babble,
  CONDITIONS,
  degrade,
  opus,
  pinkNoise,
  telephone,
  whiteNoise,
} from './conditions.js';
import { rngOf } from '../common/rng.js';

const powerOf = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, v) => sum + v * v, 0) / x.length;
const dB = (ratio: number): number => 10 * Math.log10(ratio);
const tone = (hz: number, seconds = 1, amplitude = 0.3): Float32Array =>
  Float32Array.from(
    { length: seconds * SAMPLE_RATE },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / SAMPLE_RATE),
  );

/** Amplitude of one frequency in the middle half, where filters have settled (Goertzel). */
function amplitudeAt(samples: Float32Array, hz: number): number {
  const middle = samples.subarray(samples.length / 4, (3 * samples.length) / 4);
  const w = (2 * Math.PI * hz) / SAMPLE_RATE;
  const turn = 2 * Math.cos(w);
  let [s1, s2] = [0, 0];
  for (const x of middle) [s1, s2] = [x + turn * s1 - s2, s1];
  return (2 * Math.hypot(s1 - s2 * Math.cos(w), s2 * Math.sin(w))) / middle.length;
}

/** A second of a voice-like buzz between half a second of silence: harmonics of 140 Hz that swell and fade. */
const speech = Float32Array.from({ length: 2 * SAMPLE_RATE }, (_, i) => {
  const t = i / SAMPLE_RATE - 0.5;
  if (t < 0 || t > 1) return 0;
  const harmonics = Array.from({ length: 20 }, (_h, h) => Math.sin(2 * Math.PI * 140 * (h + 1) * t) / (h + 1));
  return 0.1 * Math.sin(Math.PI * t) * harmonics.reduce((a, b) => a + b, 0);
});
const voices = [tone(200), tone(310, 0.7), tone(450, 1.3)];

describe('degrade', () => {
  it.each(CONDITIONS)('[DG1] %s keeps length and range, and is the same again for the same seed', (condition) => {
    for (const length of [speech.length, 0, 1, 319, 12_345]) {
      const input = speech.slice(8000, 8000 + length);
      const once = degrade(input, condition, rngOf(5), voices);
      expect(once).toHaveLength(input.length);
      expect(once.every((x) => Math.abs(x) <= 1)).toBe(true);
      expect(degrade(input, condition, rngOf(5), voices)).toEqual(once);
    }
  });

  it('[DG1] leaves its input alone, and another seed is another noise', () => {
    const before = speech.slice();
    for (const condition of CONDITIONS) degrade(speech, condition, rngOf(5), voices);
    expect(speech).toEqual(before);
    expect(degrade(speech, 'noise5', rngOf(6), voices)).not.toEqual(degrade(speech, 'noise5', rngOf(5), voices));
    expect(degrade(speech, 'clean', rngOf(5), voices)).toEqual(before);
  });

  it('[DG2] mixes white noise and babble in equal parts', () => {
    const noise = degrade(speech, 'noise20', rngOf(9), [tone(1000)]).map((x, i) => x - (speech[i] ?? 0));
    const fromBabble = amplitudeAt(noise, 1000) ** 2 / 2;
    expect(fromBabble / powerOf(noise)).toBeCloseTo(0.5, 1);
  });
});

describe('addNoise', () => {
  it.each([20, 10, 5, 0, -3])('[DG2] lies %s dB below the speech, pauses not counted', (snrDb) => {
    const noisy = addNoise(speech, whiteNoise(speech.length, rngOf(1)), snrDb);
    const noise = noisy.map((x, i) => x - (speech[i] ?? 0));
    // Independent of the code: the mean power of the middle second, in which the buzz sounds; its faint ends lie 30 dB below its peak.
    const spoken = powerOf(speech.subarray(SAMPLE_RATE / 2, (3 * SAMPLE_RATE) / 2));
    expect(Math.abs(dB(activePower(speech) / spoken))).toBeLessThan(0.4);
    expect(Math.abs(dB(activePower(speech) / powerOf(noise)) - snrDb)).toBeLessThan(0.1);
  });

  it('[DG2] hears the speech as loud with a minute of silence around it', () => {
    const quiet = new Float32Array(60 * SAMPLE_RATE);
    quiet.set(speech, 30 * SAMPLE_RATE);
    expect(dB(activePower(quiet) / activePower(speech))).toBeCloseTo(0, 1);
  });

  it('turns a sum down that would clip, and keeps the ratio', () => {
    const loud = tone(300, 1, 0.9);
    const noise = whiteNoise(loud.length, rngOf(2));
    const noisy = addNoise(loud, noise, 0);
    expect(Math.max(...noisy.map(Math.abs))).toBeCloseTo(1, 6);
    const left = amplitudeAt(noisy, 300) ** 2 / 2;
    expect(Math.abs(dB(left / (powerOf(noisy) - left)))).toBeLessThan(0.2);
  });

  it('repeats noise that is too short, and does nothing with none', () => {
    const noisy = addNoise(speech, Float32Array.of(1, -1), 10);
    expect(noisy[0]).toBeCloseTo(-(noisy[1] ?? 0), 6);
    expect(noisy[2]).toBeCloseTo(noisy[0] ?? 0, 6);
    expect(addNoise(speech, new Float32Array(8), 10)).toEqual(speech);
  });
});

describe('noises', () => {
  /** Power between two frequencies by a sum of single ones. */
  const band = (x: Float32Array, hz: number): number =>
    Array.from({ length: 60 }, (_, k) => amplitudeAt(x, hz * (1 + k / 60)) ** 2).reduce((a, b) => a + b, 0);

  it('white: unit variance and as much at each frequency; pink: 3 dB less per octave', () => {
    const white = whiteNoise(4 * SAMPLE_RATE, rngOf(3));
    expect(powerOf(white)).toBeCloseTo(1, 1);
    expect(Math.abs(dB(band(white, 2000) / band(white, 250)))).toBeLessThan(2);
    const pink = pinkNoise(4 * SAMPLE_RATE, rngOf(3));
    // Means of single frequencies: three octaves lie 9 dB apart.
    expect(Math.abs(dB(band(pink, 250) / band(pink, 2000)) - 9)).toBeLessThan(2);
  });

  it('babble: unit power, every voice as loud as the other', () => {
    expect(powerOf(babble(SAMPLE_RATE, rngOf(1), voices))).toBeCloseTo(1, 6);
    const [faint, loud] = [tone(200, 1, 0.001), tone(200, 1, 0.9)];
    const [a, b] = [babble(800, rngOf(4), [faint]), babble(800, rngOf(4), [loud])];
    a.forEach((x, i) => {
      expect(x).toBeCloseTo(b[i] ?? 0, 3);
    });
  });
});

describe('telephone', () => {
  it.each([
    [1000, -0.5, 0.5],
    [400, -1, 0.5],
    [3300, -1, 0.5],
    [300, -3.6, -2.4],
    [150, -Infinity, -30],
    [60, -Infinity, -35],
    [3900, -Infinity, -35],
    [5000, -Infinity, -35],
    [7000, -Infinity, -35],
  ])('[DG3] answers %s Hz with %s to %s dB', (hz, least, most) => {
    const gain = 2 * dB(amplitudeAt(telephone(tone(hz)), hz) / 0.3);
    expect(gain).toBeGreaterThanOrEqual(least);
    expect(gain).toBeLessThan(most);
  });

  it('[DG3] rounds as μ-law does: some 40 dB below the tone, at any level', () => {
    for (const amplitude of [0.5, 0.05]) {
      const heard = telephone(tone(1000, 1, amplitude)).subarray(4000, 12_000);
      const kept = amplitudeAt(telephone(tone(1000, 1, amplitude)), 1000) ** 2 / 2;
      const snr = dB(kept / (powerOf(heard) - kept));
      expect(snr).toBeGreaterThan(33);
      expect(snr).toBeLessThan(46);
    }
  });
});

describe('opus', () => {
  it('[DG4] keeps a voice at its moments, but not its samples', () => {
    const heard = opus(speech, 16);
    const likeness = (lag: number): number => {
      let sum = 0;
      for (let i = 8000; i < 24_000; i++) sum += (speech[i] ?? 0) * (heard[i + lag] ?? 0);
      return sum;
    };
    const lags = Array.from({ length: 201 }, (_, i) => i - 100);
    const best = lags.reduce((a, b) => (likeness(b) > likeness(a) ? b : a));
    expect(Math.abs(best)).toBeLessThanOrEqual(16); // 1 ms
    expect(dB(powerOf(heard) / powerOf(speech))).toBeGreaterThan(-3);
    expect(heard).not.toEqual(speech);
  });

  it('[DG4] loses more at fewer bits', () => {
    const loss = (kbps: number): number => powerOf(opus(speech, kbps).map((x, i) => x - (speech[i] ?? 0)));
    expect(loss(6)).toBeGreaterThan(loss(16));
    expect(loss(16)).toBeGreaterThan(loss(64));
  });
});
