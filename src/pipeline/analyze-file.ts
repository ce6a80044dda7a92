import { WireError } from '../common/errors.js';
import type { Modality } from '../emotion/evidence.js';
import type { Alert, TrajectoryPoint } from '../emotion/course.js';
import type { Locale } from '../emotion/fused.js';
import type { Emotion } from '../emotion/scores.js';
import type { Emit, FusionResult, LineEvents, LineEventName } from '../emotion/line-events.js';
import type { KeepResult } from '../emotion/record.js';
import { SAMPLE_RATE } from '../emotion/utterance.js';
import type { AlertRule } from '../fusion/alert-rules.js';
import type { LabelProfile } from '../fusion/profile.js';
import { analyzeUtterance, type Experts } from './analyze-utterance.js';
import { consented } from './consented-experts.js';
import { assertPermitted, FurtherReadings, UNMATCHED, type ClientReading } from './further-readings.js';
import { inLabels } from './in-labels.js';
import type { LiveSession, OpenOptions } from './live-session.js';

export interface FileRequest {
  /** A wav, mp3, flac, m4a, ogg or webm file. */
  readonly audio?: Uint8Array;
  /** Alone: a typed message. With audio: the words of the whole file, which is then one utterance. */
  readonly text?: string;
  readonly modalities: readonly Modality[];
  readonly language: string;
  /** The language of explanations. */
  readonly locale?: Locale;
  /** A business's own labels, and what it wants to be alerted of. */
  readonly profile?: LabelProfile;
  readonly rules?: readonly AlertRule[];
  /** What models of the client's own read along the recording. */
  readonly readings?: readonly ClientReading[];
}

/** One utterance of a file: what a streaming client would have been told of it. */
export interface AnalyzedPart<L extends string = Emotion> {
  readonly utteranceId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly transcript?: LineEvents['transcript.final'];
  readonly voice?: LineEvents<L>['emotion.voice'];
  readonly text?: LineEvents<L>['emotion.text'];
  /** What models of the client's own say, where there is any. */
  readonly further?: readonly LineEvents<L>['emotion.further'][];
  readonly result: FusionResult<L>;
}

export interface FileAnalysis<L extends string = Emotion> {
  readonly durationMs: number;
  readonly utterances: readonly AnalyzedPart<L>[];
  /** How the recording went on, utterance by utterance; empty where its words were given as a whole. */
  readonly trajectory: readonly TrajectoryPoint<L>[];
  readonly alerts: readonly Alert[];
  readonly warnings: readonly LineEvents['warning'][];
}

export interface FilePorts {
  open(options: OpenOptions, emit: Emit<string>, onAudioError: (error: WireError) => void): Promise<LiveSession>;
  readonly experts: Experts;
  readonly keep?: KeepResult;
  /** 16 kHz, mono. */
  decode(bytes: Uint8Array): Promise<Float32Array>;
}

const LINE_FORMAT = { encoding: 'pcm_f32le', sampleRate: SAMPLE_RATE, channels: 1 } as const;
/** Audio goes in by such pieces, so that memory holds no second copy of the file, ms. */
const PIECE_MS = 1_000;
/** How far a file may run ahead of the analysis, ms. */
const AHEAD_MS = 5_000;

/**
 * A file through the same line as a stream (PR5).
 * `signal`: the consent ended; nothing more is looked at, and nothing is told.
 * @throws WireError `invalidAudioFrame` when the audio cannot be read, `configInvalid` when there is neither audio nor text,
 * `consentRequired` when it was withdrawn or expired meanwhile.
 */
export async function analyzeFile(
  request: FileRequest,
  ports: FilePorts,
  signal: AbortSignal = new AbortController().signal,
): Promise<FileAnalysis<string>> {
  const told = new Telling();
  const samples = request.audio && (await ports.decode(request.audio));
  if (samples && request.text !== undefined) await wholeFile(samples, request.text, request, ports, told.emit, signal);
  else await asStream(samples, request, ports, told.emit, signal);
  if (signal.aborted) throw new WireError('consentRequired', 'The consent was withdrawn or expired meanwhile.');
  const durationMs = samples ? Math.round((samples.length * 1_000) / SAMPLE_RATE) : 0;
  return {
    durationMs,
    utterances: told.parts(),
    trajectory: told.trajectory(),
    alerts: told.alerts,
    warnings: told.warnings,
  };
}

async function asStream(
  samples: Float32Array | undefined,
  request: FileRequest,
  ports: FilePorts,
  emit: Emit<string>,
  signal: AbortSignal,
): Promise<void> {
  const { modalities, language, text, locale = 'en', profile, rules = [], readings = [] } = request;
  const failures: WireError[] = [];
  const session = await ports.open(
    {
      modalities,
      language,
      locale,
      rules,
      ...(profile && { profile }),
      ...(samples && { audio: LINE_FORMAT }),
      tuning: { interimIntervalMs: 0 },
    },
    emit,
    (error) => failures.push(error),
  );
  signal.addEventListener('abort', () => {
    session.abort();
  });
  try {
    if (signal.aborted) return;
    for (const reading of readings) session.pushReading(reading);
    if (samples) await feed(session, samples, signal);
    else if (text !== undefined) session.pushText({ text });
    // Also of one that was aborted: only then will nothing more come of it.
    await session.end();
  } finally {
    // It lets go of what it holds, whatever happened.
    session.abort();
  }
  if (failures[0]) throw failures[0];
}

/** Piece by piece, never far ahead of the analysis. Once the signal is aborted nothing waits any more, and nothing more goes in. */
async function feed(session: LiveSession, samples: Float32Array, signal: AbortSignal): Promise<void> {
  const piece = (SAMPLE_RATE * PIECE_MS) / 1_000;
  for (let at = 0; at < samples.length && !signal.aborted; at += piece) {
    session.pushAudio(new Uint8Array(samples.slice(at, at + piece).buffer));
    while (session.bufferedMs > AHEAD_MS) await new Promise((done) => setTimeout(done, 5));
  }
}

async function wholeFile(
  samples: Float32Array,
  text: string,
  request: FileRequest,
  ports: FilePorts,
  client: Emit<string>,
  signal: AbortSignal,
): Promise<void> {
  const { profile, locale } = request;
  const emit: Emit = profile ? inLabels(client, profile, ports.experts.fusion.abstain) : client;
  const permitted = new Set(request.modalities);
  const further = new FurtherReadings(1);
  for (const reading of request.readings ?? []) {
    assertPermitted(permitted, reading);
    further.add(reading);
  }
  signal.addEventListener('abort', () => {
    permitted.clear();
    further.clear();
  });
  if (signal.aborted) return;
  const endMs = (samples.length * 1_000) / SAMPLE_RATE;
  const utterance = { id: 'u1', startMs: 0, endMs, endReason: 'sessionEnd', samples, clientText: { text } } as const;
  emit('utterance.start', { utteranceId: utterance.id, startMs: 0 });
  const experts = { ...consented(ports.experts, permitted), further: () => further.of(utterance) };
  await analyzeUtterance(utterance, experts, emit, locale, ports.keep);
  if (further.dropStale(Infinity)) emit('warning', UNMATCHED);
}

type Drafts = Map<string, { -readonly [K in keyof AnalyzedPart<string>]?: AnalyzedPart<string>[K] }>;

type Told = { [N in LineEventName]: { event: N; payload: LineEvents<string>[N] } }[LineEventName];

/** Gathers what the line tells, by utterance. */
class Telling {
  readonly warnings: LineEvents['warning'][] = [];
  readonly alerts: Alert[] = [];
  private readonly points = new Map<string, TrajectoryPoint<string>>();
  private readonly drafts: Drafts = new Map();

  readonly emit: Emit<string> = <E extends LineEventName>(event: E, payload: LineEvents<string>[E]): void => {
    const told = { event, payload } as Told;
    if (told.event === 'warning') {
      this.warnings.push(told.payload);
      return;
    }
    if (told.event === 'transcript.partial' || told.event === 'explanation.causes') return;
    if (told.event === 'alert') {
      this.alerts.push(told.payload);
      return;
    }
    if (told.event === 'session.trajectory') {
      for (const point of told.payload.points) this.points.set(point.utteranceId, point);
      return;
    }
    const id = told.payload.utteranceId;
    const draft = this.drafts.get(id) ?? { utteranceId: id };
    this.drafts.set(id, draft);
    if (told.event === 'utterance.start') draft.startMs = told.payload.startMs;
    else if (told.event === 'utterance.end') draft.endMs = told.payload.endMs;
    else if (told.event === 'transcript.final') draft.transcript = told.payload;
    else if (told.event === 'emotion.voice') draft.voice = told.payload;
    else if (told.event === 'emotion.text') draft.text = told.payload;
    else if (told.event === 'emotion.further') draft.further = [...(draft.further ?? []), told.payload];
    else draft.result = told.payload;
  };

  trajectory(): TrajectoryPoint<string>[] {
    return [...this.points.values()];
  }

  parts(): AnalyzedPart<string>[] {
    return [...this.drafts.values()].flatMap((draft) => {
      const { utteranceId, startMs, endMs, result, ...rest } = draft;
      if (utteranceId === undefined || startMs === undefined || endMs === undefined || !result) return [];
      return [{ ...rest, utteranceId, startMs, endMs, result }];
    });
  }
}
