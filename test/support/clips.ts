import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const CLIPS = join(process.cwd(), 'test', 'fixtures', 'clips');

/** A fixture clip (test/fixtures/README.md) as bytes in a buffer of their own. */
export function clip(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(CLIPS, name)));
}

/** Numbers in 0..1 of a fixed seed (mulberry32), so that a failing property can be run again. */
export function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Cuts into pieces of 1..max elements, each a multiple of `step`. */
export function* pieces<T extends Uint8Array | Float32Array>(
  whole: T,
  max: number,
  random: () => number,
  step = 1,
): Generator<T> {
  for (let at = 0; at < whole.length;) {
    const length = step * (1 + Math.floor(random() * Math.floor(max / step)));
    yield whole.slice(at, at + length) as T;
    at += length;
  }
}

/** Signal-to-noise ratio of `measured` against `reference`, dB. */
export function snrDb(reference: Float32Array, measured: Float32Array): number {
  let signal = 0;
  let noise = 0;
  reference.forEach((value, i) => {
    signal += value * value;
    noise += (value - (measured[i] ?? 0)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}
