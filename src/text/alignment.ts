/** What one head of the decoder attended to: a row for each token that was read, a column for each position of the encoder. */
export interface Attention {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float32Array;
}

/** Attention is smoothed over so many seconds to either side: three of Whisper's positions, as in openai/whisper. */
const SMOOTHED_S = 0.07;
/** From so many standard deviations above the mean of the tokens on a token looks at a position, as the heads have it on average. */
const LOOKS = 0.5;

/**
 * When each row's token begins, seconds, by the heads that follow the audio: attention normalised over the tokens, smoothed,
 * averaged over heads, and the path through it that only goes forward (dynamic time warping, Sakoe & Chiba 1978; as in openai/whisper, `timing.py`).
 * The first begins where the heads first look, not at the start of the silence before it.
 * @param precision seconds of a position
 */
export function alignedRows(heads: readonly Attention[], precision: number): number[] {
  const [{ rows, columns } = { rows: 0, columns: 0 }] = heads;
  if (rows === 0 || columns === 0) return [];
  const looks = new Float32Array(rows * columns);
  for (const head of heads) {
    const normal = normalised(head);
    for (let row = 0; row < rows; row++) {
      const smooth = smoothed(normal.subarray(row * columns, (row + 1) * columns), Math.floor(SMOOTHED_S / precision));
      for (const [i, value] of smooth.entries()) {
        const at = row * columns + i;
        looks[at] = (looks[at] ?? 0) + value / heads.length;
      }
    }
  }
  const starts = pathThrough(looks, rows, columns);
  const end = starts[1] ?? columns;
  const first = looks.subarray(0, end).findIndex((value) => value > LOOKS);
  return [Math.max(0, first), ...starts.slice(1)].map((position) => position * precision);
}

/**
 * Each position over the tokens: mean 0, standard deviation 1. Deviations below that of a head that looks nowhere in particular stay as small as
 * they are: where no token looks, as in silence, the faintest would count as much as the words.
 */
function normalised({ rows, columns, values }: Attention): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < columns; i++) {
    let [sum, squares] = [0, 0];
    for (let row = 0; row < rows; row++) {
      const value = values[row * columns + i] ?? 0;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows;
    const deviation = Math.sqrt(Math.max(0, squares / rows - mean * mean));
    const scale = 1 / (deviation + 1 / columns);
    if (!Number.isFinite(scale)) continue;
    for (let row = 0; row < rows; row++) out[row * columns + i] = ((values[row * columns + i] ?? 0) - mean) * scale;
  }
  return out;
}

/** The median of each position and `half` at either side, mirrored at both ends. */
function smoothed(row: Float32Array, half: number): Float32Array {
  if (row.length <= half) return row;
  const around = new Float32Array(2 * half + 1);
  return row.map((_, i) => {
    for (let k = -half; k <= half; k++) {
      const at = Math.abs(i + k);
      around[k + half] = row[at < row.length ? at : 2 * (row.length - 1) - at] ?? 0;
    }
    return around.sort()[half] ?? 0;
  });
}

/** The first position of each row on the path from the first row and position to the last ones along which the sum of looks is greatest. */
function pathThrough(looks: Float32Array, rows: number, columns: number): number[] {
  const width = columns + 1;
  const reached = new Float64Array((rows + 1) * width).fill(-Infinity);
  reached[0] = 0;
  const at = (row: number, column: number): number => reached[row * width + column] ?? -Infinity;
  for (let row = 1; row <= rows; row++) {
    for (let i = 1; i <= columns; i++) {
      const before = Math.max(at(row - 1, i - 1), at(row - 1, i), at(row, i - 1));
      reached[row * width + i] = before + (looks[(row - 1) * columns + i - 1] ?? 0);
    }
  }
  const starts = new Array<number>(rows).fill(0);
  for (let [row, i] = [rows, columns]; row > 0 && i > 0;) {
    starts[row - 1] = i - 1;
    const [both, up, left] = [at(row - 1, i - 1), at(row - 1, i), at(row, i - 1)];
    if (both >= left || up >= left) row -= 1;
    if (both >= up || left > up) i -= 1;
  }
  return starts;
}
