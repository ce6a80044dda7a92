import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VOICE_CUES } from '../../src/audio/acoustic-cues.js';
import type { AcousticModel, VoiceReading } from '../../src/audio/acoustic.model.js';
import type { AvailableEvidence, Cue } from '../../src/emotion/evidence.js';
import { EMOTIONS } from '../../src/emotion/scores.js';
import { SAMPLE_RATE } from '../../src/emotion/utterance.js';

/** Deterministic noise in −1..1. */
function noise(length: number, amplitude = 1): Float32Array {
  let state = 12_345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/** A buzz whose pitch glides and whose loudness comes and goes four times a second: voiced, like speech at its simplest. */
export function buzz(seconds: number, hz = 150): Float32Array {
  let phase = 0;
  return Float32Array.from({ length: Math.round(seconds * SAMPLE_RATE) }, (_, i) => {
    const t = i / SAMPLE_RATE;
    phase += (hz * (1 + 0.2 * Math.sin(2 * Math.PI * 0.7 * t))) / SAMPLE_RATE;
    return 0.4 * ((phase % 1) - 0.5) * (0.6 + 0.4 * Math.sin(2 * Math.PI * 4 * t));
  });
}

const INPUTS: Readonly<Record<string, Float32Array>> = {
  'no sample': new Float32Array(0),
  'one sample': Float32Array.of(0.5),
  'a millisecond': noise(16),
  'a second of silence': new Float32Array(SAMPLE_RATE),
  'a second of noise': noise(SAMPLE_RATE, 0.3),
  'a clipped buzz': buzz(2).map((x) => Math.max(-1, Math.min(1, 40 * x))),
  'NaN and infinity': buzz(1).map((x, i) => (i % 50 === 0 ? NaN : i % 51 === 0 ? Infinity : x)),
  'a buzz of two seconds': buzz(2),
  'a minute': buzz(60),
};

/** What every acoustic model owes, whoever trained it. `load` is called once. */
export function acousticModelContract(name: string, load: () => Promise<AcousticModel>): void {
  describe(`acoustic model ${name}`, () => {
    let model: AcousticModel;
    beforeAll(async () => {
      model = await load();
    });
    afterAll(() => {
      model.release();
    });

    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    const available = ({ evidence }: VoiceReading): AvailableEvidence<'voice'> => {
      if (evidence.status !== 'available') throw new Error(evidence.reason);
      return evidence;
    };

    it.each(Object.keys(INPUTS))('[AC2] gives %s finite scores that sum to 1, or a reason', (input) => {
      const { evidence } = model.read(INPUTS[input]!);
      if (evidence.status === 'unavailable') {
        expect(['noSpeech', 'tooShort']).toContain(evidence.reason);
        return;
      }
      const scores = Object.values(evidence.scores);
      expect(Object.keys(evidence.scores)).toEqual(model.config.labels);
      expect(sum(scores)).toBeCloseTo(1, 6);
      expect(Math.min(...scores)).toBeGreaterThan(0);
      for (const cue of evidence.cues) expect(Number.isFinite(cue.weight)).toBe(true);
    });

    it('[AC3] abstains on silence and on what is too short, and reads a buzz', () => {
      expect(model.read(INPUTS['a second of silence']!).evidence).toMatchObject({
        status: 'unavailable',
        reason: 'noSpeech',
      });
      expect(model.read(INPUTS['one sample']!).evidence.status).toBe('unavailable');
      expect(model.read(buzz(0.12)).evidence).toMatchObject({ status: 'unavailable', reason: 'tooShort' });
      expect(available(model.read(buzz(2))).quality.voicedMs).toBeGreaterThan(1000);
    });

    it('[AC4] gives the same samples the same evidence, whatever was read in between', () => {
      const first = model.read(buzz(2));
      model.read(INPUTS['a clipped buzz']!);
      expect(model.read(buzz(2))).toEqual(first);
    });

    it('[AC5] has a prior over its labels, which are emotions, each once', () => {
      const { prior } = available(model.read(buzz(2)));
      expect(sum(Object.values(prior))).toBeCloseTo(1, 6);
      expect(Object.keys(prior)).toEqual(EMOTIONS.filter((emotion) => model.config.labels.includes(emotion)));
    });

    it('[AC1] names every cue group once, toward its top label, the strongest first, and they sum to its log-odds', () => {
      const { cues, scores } = available(model.read(buzz(2, 230)));
      const [top, p] = Object.entries(scores).reduce((best, entry) => (entry[1] > best[1] ? entry : best));
      // A model that does not look at the picture has nothing to say of its pattern.
      const seen = model.config.networks.some((network) => network.kind !== 'dense');
      expect(cues.map((cue) => cue.name).sort()).toEqual(
        VOICE_CUES.filter((name) => seen || name !== 'pattern').sort(),
      );
      expect(new Set(cues.map((cue) => cue.toward))).toEqual(new Set([top]));
      const strengths = cues.map((cue) => Math.abs(cue.weight));
      expect(strengths).toEqual([...strengths].sort((a, b) => b - a));
      expect(sum(cues.map((cue) => cue.weight))).toBeCloseTo(
        Math.log(p / (1 - p)) - model.logOddsOfAverage(cues[0]!.toward),
        4,
      );
    });

    it('[AC6] says the σ of the training population in each cue', () => {
      const pitchOf = (hz: number): Cue | undefined =>
        available(model.read(buzz(2, hz))).cues.find((cue) => cue.name === 'pitchHeight');
      expect(pitchOf(450)).toMatchObject({ unit: 'sigma' });
      expect(pitchOf(450)?.value).toBeGreaterThan(0.5);
      expect(pitchOf(75)?.value).toBeLessThan(-0.5);
    });

    it('[AC7] does not hear the gain of the microphone', () => {
      const loud = available(model.read(buzz(2))).scores;
      const quiet = available(model.read(buzz(2).map((x) => 0.05 * x))).scores;
      for (const label of model.config.labels) expect(quiet[label]).toBeCloseTo(loud[label]!, 2);
    });
  });
}
