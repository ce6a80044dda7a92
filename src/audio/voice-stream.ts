import { messageOf, WireError } from '../common/errors.js';
import type { AudioFormat } from '../emotion/utterance.js';
import { createFrameDecoder, type FrameDecoder } from './decode.js';
import { createDenoiser, type Denoiser } from './denoise.model.js';
import { concatSamples, isPcm } from './pcm.js';
import { createResampler, type Resampler } from './resample.js';
import { type SegmentEvent, Segmenter, type SegmenterConfig, WINDOW } from './segmenter.js';
import { SIGNAL_WARNINGS, SignalMonitor, type SignalWarning } from './signal-monitor.js';
import { type DetectVoice, newVadState, type VadResult } from './vad.model.js';

export interface VoiceWarning {
  readonly type: 'warning';
  readonly code: SignalWarning | 'invalidSamples';
  readonly message: string;
}

/** A frame that could not be read after it was accepted (containers decode later), or a failed voice detection. */
export interface VoiceError {
  readonly type: 'error';
  readonly error: WireError;
}

export type VoiceEvent = SegmentEvent | VoiceWarning | VoiceError;

export interface VoiceStreamOptions {
  readonly format: AudioFormat;
  readonly segmenter?: Partial<SegmenterConfig>;
  /** Clean the sound with RNNoise first; off by default. */
  readonly denoise?: boolean;
  readonly detect: DetectVoice;
  /** Called in the order of the stream, never after `drop()`. Must not throw. */
  readonly onEvent: (event: VoiceEvent) => void;
  /** Audio that may wait for voice detection before `push` refuses more, ms. */
  readonly maxBufferedMs?: number;
}

const MAX_BUFFERED_MS = 60_000;
const MAX_PENDING_BYTES = 1024 * 1024;

/** Windows per call of voice detection: long enough to be cheap, short enough that other sessions get their turn. */
const MAX_CALL = 256 * WINDOW;

/** A call of voice detection takes at least these samples, 128 ms: a call for every frame costs more than the network. */
const CALL = 4 * WINDOW;

/** What waits for the stream's one worker loop, in the order of arrival. */
type Job =
  | { readonly kind: 'windows'; readonly samples: Float32Array }
  | { readonly kind: 'encoded'; readonly bytes: Uint8Array }
  | { readonly kind: 'control'; readonly apply: () => SegmentEvent[] }
  | { readonly kind: 'end' };

/**
 * The ear of one session: bytes → samples at 16 kHz → windows → speech probabilities → utterances. Frames go through in the
 * order of arrival, at most one call of voice detection is in flight, and what comes meanwhile goes into the next one; since
 * no step depends on how or when frames arrive, the same audio always gives the same events (rules PR3, PR5).
 */
export class VoiceStream {
  private readonly segmenter: Segmenter;
  private readonly monitor = new SignalMonitor();
  private vadState = newVadState();
  private jobs: Job[] = [];
  private working: Promise<void> | undefined;
  /** Samples at 16 kHz that do not fill a window yet. */
  private remainder = new Float32Array(0);
  private received = 0;
  private pendingBytes = 0;
  private invalidWarned = false;
  private state: 'open' | 'ending' | 'closed' = 'open';

  private constructor(
    private readonly options: VoiceStreamOptions,
    private readonly decoder: FrameDecoder,
    private readonly resampler: Resampler,
    private readonly denoiser: Denoiser | undefined,
  ) {
    this.segmenter = new Segmenter(options.segmenter);
  }

  static async create(options: VoiceStreamOptions): Promise<VoiceStream> {
    const decoder = createFrameDecoder(options.format);
    const resampler = await createResampler(decoder.sampleRate);
    const denoiser = options.denoise ? await createDenoiser() : undefined;
    return new VoiceStream(options, decoder, resampler, denoiser);
  }

  /** Audio decoded so far, ms. */
  get receivedMs(): number {
    return Math.round((this.received * 1000) / this.decoder.sampleRate);
  }

  /** Audio through voice detection and segmentation, ms. */
  get processedMs(): number {
    return this.segmenter.positionMs;
  }

  /** Audio that waits, ms: none once it was dropped, or is through. */
  get bufferedMs(): number {
    return this.closed ? 0 : Math.max(0, this.receivedMs - this.processedMs);
  }

  /** NaN or infinite samples that were read as 0. */
  get invalidSamples(): number {
    return this.decoder.invalid;
  }

  /** Is an utterance announced and not yet ended? */
  get speaking(): boolean {
    return this.segmenter.speaking;
  }

  /**
   * Takes one frame and returns at once.
   * @throws WireError invalidAudioFrame for bytes that are no audio (the frame is left out, the stream goes on) or after the
   *   end; rateLimited when too much is waiting.
   */
  push(bytes: Uint8Array): void {
    if (this.state !== 'open')
      throw new WireError('invalidAudioFrame', 'the audio has ended', { param: 'audio.frame' });
    const limit = this.options.maxBufferedMs ?? MAX_BUFFERED_MS;
    if (this.bufferedMs > limit || this.pendingBytes > MAX_PENDING_BYTES) {
      throw new WireError('rateLimited', 'too much audio is waiting; send slower', { retryAfterMs: 1000 });
    }
    const { encoding } = this.options.format;
    if (!isPcm(encoding)) {
      this.pendingBytes += bytes.length;
      // The caller may use its buffer again before the codec sees it.
      this.enqueue({ kind: 'encoded', bytes: bytes.slice() });
      return;
    }
    // A raw encoding decodes at once.
    const samples = this.decoder.push(bytes) as Float32Array;
    const windows = this.windowsOf(samples);
    if (windows.length > 0) this.enqueue({ kind: 'windows', samples: windows });
  }

  /** Ends the present utterance after what was pushed so far. */
  forceEnd(): void {
    this.control(() => this.segmenter.forceEnd());
  }

  /** Changes the segmentation of what is pushed from now on. */
  update(config: Partial<SegmenterConfig>): void {
    const apply = (): SegmentEvent[] => {
      this.segmenter.update(config);
      return [];
    };
    this.control(apply);
  }

  /** No more audio: resolves when every event of what was pushed, the last utterance's end included, was delivered. */
  async end(): Promise<void> {
    if (this.state === 'open') {
      this.enqueue({ kind: 'end' });
      this.state = 'ending';
    }
    await this.idle();
  }

  /** Forgets everything that is buffered, at once. No further event comes. */
  drop(): void {
    if (!this.closed) this.close();
  }

  /** Resolves when everything pushed so far is through. */
  async idle(): Promise<void> {
    while (this.working) await this.working;
  }

  private get closed(): boolean {
    return this.state === 'closed';
  }

  /** Applies to everything that was pushed before: samples that still wait to make up a call go first. */
  private control(apply: () => SegmentEvent[]): void {
    if (isPcm(this.options.format.encoding)) {
      const waiting = this.cut(new Float32Array(0));
      if (waiting.length > 0) this.enqueue({ kind: 'windows', samples: waiting });
    }
    this.enqueue({ kind: 'control', apply });
  }

  /** Frames of a container that were pushed before are decoded only now, so that only now it is known which samples wait. */
  private async apply(apply: () => SegmentEvent[]): Promise<void> {
    if (!isPcm(this.options.format.encoding)) await this.detect(this.cut(new Float32Array(0)));
    if (!this.closed) this.emit(apply());
  }

  private enqueue(job: Job): void {
    if (this.state !== 'open') return;
    this.jobs.push(job);
    // Never from within `enqueue`: an event handler may enqueue too, and there must be one loop only.
    this.working ??= Promise.resolve().then(() => this.work());
  }

  private async work(): Promise<void> {
    try {
      for (let job = this.jobs.shift(); job; job = this.jobs.shift()) {
        if (job.kind === 'windows') await this.detect(this.withFollowing(job.samples));
        else if (job.kind === 'encoded') await this.detect(this.windowsOf(await this.decode(job.bytes)));
        else if (job.kind === 'control') await this.apply(job.apply);
        else await this.finish();
      }
    } finally {
      this.working = undefined;
    }
  }

  /** Joins windows that arrived meanwhile, so that they go into the same call. */
  private withFollowing(first: Float32Array): Float32Array {
    const parts = [first];
    let length = first.length;
    for (let next = this.jobs[0]; next?.kind === 'windows' && length < MAX_CALL; next = this.jobs[0]) {
      parts.push(next.samples);
      length += next.samples.length;
      this.jobs.shift();
    }
    return concatSamples(parts);
  }

  private async decode(bytes: Uint8Array): Promise<Float32Array> {
    try {
      return await this.decoder.push(bytes);
    } catch (cause) {
      const error = cause instanceof WireError ? cause : new WireError('internalError', 'the decoder failed');
      this.emit([{ type: 'error', error }]);
      return new Float32Array(0);
    } finally {
      this.pendingBytes -= bytes.length;
    }
  }

  /** Samples as they were sent → whole windows at 16 kHz. */
  private windowsOf(samples: Float32Array): Float32Array {
    this.received += samples.length;
    const resampled = this.resampler.push(samples);
    return this.cut(this.denoiser?.push(resampled) ?? resampled, CALL);
  }

  private cut(samples: Float32Array, least = 0): Float32Array {
    const all = concatSamples([this.remainder, samples]);
    if (all.length < least) {
      this.remainder = all.slice();
      return new Float32Array(0);
    }
    const whole = all.length - (all.length % WINDOW);
    this.remainder = all.slice(whole);
    return all.subarray(0, whole);
  }

  private async finish(): Promise<void> {
    const decoded = await Promise.resolve(this.decoder.flush()).catch(() => new Float32Array(0));
    if (this.closed) return;
    const windows = [this.windowsOf(decoded)];
    const resampled = this.resampler.flush();
    const last = this.denoiser ? concatSamples([this.denoiser.push(resampled), this.denoiser.flush()]) : resampled;
    windows.push(this.cut(last));
    if (this.remainder.length > 0) windows.push(this.cut(new Float32Array(WINDOW - this.remainder.length)));
    await this.detect(concatSamples(windows));
    this.emit(this.segmenter.end());
    this.drop();
  }

  private async detect(windows: Float32Array): Promise<void> {
    for (let at = 0; at < windows.length; at += MAX_CALL) {
      // A copy, because a thread that is sent a part of an array gets all of it.
      const part = windows.slice(at, at + MAX_CALL);
      const { probabilities, state } = await this.probabilitiesOf(part);
      if (this.closed) return;
      this.vadState = state;
      for (const [i, probability] of probabilities.entries()) {
        this.take(probability, part.subarray(i * WINDOW, (i + 1) * WINDOW));
      }
    }
  }

  /** A failed call counts as silence, so that times stay right. */
  private async probabilitiesOf(windows: Float32Array): Promise<VadResult> {
    try {
      return await this.options.detect(windows, this.vadState);
    } catch (cause) {
      const error = new WireError('internalError', `voice detection failed: ${messageOf(cause)}`);
      this.emit([{ type: 'error', error }]);
      return { probabilities: new Float32Array(windows.length / WINDOW), state: this.vadState };
    }
  }

  private take(probability: number, window: Float32Array): void {
    this.emit(this.segmenter.push(probability, window));
    for (const code of this.monitor.push(probability, window)) {
      this.emit([{ type: 'warning', code, message: SIGNAL_WARNINGS[code] }]);
    }
    const { firstInvalid, sampleRate } = this.decoder;
    if (!this.invalidWarned && firstInvalid !== undefined && this.processedMs > (firstInvalid * 1000) / sampleRate) {
      this.invalidWarned = true;
      const message = 'Samples that are no numbers were read as silence: check the encoder';
      this.emit([{ type: 'warning', code: 'invalidSamples', message }]);
    }
  }

  private emit(events: readonly VoiceEvent[]): void {
    for (const event of events) if (!this.closed) this.options.onEvent(event);
  }

  private close(): void {
    this.state = 'closed';
    this.jobs = [];
    this.remainder = new Float32Array(0);
    this.segmenter.clear();
    this.decoder.release();
    this.denoiser?.release();
  }
}
