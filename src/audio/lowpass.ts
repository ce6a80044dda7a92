import { SAMPLE_RATE } from '../emotion/utterance.js';

/** Taps of the filter: a transition of about 0.6 kHz at 16 kHz. */
const TAPS = 95;

/** Hamming-windowed sinc, unit gain at 0 Hz; linear phase. `cutoffHz` is the −6 dB point. */
function lowpassTaps(cutoffHz: number): Float64Array {
  const middle = (TAPS - 1) / 2;
  const cutoff = (2 * cutoffHz) / SAMPLE_RATE;
  const taps = Float64Array.from({ length: TAPS }, (_, i) => {
    const t = Math.PI * cutoff * (i - middle);
    const sinc = t === 0 ? 1 : Math.sin(t) / t;
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * i) / (TAPS - 1)));
  });
  const gain = taps.reduce((a, b) => a + b, 0);
  return taps.map((tap) => tap / gain);
}

/** Low-passes a 16 kHz signal without delay and keeps every second sample: 8 kHz, the same moments. */
export function halveRate(samples: Float32Array, cutoffHz: number): Float32Array {
  const taps = lowpassTaps(cutoffHz);
  const middle = (TAPS - 1) / 2;
  // Zeros on both sides, so that the inner loop needs no bounds; linear phase lets mirrored samples share one product.
  const padded = new Float32Array(samples.length + 2 * middle);
  padded.set(samples, middle);
  const out = new Float32Array(Math.ceil(samples.length / 2));
  for (let i = 0; i < out.length; i++) {
    const centre = 2 * i + middle;
    let sum = (taps[middle] ?? 0) * (padded[centre] ?? 0);
    for (let k = 1; k <= middle; k++) {
      sum += (taps[middle + k] ?? 0) * ((padded[centre - k] ?? 0) + (padded[centre + k] ?? 0));
    }
    out[i] = sum;
  }
  return out;
}
