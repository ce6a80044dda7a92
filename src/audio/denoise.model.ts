import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import { concatSamples } from './pcm.js';
import { createResampler, type Resampler } from './resample.js';

/** Removes noise from one mono stream at 16 kHz. What comes out has the length and the timing of what went in. */
export interface Denoiser {
  push(samples: Float32Array): Float32Array;
  flush(): Float32Array;
  release(): void;
}

/** The functions of RNNoise as emscripten exports them. */
interface RnnoiseModule {
  readonly ready: Promise<RnnoiseModule>;
  readonly HEAPF32: Float32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  _rnnoise_create(model: number): number;
  _rnnoise_destroy(state: number): void;
  _rnnoise_process_frame(state: number, output: number, input: number): number;
}

/** RNNoise (Valin 2018) knows 48 kHz in frames of 10 ms, as 16-bit amplitudes, and answers two frames late. */
const RNNOISE_RATE = 48_000;
const FRAME = 480;
const DELAY = 2 * FRAME;
const FULL_SCALE = 32_768;

let shared: Promise<RnnoiseModule> | undefined;

/** The package is an ES module that does not say so in its package.json; a data URL is read as one by every loader. */
async function loadModule(): Promise<RnnoiseModule> {
  const file = createRequire(import.meta.url).resolve('@jitsi/rnnoise-wasm/dist/rnnoise-sync.js');
  const url = `data:text/javascript;base64,${await readFile(file, 'base64')}`;
  const { default: create } = (await import(url)) as { default: () => RnnoiseModule };
  return create().ready;
}

export async function createDenoiser(): Promise<Denoiser> {
  shared ??= loadModule();
  const [rnnoise, up, down] = await Promise.all([
    shared,
    createResampler(SAMPLE_RATE, RNNOISE_RATE),
    createResampler(RNNOISE_RATE, SAMPLE_RATE),
  ]);
  return new RnnoiseDenoiser(rnnoise, up, down);
}

class RnnoiseDenoiser implements Denoiser {
  private readonly state: number;
  private readonly frame: number;
  private pending = new Float32Array(0);
  private received = 0;
  private produced = 0;
  /** Samples of the answer that are RNNoise's own delay. */
  private delay = DELAY;

  constructor(
    private readonly rnnoise: RnnoiseModule,
    private readonly up: Resampler,
    private readonly down: Resampler,
  ) {
    this.state = rnnoise._rnnoise_create(0);
    this.frame = rnnoise._malloc(FRAME * 4);
  }

  push(samples: Float32Array): Float32Array {
    this.received += samples.length;
    return this.emit(this.down.push(this.clean(this.up.push(samples))));
  }

  flush(): Float32Array {
    const rest = this.clean(concatSamples([this.up.flush(), new Float32Array(DELAY + FRAME)]));
    const last = concatSamples([this.down.push(rest), this.down.flush()]);
    return this.emit(last.slice(0, this.received - this.produced));
  }

  release(): void {
    this.rnnoise._rnnoise_destroy(this.state);
    this.rnnoise._free(this.frame);
  }

  private emit(output: Float32Array): Float32Array {
    this.produced += output.length;
    return output;
  }

  /** Whole frames at 48 kHz; the rest waits. */
  private clean(samples: Float32Array): Float32Array {
    const input = concatSamples([this.pending, samples]);
    const frames = Math.floor(input.length / FRAME);
    this.pending = input.slice(frames * FRAME);
    const output = input.slice(0, frames * FRAME);
    const at = this.frame / 4;
    for (let f = 0; f < frames; f++) {
      const frame = output.subarray(f * FRAME, (f + 1) * FRAME);
      this.rnnoise.HEAPF32.set(
        frame.map((s) => s * FULL_SCALE),
        at,
      );
      this.rnnoise._rnnoise_process_frame(this.state, this.frame, this.frame);
      frame.set(this.rnnoise.HEAPF32.subarray(at, at + FRAME).map((s) => s / FULL_SCALE));
    }
    const late = Math.min(this.delay, output.length);
    this.delay -= late;
    return output.subarray(late);
  }
}
