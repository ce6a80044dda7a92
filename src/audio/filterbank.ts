/** A bank of filters over the bins of a spectrum, each kept as its first bin and its non-zero weights. */
export type FilterBank = readonly { readonly start: number; readonly weights: Float64Array }[];

interface MelBankShape {
  readonly bands: number;
  readonly sampleRate: number;
  readonly fftSize: number;
  readonly minHz: number;
  readonly maxHz: number;
  /** `htk`: O'Shaughnessy's formula, peaks of 1. `slaney`: Auditory Toolbox, linear below 1 kHz, filters of equal area. */
  readonly scale: 'htk' | 'slaney';
}

const SLANEY_STEP = Math.log(6.4) / 27;
const SCALES = {
  htk: {
    toMel: (hz: number) => 2595 * Math.log10(1 + hz / 700),
    toHz: (mel: number) => 700 * (10 ** (mel / 2595) - 1),
  },
  slaney: {
    toMel: (hz: number) => (hz < 1000 ? (3 * hz) / 200 : 15 + Math.log(hz / 1000) / SLANEY_STEP),
    toHz: (mel: number) => (mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(SLANEY_STEP * (mel - 15))),
  },
};

/** Triangular filters evenly spaced on the mel scale, after Davis & Mermelstein (1980). */
export function melFilterBank({ bands, sampleRate, fftSize, minHz, maxHz, scale }: MelBankShape): FilterBank {
  const { toMel, toHz } = SCALES[scale];
  const [low, high] = [toMel(minHz), toMel(maxHz)];
  const edge = (i: number): number => toHz(low + ((high - low) * i) / (bands + 1));
  return Array.from({ length: bands }, (_, band) => {
    const [left, centre, right] = [edge(band), edge(band + 1), edge(band + 2)];
    const area = scale === 'slaney' ? 2 / (right - left) : 1;
    return sparse(fftSize / 2 + 1, (bin) => {
      const hz = (bin * sampleRate) / fftSize;
      return area * Math.max(0, Math.min((hz - left) / (centre - left), (right - hz) / (right - centre)));
    });
  });
}

/**
 * Twelve pitch classes, C first: Gaussian bumps one semitone (or one bin, where bins are wider) across, weighted towards the octaves
 * around 440 Hz. After Ellis, "Chroma feature analysis and synthesis" (2007), the bank that librosa uses too.
 */
export function chromaFilterBank(sampleRate: number, fftSize: number): FilterBank {
  const classes = 12;
  const bins = fftSize / 2 + 1;
  const a0 = 27.5;
  const place = (bin: number): number =>
    bin === 0 ? place(1) - 1.5 * classes : classes * Math.log2((bin * sampleRate) / fftSize / a0);
  const columns = Array.from({ length: bins }, (_, bin) => {
    const width = Math.max(1, place(bin + 1) - place(bin));
    const bumps = Array.from({ length: classes }, (_, c) => {
      const distance = ((((place(bin) - c + classes / 2) % classes) + classes) % classes) - classes / 2;
      return Math.exp(-0.5 * ((2 * distance) / width) ** 2);
    });
    const octaves = Math.exp(-0.5 * ((place(bin) / classes - 5) / 2) ** 2);
    const scale = octaves / Math.hypot(...bumps);
    return bumps.map((b) => b * scale);
  });
  const aToC = 3;
  return Array.from({ length: classes }, (_, c) => sparse(bins, (bin) => columns[bin]?.[(c + aToC) % classes] ?? 0));
}

/** out[i] = Σ weights · spectrum, for each filter of the bank. */
export function applyBank(bank: FilterBank, spectrum: Float64Array, out: Float64Array): void {
  for (let i = 0; i < bank.length; i++) {
    const filter = bank[i];
    if (filter) out[i] = dot(filter.weights, spectrum, filter.start);
  }
}

/** Σ weights · values from `start` on. In four sums: in a single one each addition would wait for the one before. */
function dot(weights: Float64Array, values: Float64Array, start: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < weights.length; i += 4) {
    const at = start + i;
    a += (weights[i] ?? 0) * (values[at] ?? 0);
    b += (weights[i + 1] ?? 0) * (values[at + 1] ?? 0);
    c += (weights[i + 2] ?? 0) * (values[at + 2] ?? 0);
    d += (weights[i + 3] ?? 0) * (values[at + 3] ?? 0);
  }
  for (; i < weights.length; i++) a += (weights[i] ?? 0) * (values[start + i] ?? 0);
  return a + b + c + d;
}

/** A filter whose output is the least-squares slope, per bin, over a range of bins. */
export function trendFilter(from: number, to: number): FilterBank[number] {
  const middle = (from + to - 1) / 2;
  const places = Float64Array.from({ length: to - from }, (_, i) => from + i - middle);
  const square = places.reduce((sum, x) => sum + x * x, 0);
  return { start: from, weights: places.map((x) => x / square) };
}

/** The first `count` rows of the orthonormal DCT-II of `size` points, row by row. */
export function dctMatrix(count: number, size: number): FilterBank {
  return Array.from({ length: count }, (_, k) => {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / size);
    const weights = Float64Array.from({ length: size }, (_, i) => scale * Math.cos((Math.PI * k * (i + 0.5)) / size));
    return { start: 0, weights };
  });
}

function sparse(bins: number, weight: (bin: number) => number): FilterBank[number] {
  const dense = Float64Array.from({ length: bins }, (_, bin) => weight(bin));
  const start = Math.max(
    0,
    dense.findIndex((w) => w !== 0),
  );
  return { start, weights: dense.slice(start, dense.findLastIndex((w) => w !== 0) + 1) };
}
