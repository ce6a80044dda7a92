import { CLASSIC_MFCC_COUNT } from '../../src/audio/classic-mfcc.js';
import { MEL_BANDS } from '../../src/audio/features.js';
import { FUNCTIONAL_NAMES } from '../../src/audio/functionals.js';
import type { Emotion } from '../../src/emotion/scores.js';
import { normal, rngOf } from '../common/rng.js';
import type { Sample } from './samples.js';

const TAUGHT: readonly Emotion[] = ['neutral', 'happy', 'angry'];

/**
 * Made-up speakers of two corpora whose emotions can be told apart both by functionals and by the picture: each emotion raises every
 * third functional and a region of the bands. Listeners voted on the clips of the first corpus.
 */
export function madeUpSamples(count: number, speakers: number, seed: number): Sample[] {
  const rng = rngOf(seed);
  const voices = Array.from({ length: speakers }, () => 1.5 * normal(rng));
  return Array.from({ length: count }, (_, i): Sample => {
    const kind = i % TAUGHT.length;
    const emotion = TAUGHT[kind] ?? 'neutral';
    const speaker = Math.floor(i / TAUGHT.length) % speakers;
    const voice = voices[speaker] ?? 0;
    const frames = 30 + Math.floor(rng() * 40);
    const logMel = Float32Array.from({ length: frames * MEL_BANDS }, (_, at) => {
      const region = Math.floor(((at % MEL_BANDS) * TAUGHT.length) / MEL_BANDS);
      return -4 + voice + normal(rng) + (region === kind ? 1.5 : 0);
    });
    const bandMean = Float32Array.from({ length: MEL_BANDS }, (_, band) => {
      let sum = 0;
      for (let frame = 0; frame < frames; frame++) sum += logMel[frame * MEL_BANDS + band] ?? 0;
      return sum / frames;
    });
    const functionals = Float32Array.from(
      FUNCTIONAL_NAMES,
      (_, d) => 5 + voice + normal(rng) + (d % TAUGHT.length === kind ? 1 : 0),
    );
    const corpus = speaker % 2 === 0 ? 'first' : 'second';
    return {
      corpus,
      path: `${corpus}/${i}.wav`,
      speaker: `${corpus}/${speaker}`,
      emotion,
      ...(corpus === 'first' && { votes: { neutral: 3, angry: 1, [emotion]: 6 } }),
      variants: [
        { functionals, classic: new Float32Array(CLASSIC_MFCC_COUNT), spectrogram: { frames, logMel, bandMean } },
      ],
    };
  });
}
