interface Lowpass {
  /** −6 dB point as a share of the rate before, 0..0.5. */
  readonly cutoff: number;
  /** Length of the filter, odd: it falls from 0 to −50 dB within 3.3 / taps of the rate. */
  readonly taps: number;
}

/** Outputs computed side by side: their sums do not wait for each other. */
const AT_ONCE = 4;

/** Right half of a Hamming-windowed sinc with unit gain at 0 Hz, from its centre outwards. */
function halfSinc({ cutoff, taps }: Lowpass): Float64Array {
  const reach = (taps - 1) / 2;
  const half = Float64Array.from({ length: reach + 1 }, (_, i) => {
    const t = 2 * Math.PI * cutoff * i;
    return (i === 0 ? 1 : Math.sin(t) / t) * (0.54 + 0.46 * Math.cos((Math.PI * i) / reach));
  });
  const gain = 2 * half.reduce((a, b) => a + b) - 1;
  return half.map((tap) => tap / gain);
}

/** Low-passes a signal without delay and keeps every second sample, at the same moments. Outside the signal lie zeros. */
export function halveRate(samples: Float32Array, filter: Lowpass): Float32Array {
  const half = halfSinc(filter);
  const reach = half.length - 1;
  const out = new Float32Array(Math.ceil(samples.length / 2));
  const input = new Float64Array(2 * (out.length + AT_ONCE) + 2 * reach);
  input.set(samples, reach);
  // A half-band filter is zero at every even offset from its centre.
  const step = filter.cutoff === 0.25 ? 2 : 1;
  for (let i = 0; i < out.length; i += AT_ONCE) {
    const centre = 2 * i + reach;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let k = 1; k <= reach; k += step) {
      const tap = half[k] ?? 0;
      const left = centre - k;
      const right = centre + k;
      a += tap * ((input[left] ?? 0) + (input[right] ?? 0));
      b += tap * ((input[left + 2] ?? 0) + (input[right + 2] ?? 0));
      c += tap * ((input[left + 4] ?? 0) + (input[right + 4] ?? 0));
      d += tap * ((input[left + 6] ?? 0) + (input[right + 6] ?? 0));
    }
    const tap = half[0] ?? 0;
    out[i] = a + tap * (input[centre] ?? 0);
    out[i + 1] = b + tap * (input[centre + 2] ?? 0);
    out[i + 2] = c + tap * (input[centre + 4] ?? 0);
    out[i + 3] = d + tap * (input[centre + 6] ?? 0);
  }
  return out;
}

/** A copy with `before` zeros in front, and as many behind as make it `length` long. */
export function padded(samples: Float32Array, before: number, length: number): Float32Array {
  const out = new Float32Array(length);
  out.set(samples, before);
  return out;
}
