import libsamplerate from '@alexanderolsen/libsamplerate-js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { concatSamples } from './pcm.js';

type Converter = Awaited<ReturnType<typeof libsamplerate.create>>;

/** Converts one stream; the output depends only on the samples, never on how they were cut (rule PR5). */
export interface Resampler {
  push(samples: Float32Array): Float32Array;
  /** What the last samples still owe. The resampler is spent afterwards. */
  flush(): Float32Array;
}

/** Input handed to the converter at a time, at least. Below a window of voice detection more would only add delay. */
const BLOCK_SECONDS = 0.032;

/**
 * Half length of libsamplerate's "fastest" sinc filter (2464 coefficients, 128 per input sample), with two to spare. When
 * the rate falls the filter is stretched by the ratio.
 */
const FILTER_REACH = Math.ceil(2464 / 128) + 2;

/** A converter's heap is 26 MB, so the process has one, and every stream uses it block by block: it keeps no state between. */
let shared: Promise<Converter> | undefined;

function loadConverter(): Promise<Converter> {
  shared ??= libsamplerate.create(1, SAMPLE_RATE * 3, SAMPLE_RATE, {
    converterType: libsamplerate.ConverterType.SRC_SINC_FASTEST,
  });
  return shared;
}

/** Mono stream from `fromRate` to `toRate`, Hz. Equal rates pass through untouched. */
export async function createResampler(fromRate: number, toRate: number = SAMPLE_RATE): Promise<Resampler> {
  if (fromRate === toRate) return { push: (samples) => samples, flush: () => new Float32Array(0) };
  return new BlockResampler(await loadConverter(), fromRate, toRate);
}

/**
 * Overlap-save: the stream is converted in blocks whose places are fixed from its first sample, each with as much context
 * before and after as the filter reaches, and the context's output is cut off again. A block begins where an input and an
 * output sample coincide, which makes the joined blocks equal to the conversion of the whole, to the bit.
 */
class BlockResampler implements Resampler {
  private readonly contextIn: number;
  private readonly contextOut: number;
  private readonly blockIn: number;
  private readonly blockOut: number;
  private readonly reach: number;
  /** The context before the next block, then what has come of it. */
  private pending: Float32Array;
  private received = 0;
  private produced = 0;

  constructor(
    private readonly converter: Converter,
    private readonly fromRate: number,
    private readonly toRate: number,
  ) {
    const divisor = greatestCommonDivisor(fromRate, toRate);
    const stepIn = fromRate / divisor;
    const stepOut = toRate / divisor;
    const steps = Math.max(1, Math.ceil((BLOCK_SECONDS * fromRate) / stepIn));
    this.reach = Math.ceil(FILTER_REACH * Math.max(1, fromRate / toRate));
    const contextSteps = Math.ceil(this.reach / stepIn);
    this.contextIn = contextSteps * stepIn;
    this.contextOut = contextSteps * stepOut;
    this.blockIn = steps * stepIn;
    this.blockOut = steps * stepOut;
    this.pending = new Float32Array(this.contextIn);
  }

  push(samples: Float32Array): Float32Array {
    this.received += samples.length;
    const input = concatSamples([this.pending, samples]);
    const blocks: Float32Array[] = [];
    let at = 0;
    for (; input.length - at >= this.contextIn + this.blockIn + this.reach; at += this.blockIn) {
      blocks.push(this.convert(input.subarray(at, at + this.contextIn + this.blockIn + this.reach)));
    }
    this.pending = input.slice(at);
    const output = concatSamples(blocks);
    this.produced += output.length;
    return output;
  }

  flush(): Float32Array {
    const owed = Math.round((this.received * this.toRate) / this.fromRate) - this.produced;
    const silence = new Float32Array(2 * this.blockIn + this.reach);
    return this.push(silence).slice(0, owed);
  }

  private convert(input: Float32Array): Float32Array {
    const { converter } = this;
    // Another stream may have left its own rates.
    if (converter.inputSampleRate !== this.fromRate) converter.inputSampleRate = this.fromRate;
    if (converter.outputSampleRate !== this.toRate) converter.outputSampleRate = this.toRate;
    return converter.simple(input).subarray(this.contextOut, this.contextOut + this.blockOut);
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** A whole recording at the rate of the line; the same bits as the stream's. */
export async function resampleWhole(samples: Float32Array, fromRate: number): Promise<Float32Array> {
  const resampler = await createResampler(fromRate);
  return concatSamples([resampler.push(samples), resampler.flush()]);
}
