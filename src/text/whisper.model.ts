import {
  AutoProcessor,
  LogitsProcessor,
  LogitsProcessorList,
  Tensor,
  WhisperForConditionalGeneration,
  type Processor,
  type WhisperTokenizer,
} from '@huggingface/transformers';
import type { ModelRef } from '../emotion/evidence.js';
import { SAMPLE_RATE, type Word } from '../emotion/utterance.js';
import { alignedRows } from './alignment.js';
import { nameOf, suffixOf, type HubSource } from './hub-source.js';
import { fromHub, hashWeight, hashWeights } from './hub.model.js';
import { PooledStates } from './pooled-states.js';
import type { Heard } from './transcript.js';
import { primarySubtag } from './words.js';

export interface WhisperModel {
  readonly ref: ModelRef;
  /** sha256 of the encoder's file: a head belongs to one encoder. */
  readonly encoder: string;
  /** `samples`: mono, −1..1, 16 kHz, of any length. */
  transcribe(samples: Float32Array, options: TranscribeOptions): Promise<Heard>;
  /** The same with a choice of what is wanted; the encoder runs once for both. Without `words` the decoder does not run at all. */
  hear(samples: Float32Array, wanted: Wanted): Promise<HeardOnce>;
  release(): Promise<void>;
}

export interface WordOptions {
  /** `auto`, or a BCP 47 tag; one that Whisper does not know is `auto`. */
  readonly language: string;
  /** What was said before, as Whisper's context: it keeps to its names and spelling, and to its mistakes. */
  readonly prompt?: string;
  /** Is it wanted when each word was said? Some exports cannot tell, and nobody can of audio longer than a window. */
  readonly times?: boolean;
}

export interface Stoppable {
  /** Does nobody wait any more? Asked before each window and token; then Stopped is thrown. */
  readonly stopped?: () => boolean;
}

export type TranscribeOptions = WordOptions & Stoppable;

export interface Wanted extends Stoppable {
  readonly words?: WordOptions | undefined;
  /** Mean and standard deviation of the encoder's states where somebody speaks. */
  readonly states?: boolean;
}

export interface HeardOnce {
  readonly words?: Heard;
  /** Twice the width; absent where nothing was loud enough to be speech. */
  readonly states?: Float32Array;
}

/** The transcription was given up because nobody waited for it. */
export class Stopped extends Error {}

/** Whisper hears 30 s at once; a sixth of that overlaps at either side, so that no word is cut. */
const OVERLAP = 1 / 6;
/** A runaway decoder stops here: twice the tokens of the fastest speech. */
const TOKENS_PER_S = 16;
const MAX_TOKENS = 440;
/** Of a prompt its last tokens are taken: less than half of the decoder's context, as openai/whisper does. */
const MAX_PROMPT_TOKENS = 223;

/** Below this a detected language is a guess among a hundred: words then count as of an unknown language (`und`). */
const MIN_LANGUAGE_PROBABILITY = 0.3;

/** Log-probability from which a token is sure: see docs/text.md. */
const SURE = Math.log(0.8);

/** Whisper's codes that BCP 47 writes otherwise. */
const BCP47: Readonly<Record<string, string>> = { jw: 'jv' };

interface GenerationConfig {
  decoder_start_token_id: number;
  is_multilingual?: boolean;
  lang_to_id?: Record<string, number>;
  task_to_id?: Record<string, number>;
  no_timestamps_token_id?: number;
  /** [layer, head] of those heads of the decoder that follow the audio. */
  alignment_heads?: readonly (readonly [number, number])[] | null;
}

/** @throws ModelUnavailable when the weights are not installed and cannot be pulled. */
export async function loadWhisper(source: HubSource): Promise<WhisperModel> {
  const { model: loaded, folder } = await fromHub(source, async (from, options) => {
    // One after the other: a failure must not leave the other pull running, for a retry would join it.
    const processor = await AutoProcessor.from_pretrained(from, options);
    const model = await WhisperForConditionalGeneration.from_pretrained(from, options);
    if (!(model instanceof WhisperForConditionalGeneration))
      throw new Error('these are not the weights of a Whisper model');
    return { model, processor };
  });
  const suffix = suffixOf(source.dtype);
  const encoder = `encoder_model${suffix}.onnx`;
  const sha256 = await hashWeights(folder, [encoder, `decoder_model_merged${suffix}.onnx`]);
  const ref = { name: nameOf(source.id), sha256: sha256.slice(0, 12) };
  return new Whisper(ref, await hashWeight(folder, encoder), loaded.model, loaded.processor);
}

/** One window of the audio. `stride`: its length and the overlaps at its left and right, samples. */
interface AudioWindow {
  readonly samples: Float32Array;
  readonly stride: readonly [number, number, number];
}

interface HeardWindow extends AudioWindow {
  readonly tokens: bigint[];
  /** Log-probability of each token written, the end included; nats. */
  readonly logProbs: readonly number[];
  /** When each token was said, seconds since the window's start; absent where it was not asked for or cannot be told. */
  readonly times?: readonly number[];
  readonly noSpeech: number | null;
}

type Written = Pick<HeardWindow, 'tokens' | 'logProbs' | 'times'>;

class Whisper implements WhisperModel {
  private readonly config: GenerationConfig;
  private readonly tokenizer: WhisperTokenizer;
  private readonly noSpeechToken: number | undefined;
  /** Stands before what was said earlier. */
  private readonly contextToken: number | undefined;
  /** Samples that the encoder takes at once. */
  private readonly windowSize: number;
  /** Seconds that one position of the encoder stands for. */
  private readonly precision: number;
  /** Numbers of one position of the encoder. */
  private readonly width: number;
  /** Does the export show what the decoder attends to, and which of its heads follow the audio? */
  private readonly timed: boolean;

  constructor(
    readonly ref: ModelRef,
    readonly encoder: string,
    private readonly model: WhisperForConditionalGeneration,
    private readonly processor: Processor,
  ) {
    this.config = model.generation_config as unknown as GenerationConfig;
    this.tokenizer = processor.tokenizer as WhisperTokenizer;
    this.windowSize = (processor.feature_extractor?.config as { n_samples: number }).n_samples;
    const { max_source_positions, d_model } = model.config as unknown as Record<
      'max_source_positions' | 'd_model',
      number
    >;
    this.width = d_model;
    this.precision = this.windowSize / SAMPLE_RATE / max_source_positions;
    const { outputNames } = model.sessions.decoder_model_merged as { outputNames: readonly string[] };
    this.timed =
      !!this.config.alignment_heads?.length && outputNames.some((name) => name.startsWith('cross_attentions'));
    const vocabulary = this.tokenizer.get_vocab();
    this.contextToken = vocabulary.get('<|startofprev|>');
    this.noSpeechToken = vocabulary.get('<|nospeech|>') ?? vocabulary.get('<|nocaptions|>');
    // `generate` hands only these on; with the encoder's output among them the audio is encoded once, not twice.
    model.forward_params = [...model.forward_params, 'encoder_outputs'];
  }

  async transcribe(samples: Float32Array, { stopped, ...words }: TranscribeOptions): Promise<Heard> {
    const heard = await this.hear(samples, { words, ...(stopped && { stopped }) });
    if (!heard.words) throw new Error('words were asked for and not written');
    return heard.words;
  }

  async hear(samples: Float32Array, { words, states = false, stopped = () => false }: Wanted): Promise<HeardOnce> {
    const pooled = states ? new PooledStates(samples, this.precision * SAMPLE_RATE, this.width) : undefined;
    const context = this.contextOf(words?.prompt ?? '');
    const heard: HeardWindow[] = [];
    let code = words && this.codeOf(words.language);
    let detected = 1;
    const windows = this.windowsOf(samples);
    // Joined by times, windows give another text than joined by words: only the words of a single one have times.
    const times = this.timed && words?.times === true && windows.length === 1;
    for (const window of windows) {
      if (stopped()) throw new Stopped();
      const { input_features } = (await this.processor(window.samples)) as { input_features: Tensor };
      const encoded = await this.encode(input_features);
      const [length, left, right] = window.stride;
      pooled?.add(encoded.data as Float32Array, window.samples, left, length - right);
      if (!words) continue;
      const first = await this.firstLogits(encoded);
      if (code === undefined) ({ code, probability: detected } = this.detectLanguage(first));
      const seconds = window.samples.length / SAMPLE_RATE;
      const written = await this.decode(input_features, encoded, { code, context, seconds, times, stopped });
      heard.push({ ...window, ...written, noSpeech: this.noSpeechOf(first) });
    }
    const result = pooled?.result();
    const durationMs = (samples.length / SAMPLE_RATE) * 1000;
    const language = code === undefined || detected < MIN_LANGUAGE_PROBABILITY ? 'und' : (BCP47[code] ?? code);
    return {
      ...(words && { words: { ...this.written(heard), language, durationMs } }),
      ...(result && { states: result }),
    };
  }

  private written(heard: readonly HeardWindow[]): Omit<Heard, 'language' | 'durationMs'> {
    const noSpeech = heard.flatMap((window) => window.noSpeech ?? []);
    const text = this.textOf(heard);
    const words = heard[0] && this.wordsOf(heard[0]);
    return {
      text,
      ...(words && { words }),
      sureChars: this.sureCharsOf(text, heard),
      confidence: confidenceOf(heard.flatMap((window) => window.logProbs)),
      // Silent only where every window is.
      noSpeech: noSpeech.length === 0 ? null : Math.min(...noSpeech),
    };
  }

  async release(): Promise<void> {
    await this.model.dispose();
  }

  private windowsOf(samples: Float32Array): AudioWindow[] {
    const overlap = Math.round(this.windowSize * OVERLAP);
    const windows: AudioWindow[] = [];
    for (let start = 0; ; start += this.windowSize - 2 * overlap) {
      const part = samples.subarray(start, start + this.windowSize);
      const last = start + this.windowSize >= samples.length;
      windows.push({ samples: part, stride: [part.length, start === 0 ? 0 : overlap, last ? 0 : overlap] });
      if (last) return windows;
    }
  }

  private async encode(input_features: Tensor): Promise<Tensor> {
    const session = this.model.sessions.model as { run(feeds: object): Promise<{ last_hidden_state: unknown }> };
    const { last_hidden_state } = await session.run({ input_features: input_features.ort_tensor });
    return new Tensor(last_hidden_state as never);
  }

  /** What Whisper would write first: the language, or that nobody speaks. Shape [vocabulary]. */
  private async firstLogits(encoder_outputs: Tensor): Promise<Float32Array> {
    const start = new Tensor('int64', [BigInt(this.config.decoder_start_token_id)], [1, 1]);
    const { logits } = (await this.model.forward({ encoder_outputs, decoder_input_ids: start })) as { logits: Tensor };
    return logits.data as Float32Array;
  }

  /** Whisper's code of a language that was asked for; undefined when it is to be detected. */
  private codeOf(language: string): string | undefined {
    if (!this.config.is_multilingual) return 'en';
    const code = primarySubtag(language);
    return this.config.lang_to_id && `<|${code}|>` in this.config.lang_to_id ? code : undefined;
  }

  /** The most probable language, and how probable it is among all languages. */
  private detectLanguage(first: Float32Array): { code: string; probability: number } {
    const tokens = Object.entries(this.config.lang_to_id ?? {});
    const logits = Float32Array.from(tokens, ([, id]) => first[id] ?? -Infinity);
    const max = maxOf(logits);
    const code = tokens[logits.indexOf(max)]?.[0].slice(2, -2) ?? 'en';
    return { code, probability: Math.exp(max - logSumExp(logits)) };
  }

  private noSpeechOf(first: Float32Array): number | null {
    return this.noSpeechToken === undefined ? null : Math.exp((first[this.noSpeechToken] ?? 0) - logSumExp(first));
  }

  private async decode(
    inputs: Tensor,
    encoder_outputs: Tensor,
    { code, context, seconds, times, stopped }: Decoding,
  ): Promise<Written> {
    const greedy = new GreedyLogProbs(stopped);
    const processors = new LogitsProcessorList();
    processors.push(greedy);
    const output = (await this.model.generate({
      inputs,
      encoder_outputs,
      logits_processor: processors,
      max_new_tokens: Math.min(MAX_TOKENS - context.length, Math.ceil(TOKENS_PER_S * (1 + seconds))),
      ...(this.config.is_multilingual ? { language: code, task: 'transcribe' } : {}),
      ...(context.length > 0 ? { decoder_input_ids: [...context, ...this.startOf(code)] } : {}),
      return_dict_in_generate: true,
      output_attentions: times,
    } as never)) as unknown as Attended;
    const [tokens = []] = output.sequences.tolist() as bigint[][];
    const { logProbs } = greedy;
    return {
      tokens: tokens.slice(context.length),
      logProbs,
      ...(times && { times: this.timesOf(output, tokens.length - logProbs.length, seconds).slice(context.length) }),
    };
  }

  /**
   * When each token begins, seconds, by the cross-attention of the heads that follow the audio. They look at a token when it is about to be
   * written, one row before it is read again; the library's own `return_token_timestamps` takes the row after, and comes a token late.
   * @param given tokens that were not written but given: the context and what stands before the transcript
   */
  private timesOf({ cross_attentions: steps }: Attended, given: number, seconds: number): number[] {
    const columns = Math.ceil(seconds / this.precision);
    const heads = (this.config.alignment_heads ?? []).map(([layer, head]) => {
      const rows = steps.flatMap((layers) => rowsOf(layers[layer], head, columns)).slice(given - 1);
      const values = new Float32Array(rows.length * columns);
      for (const [i, row] of rows.entries()) values.set(row, i * columns);
      return { rows: rows.length, columns, values };
    });
    return [...new Array<number>(given).fill(0), ...alignedRows(heads, this.precision)];
  }

  /** The tokens that stand before the start of the transcript; none without a prompt or for a model that knows no context. */
  private contextOf(prompt: string): number[] {
    if (this.contextToken === undefined || prompt === '') return [];
    const tokens = this.tokenizer.encode(` ${prompt}`, { add_special_tokens: false });
    return [this.contextToken, ...tokens.slice(-MAX_PROMPT_TOKENS)];
  }

  /** What `generate` begins with by itself when there is no prompt. */
  private startOf(code: string): number[] {
    const { decoder_start_token_id, is_multilingual, lang_to_id, task_to_id, no_timestamps_token_id } = this.config;
    const spoken = is_multilingual ? [lang_to_id?.[`<|${code}|>`], task_to_id?.['transcribe']] : [];
    return [decoder_start_token_id, ...spoken, no_timestamps_token_id].filter((token) => token !== undefined);
  }

  /** Up to where every token was probable enough; the windows are joined anew without what comes behind the first that was not. */
  private sureCharsOf(text: string, heard: readonly HeardWindow[]): number {
    const window = heard.findIndex(({ logProbs }) => logProbs.some(isDoubtful));
    const doubtful = heard[window];
    if (!doubtful) return text.length;
    const { tokens, logProbs } = doubtful;
    const sure = tokens.slice(0, tokens.length - logProbs.length + logProbs.findIndex(isDoubtful));
    return sharedBeginning(text, this.textOf([...heard.slice(0, window), { ...doubtful, tokens: sure }]));
  }

  /** Joins the windows where their overlaps agree, as the library's own pipeline does. */
  private textOf(heard: readonly HeardWindow[]): string {
    const chunks = heard.map(({ tokens, stride }) => ({ tokens, stride: stride.map((n) => n / SAMPLE_RATE) }));
    const options = { time_precision: this.precision, return_timestamps: false, force_full_sequences: false };
    const [text] = this.tokenizer._decode_asr(chunks, options);
    return typeof text === 'string' ? text.trim() : '';
  }

  /** The words of a window with their times, where these were asked for. */
  private wordsOf({ tokens, times }: HeardWindow): Word[] | undefined {
    if (!times) return undefined;
    const [, { chunks = [] }] = this.tokenizer._decode_asr(
      [{ tokens, token_timestamps: [...times], stride: [0, 0, 0] }],
      { time_precision: this.precision, return_timestamps: 'word', force_full_sequences: false },
    ) as [string, { chunks?: TimedText[] }];
    return chunks.map(wordOf);
  }
}

/** What `generate` gives where a dictionary is asked for. */
interface Attended {
  readonly sequences: Tensor;
  /** For each step, which is the first for all that was given, and each layer: 1 × heads × tokens × positions. */
  readonly cross_attentions: readonly (readonly Tensor[])[];
}

/** What a head attended to at each token of a step. */
function rowsOf(layer: Tensor | undefined, head: number, columns: number): Float32Array[] {
  if (!layer) throw new RangeError('the model has no such layer to align by');
  const [, , tokens = 0, positions = 0] = layer.dims;
  const data = layer.data as Float32Array;
  return Array.from({ length: tokens }, (_, token) => {
    const start = (head * tokens + token) * positions;
    return data.subarray(start, start + Math.min(columns, positions));
  });
}

interface Decoding {
  readonly code: string;
  readonly context: number[];
  readonly seconds: number;
  readonly times: boolean;
  readonly stopped: () => boolean;
}

/** A word as the library gives it; seconds. */
interface TimedText {
  readonly text: string;
  readonly timestamp: readonly [number, number | null];
}

/** The last word of a runaway decoder has no end. */
function wordOf({ text, timestamp: [start, end] }: TimedText): Word {
  const startMs = Math.round(start * 1000);
  return { text: text.trim(), startMs, endMs: Math.max(startMs, Math.round((end ?? start) * 1000)) };
}

/**
 * Listens in while `generate` decodes greedily: the most probable token is the one that will be written. Also the only way
 * to stop it: transformers.js 4.3 takes stopping criteria for Whisper and leaves them out.
 */
class GreedyLogProbs extends LogitsProcessor {
  readonly logProbs: number[] = [];

  constructor(private readonly stopped: () => boolean) {
    super();
  }

  override _call(_ids: bigint[][], logits: Tensor): Tensor {
    if (this.stopped()) throw new Stopped();
    const values = logits.data as Float32Array;
    this.logProbs.push(maxOf(values) - logSumExp(values));
    return logits;
  }
}

const isDoubtful = (logProb: number): boolean => !(logProb >= SURE);

/** Characters that two texts begin with. */
function sharedBeginning(a: string, b: string): number {
  let shared = 0;
  while (shared < a.length && a[shared] === b[shared]) shared++;
  return shared;
}

/** Geometric mean of the token probabilities, 0..1; 0 for no tokens, or for audio that is not numbers. */
function confidenceOf(logProbs: readonly number[]): number {
  const confidence = Math.exp(logProbs.reduce((a, b) => a + b, 0) / logProbs.length);
  return Number.isFinite(confidence) ? confidence : 0;
}

function maxOf(values: Float32Array): number {
  let max = -Infinity;
  for (const value of values) if (value > max) max = value;
  return max;
}

function logSumExp(values: Float32Array): number {
  const max = maxOf(values);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - max);
  return max + Math.log(sum);
}
