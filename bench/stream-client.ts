import { io, type Socket } from 'socket.io-client';
import { DEFAULT_SEGMENTER, TAIL_MS, WINDOW } from '../src/audio/segmenter.js';
import { SAMPLE_RATE, type EndReason } from '../src/emotion/utterance.js';
import {
  STREAM_NAMESPACE,
  type Ack,
  type ClientEvents,
  type ServerEvents,
  type SessionInfo,
  type SessionTotals,
  type StampedEvents,
} from '../src/gateway/protocol.js';
import { NOTICE } from '../src/privacy/notice.js';
import type { SpeechLoop } from './speech.js';

/** Milliseconds from two beginnings to two results of one utterance. */
export interface Latency {
  /** From the end of speech: the last window that the voice detection called speech, as the clock of the recording had it. */
  readonly speechToVoice: number;
  readonly speechToResult: number;
  /** From the moment at which the sample was spoken that made the silence long enough to end the utterance. */
  readonly decisionToVoice: number;
  readonly decisionToResult: number;
}

export interface ClientReport {
  readonly sent: number;
  readonly lastAck: number;
  /** What the server counted; null when it never closed the session. */
  readonly totals: SessionTotals | null;
  readonly latencies: readonly Latency[];
  readonly errors: readonly string[];
  /** How late each frame left, ms: the bench's own fault. */
  readonly lateness: readonly number[];
}

export interface ClientOptions {
  readonly url: string;
  readonly token: string;
  readonly loop: SpeechLoop;
  readonly frameMs: number;
  readonly interimMs: number;
  /** Which frame of the loop comes first. */
  readonly offset: number;
}

const ACK_TIMEOUT_MS = 30_000;
/** Silence that decides, a whole number of windows, ms. */
const WINDOW_MS = (WINDOW * 1_000) / SAMPLE_RATE;
const DECIDING_SILENCE_MS = Math.ceil(DEFAULT_SEGMENTER.minSilenceMs / WINDOW_MS) * WINDOW_MS;

/** One person who speaks for ever: sends each frame when its last sample would have been recorded. */
export class StreamClient {
  private readonly socket: Socket<StampedEvents, ClientEvents>;
  private readonly voiceAt = new Map<string, number>();
  private readonly resultAt = new Map<string, number>();
  private readonly latencies: Latency[] = [];
  private readonly errors: string[] = [];
  private readonly lateness: number[] = [];
  private readonly closed: Promise<SessionTotals | null>;
  private startedAt = 0;
  private sent = 0;
  private lastAck = -1;

  constructor(private readonly options: ClientOptions) {
    this.socket = io(`${options.url}${STREAM_NAMESPACE}`, {
      auth: { token: options.token },
      transports: ['websocket'],
      reconnection: false,
      autoConnect: false,
      forceNew: true,
    });
    this.socket.on('audio.ack', ({ ackSeq }) => (this.lastAck = ackSeq));
    this.socket.on('error', ({ code }) => this.errors.push(code));
    this.socket.on('emotion.voice', ({ utteranceId, isFinal }) => {
      if (isFinal) this.voiceAt.set(utteranceId, performance.now());
    });
    this.socket.on('fusion.result', ({ utteranceId }) => this.resultAt.set(utteranceId, performance.now()));
    this.socket.on('utterance.end', (ended) => {
      this.measure(ended);
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('session.closed', ({ totals }) => {
        resolve(totals);
      });
      this.socket.on('disconnect', () => {
        resolve(null);
      });
    });
  }

  /** @throws when the server refuses the connection or the session */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('connect_error', reject);
      this.socket.connect();
    });
    const ack = (await this.socket.timeout(ACK_TIMEOUT_MS).emitWithAck('session.start', {
      audio: { encoding: 'pcm_s16le', sampleRate: this.options.loop.sampleRate, channels: 1 },
      modalities: ['voice', 'text'],
      interimIntervalMs: this.options.interimMs,
      consent: {
        subjectRef: 'bench',
        purposes: ['benchmark'],
        modalities: ['voice', 'text'],
        noticeVersion: NOTICE.version,
        acknowledged: true,
        grantedAt: new Date().toISOString(),
      },
      context: { purpose: 'benchmark', setting: 'research' },
    })) as Ack<{ session: SessionInfo }>;
    if (!ack.ok) throw new Error(`${ack.error.code}: ${ack.error.message}`);
  }

  /** `at`: when the first sample is spoken, on the clock of `performance.now()`. */
  begin(at: number): void {
    this.startedAt = at;
  }

  /** Sends what was recorded until now, at most `total` frames over all. */
  send(now: number, total: number): void {
    const { frames } = this.options.loop;
    for (;;) {
      const due = this.startedAt + (this.sent + 1) * this.options.frameMs;
      const frame = frames[(this.options.offset + this.sent) % frames.length];
      if (this.sent >= total || now < due || !frame) return;
      this.socket.emit('audio.frame', { seq: this.sent }, frame);
      this.sent += 1;
      this.lateness.push(now - due);
    }
  }

  /** Ends the session, waits until the server has told everything, and lets go. */
  async end(): Promise<ClientReport> {
    this.socket.emit('session.end', {}, () => undefined);
    const totals = await Promise.race([this.closed, wait(ACK_TIMEOUT_MS).then(() => null)]);
    this.socket.disconnect();
    const { sent, lastAck, latencies, errors, lateness } = this;
    return { sent, lastAck, totals, latencies, errors, lateness };
  }

  /** The end of a session is no end of speech, and is left out. */
  private measure({
    utteranceId,
    endMs,
    reason,
  }: Pick<ServerEvents['utterance.end'], 'utteranceId' | 'endMs' | 'reason'>): void {
    const voice = this.voiceAt.get(utteranceId);
    const result = this.resultAt.get(utteranceId);
    this.voiceAt.delete(utteranceId);
    this.resultAt.delete(utteranceId);
    const moments = momentsOf(endMs, reason);
    if (voice === undefined || result === undefined || !moments) return;
    const speech = this.startedAt + moments.speechEndMs;
    const decision = this.startedAt + moments.decisionMs;
    this.latencies.push({
      speechToVoice: voice - speech,
      speechToResult: result - speech,
      decisionToVoice: voice - decision,
      decisionToResult: result - decision,
    });
  }
}

/** When speech ended and when that could be known, ms of the stream: an utterance keeps a tail of the silence after it. */
function momentsOf(endMs: number, reason: EndReason): { speechEndMs: number; decisionMs: number } | undefined {
  if (reason === 'maxLength') return { speechEndMs: endMs, decisionMs: endMs };
  if (reason !== 'silence') return undefined;
  const speechEndMs = endMs - TAIL_MS;
  return { speechEndMs, decisionMs: speechEndMs + DECIDING_SILENCE_MS };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
